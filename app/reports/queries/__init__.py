"""The questions behind the analysis pages; each is one aggregation in SQL."""
