"""What an analysis page shows: figures, charts and tables that come from the same numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.reports.tables import ReportTable
from app.theme.widgets import Kpi


@dataclass(frozen=True)
class Chart:
    """One chart; ``data`` is what static/js/chart.js draws, ``table`` its twin."""

    name: str
    kind: str
    title: Any
    data: dict[str, Any]
    table: ReportTable
    note: Any = ""
    height: str = "m"


@dataclass
class ReportPage:
    """One analysis page."""

    name: str
    title: Any
    subtitle: Any
    kpis: list[Kpi] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    tables: list[ReportTable] = field(default_factory=list)
    switch: list[tuple[str, Any, str, str]] = field(default_factory=list)
    chosen: str = ""
    count: int = 0
    page: int = 0
    pages: int = 1
