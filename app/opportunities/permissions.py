"""What can be granted on opportunities."""

from __future__ import annotations

from app.core.i18n import _l
from app.core.rights import SCOPES, Kind, declare
from app.opportunities.workflow import workflow

_GROUP = _l("Sales")

declare(
    Kind(
        "opportunity",
        _l("Opportunities"),
        (*SCOPES, "add", "edit", "delete", "export"),
        workflow.grantable(),
        _GROUP,
    ),
    {
        "Office Administrator": ("see_all", "export"),
        "Marketing Director": (
            "see_all", "add", "edit", "delete", "export", "assign", "reassign", "return", "advance", "go_back", "win",
            "lose", "reopen",
        ),
        "Account Manager": (
            "see_own", "see_team", "add", "edit", "delete", "claim", "advance", "go_back", "win", "lose", "return",
        ),
        "Sales Director": ("see_all", "export"),
    },
)  # fmt: skip
declare(
    Kind("opportunity_stage", _l("Sales stages"), ("edit",), group=_GROUP),
    {"Office Administrator": ("edit",), "Marketing Director": ("edit",)},
)
