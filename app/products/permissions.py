"""Who may do what with the catalogue."""

from __future__ import annotations

from app.core import rights
from app.core.i18n import _l

KIND = rights.Kind(
    "product",
    _l("Products"),
    ("see_all", "add", "edit", "delete", "export", "import", "see_private"),
    group=_l("Products"),
)

rights.declare(
    KIND,
    {
        "Office Administrator": ("see_all", "add", "edit", "delete", "export", "import", "see_private"),
        "Marketing Director": ("see_all", "export", "see_private"),
        "Account Manager": ("see_all",),
        "Service Specialist": ("see_all",),
        "Sales Director": ("see_all", "export", "see_private"),
    },
)
