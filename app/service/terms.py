"""The words of service requests: the lists an administrator keeps, and the labels of fixed values."""

from __future__ import annotations

from typing import Any

from app.core import dictionary
from app.core.i18n import _l
from app.service.models import FeedbackSource, Priority, Severity

REQUEST_TYPES = dictionary.declare(
    "request_type",
    _l("Type of service request"),
    ("consultation", "咨询", "Consultation"),
    ("suggestion", "建议", "Suggestion"),
    ("complaint", "投诉", "Complaint"),
    ("repair", "故障维修", "Repair"),
)
REQUEST_CHANNELS = dictionary.declare(
    "request_channel",
    _l("Channel of service requests"),
    ("phone", "电话", "Phone"),
    ("wechat", "微信", "WeChat"),
    ("mail", "邮件", "E-mail"),
    ("visit", "上门", "Visit"),
    ("website", "网站", "Website"),
    ("other", "其他", "Other"),
)

PRIORITIES: dict[Priority, Any] = {
    Priority.low: _l("Low"),
    Priority.normal: _l("Medium"),
    Priority.high: _l("High"),
    Priority.urgent: _l("Urgent"),
}
SEVERITIES: dict[Severity, Any] = {
    Severity.minor: _l("Minor"),
    Severity.serious: _l("Serious"),
}
FEEDBACK_SOURCES: dict[FeedbackSource, Any] = {
    FeedbackSource.specialist: _l("Asked by the specialist"),
    FeedbackSource.customer: _l("Answered by link"),
}
