"""Everything one can do with users, roles, teams and settings."""
