"""Who may do what with service requests in a new installation."""

from __future__ import annotations

from app.core import rights
from app.core.i18n import _l
from app.service.workflow import workflow

rights.declare(
    rights.Kind(
        "service_request",
        _l("Service requests"),
        ("see_own", "see_team", "see_all", "add", "edit", "delete", "export"),
        moves=workflow.grantable(),
        group=_l("Service"),
    ),
    grants={
        "Office Administrator": ("see_all", "export"),
        "Marketing Director": ("see_all", "add", "edit", "export", "assign", "reassign", "reopen"),
        "Account Manager": ("see_own", "see_team", "add"),
        "Service Specialist": ("see_own", "see_team", "add", "edit", "process", "record_feedback", "archive", "reopen"),
        "Sales Director": ("see_all", "export"),
    },
)

rights.declare(
    rights.Kind("service_level", _l("Service levels"), ("see_all", "edit"), group=_l("Administration")),
    grants={},
)
