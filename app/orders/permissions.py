"""Who may do what with orders."""

from __future__ import annotations

from app.core import rights
from app.core.i18n import _l
from app.orders.workflow import workflow

KIND = rights.Kind(
    "order",
    _l("Orders"),
    ("see_own", "see_team", "see_all", "add", "edit", "delete", "export", "import", "see_private"),
    moves=workflow.grantable(),
    group=_l("Sales"),
)

rights.declare(
    KIND,
    {
        "Office Administrator": (
            "see_all",
            "add",
            "edit",
            "delete",
            "export",
            "import",
            "see_private",
            "confirm",
            "ship",
            "complete",
            "cancel",
        ),
        "Marketing Director": ("see_all", "export", "see_private"),
        "Account Manager": ("see_own", "see_team", "add", "edit", "delete", "export", "confirm", "complete", "cancel"),
        "Service Specialist": ("see_all",),
        "Sales Director": ("see_all", "export", "see_private"),
    },
)
