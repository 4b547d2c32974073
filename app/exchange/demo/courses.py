"""In which order things of each kind happen, so that even a small company has some of every kind."""

from __future__ import annotations

# Which customers there are, in a cycle: r regular, n new, p prospect, s silent.
SEGMENTS = "rrsrprnrrrsrprrnrpsrrrprr"
# What became of a silence: warned, postponed (to a day to come or past), lost, recovered by hand. The first six are
# there in the smallest company.
SILENCES = (
    "warned", "postponed", "lost", "due", "recovered", "warned", "lost", "lost", "lost", "postponed", "lost", "lost",
    "warned", "lost", "lost", "due", "lost", "recovered", "lost", "warned", "lost", "lost", "postponed", "lost",
    "lost", "recovered", "lost", "lost",
)  # fmt: skip
OF_NOBODY = 5
"""This silence is nobody's; those before it are manager1's."""
# How a deal went; a figure is the stage it is in.
DEALS = (
    "won", "0", "lost", "1", "pool", "2", "won", "3", "lost", "won", "claimed", "lost", "returned", "won", "1",
    "reopened", "lost", "won", "won", "2", "lost", "won", "0", "lost", "won", "3", "lost", "won", "claimed", "won",
)  # fmt: skip
PROSPECT_DEALS = ("0", "lost", "1", "pool", "2", "0", "3", "claimed", "lost", "1", "lost", "2", "0", "lost")
# How far a service request came: at first every way, later as many open ones as a usual month has.
REQUESTS = (
    "created", "assigned", "archived", "processed", "archived", "reviewed", "archived", "overdue", "archived",
    "sent_back", "archived", "created", "unanswered", "archived", "assigned", "archived", "twice", "archived",
    "processed", "archived", "let_down", "reassigned", "archived", "archived",
)  # fmt: skip
LATER_REQUESTS = tuple(
    {3: "created", 11: "assigned", 19: "twice", 24: "processed", 30: "unanswered", 37: "reviewed", 48: "assigned"}.get(
        place, "archived"
    )
    for place in range(56)
)
SENT_BACK = {"sent_back": 2, "let_down": 1}
"""Rated so low that they are being worked on again, and the rating."""
OPEN_REQUESTS = frozenset({"created", "assigned", "processed", "reviewed", "overdue", "reassigned"}) | SENT_BACK.keys()
