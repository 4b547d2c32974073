"""Figures against the budgets: ``make bench``; not tests, because a shared machine is no judge."""
