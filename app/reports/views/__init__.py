"""The analysis pages."""

from app.reports.views.reports import ReportView

__all__ = ["ReportView"]
