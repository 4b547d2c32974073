"""The lists of service requests that an administrator keeps."""

from __future__ import annotations

from app.core import dictionary
from app.core.i18n import _l

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
