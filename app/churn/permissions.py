"""Who may do what with churn cases in a new installation."""

from __future__ import annotations

from app.churn.workflow import workflow
from app.core import rights
from app.core.i18n import _l

rights.declare(
    rights.Kind(
        "churn_case",
        _l("Churn cases"),
        ("see_own", "see_team", "see_all", "export"),
        moves=(*workflow.grantable(), ("take_ownerless", _l("Receive cases without an owner"))),
        group=_l("Churn"),
    ),
    grants={
        "Office Administrator": ("see_all", "export"),
        "Marketing Director": ("see_all", "export", "postpone", "confirm", "recover", "take_ownerless"),
        "Account Manager": ("see_own", "see_team", "postpone", "confirm", "recover"),
        "Sales Director": ("see_all", "export"),
    },
)
