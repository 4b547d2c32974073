"""The rights on people and settings; an Admin holds them all."""

from __future__ import annotations

from app.core.i18n import _l
from app.core.rights import Kind, declare

GROUP = _l("Administration")

declare(
    Kind(
        "user",
        _l("Users"),
        ("see_all", "add", "edit"),
        (("deactivate", _l("Deactivate")), ("reset_password", _l("Reset password"))),
        group=GROUP,
    ),
    grants={},
)
declare(Kind("role", _l("Roles"), ("see_all", "add", "edit", "delete"), group=GROUP), grants={})
declare(Kind("team", _l("Teams"), ("see_all", "add", "edit", "delete"), group=GROUP), grants={})
declare(
    Kind("dictionary", _l("Dictionary"), ("see_all", "add", "edit"), group=GROUP),
    grants={"Office Administrator": ("see_all", "add", "edit")},
)
declare(Kind("calendar", _l("Working calendar"), ("see_all", "edit"), group=GROUP), grants={})
declare(Kind("settings", _l("Settings"), ("see_all", "edit"), group=GROUP), grants={})
declare(Kind("audit", _l("Audit log"), ("see_all",), group=GROUP), grants={})
declare(Kind("recycle_bin", _l("Recycle bin"), ("see_all",), group=GROUP), grants={})
declare(
    Kind(
        "job",
        _l("Background jobs"),
        ("see_own", "see_team", "see_all"),
        (("steer", _l("Cancel and run again")),),
        GROUP,
    ),
    grants={
        "Office Administrator": ("see_all", "steer"),
        "Marketing Director": ("see_own",),
        "Account Manager": ("see_own",),
        "Service Specialist": ("see_own",),
        "Sales Director": ("see_own",),
    },
)
