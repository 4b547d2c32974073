"""What can be granted on the analysis pages."""

from __future__ import annotations

from app.core.i18n import _l
from app.core.rights import Kind, declare

declare(
    Kind("report", _l("Analysis pages"), ("open", "export"), group=_l("Analysis")),
    {
        "Marketing Director": ("open", "export"),
        "Sales Director": ("open", "export"),
        "Office Administrator": ("open",),
    },
)
