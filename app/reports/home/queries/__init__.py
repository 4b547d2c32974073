"""The rows a home page shows, and the conditions under which they are counted."""
