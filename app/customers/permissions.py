"""What can be granted on customers and what hangs on them."""

from __future__ import annotations

from app.core.i18n import _l
from app.core.rights import SCOPES, Kind, declare

_GROUP = _l("Customers")
_RECORD = (*SCOPES, "add", "edit", "delete", "export", "import", "see_private")

declare(
    Kind(
        "customer",
        _l("Customers"),
        _RECORD,
        (("share", _l("Share with colleagues")), ("hand_over", _l("Hand over")), ("merge", _l("Merge"))),
        _GROUP,
    ),
    {
        "Office Administrator": ("see_all", "add", "edit", "export", "import", "see_private", "share", "merge"),
        "Marketing Director": ("see_all", "add", "edit", "export", "see_private", "share", "hand_over"),
        "Account Manager": ("see_own", "see_team", "add", "edit", "delete", "see_private", "share"),
        "Service Specialist": ("see_all",),
        "Sales Director": ("see_all", "export", "see_private"),
    },
)
declare(
    Kind("contact", _l("Contacts"), _RECORD, group=_GROUP),
    {
        "Office Administrator": ("see_all", "add", "edit", "delete", "export", "import", "see_private"),
        "Marketing Director": ("see_all", "add", "edit", "export", "see_private"),
        "Account Manager": ("see_own", "see_team", "add", "edit", "delete", "see_private"),
        "Service Specialist": ("see_all",),
        "Sales Director": ("see_all", "export", "see_private"),
    },
)
declare(
    Kind("follow_up", _l("Follow-ups"), (*SCOPES, "add", "edit", "delete", "export"), group=_GROUP),
    {
        "Office Administrator": ("see_all", "export"),
        "Marketing Director": ("see_all", "add", "edit", "export"),
        "Account Manager": ("see_own", "see_team", "add", "edit", "delete"),
        "Service Specialist": ("see_all", "add", "edit"),
        "Sales Director": ("see_all", "export"),
    },
)
declare(
    Kind(
        "plan",
        _l("Plans"),
        (*SCOPES, "add", "edit", "delete", "export"),
        (("finish", _l("Finish")), ("postpone", _l("Change the date"))),
        _GROUP,
    ),
    {
        "Office Administrator": ("see_all", "export"),
        "Marketing Director": ("see_all", "add", "edit", "delete", "export", "finish", "postpone"),
        "Account Manager": ("see_own", "see_team", "add", "edit", "delete", "finish", "postpone"),
        "Service Specialist": ("see_own", "add", "edit", "delete", "finish", "postpone"),
        "Sales Director": ("see_all", "export"),
    },
)
declare(
    Kind("tag", _l("Tags"), ("add", "edit", "delete"), group=_GROUP),
    {
        "Office Administrator": ("add", "edit", "delete"),
        "Marketing Director": ("add", "edit"),
        "Account Manager": ("add",),
    },
)
