"""Words about churn, and the lists an administrator keeps for it."""

from __future__ import annotations

from app.core import dictionary
from app.core.i18n import _l

MEASURE = dictionary.declare(
    "churn_measure",
    _l("Measures against churn"),
    ("visit", "上门拜访", "Visit"),
    ("call", "电话沟通", "Phone call"),
    ("quality", "质量整改", "Fix quality problems"),
    ("payment_terms", "账期调整", "Other payment terms"),
    ("price", "价格优惠", "Better price"),
    ("contact", "换对接人", "Another contact person"),
    ("sample", "送样试用", "Send samples"),
    ("delivery", "改进交付", "Better delivery"),
    ("wait", "等待客户复工", "Wait for the customer to resume"),
)
REASON = dictionary.declare(
    "churn_reason",
    _l("Churn reason"),
    ("price", "价格过高", "Price too high"),
    ("quality", "质量问题", "Quality problems"),
    ("service", "服务不满意", "Unhappy with the service"),
    ("delivery", "交付不及时", "Late deliveries"),
    ("competitor", "转向竞争对手", "Went to a competitor"),
    ("no_need", "需求消失", "No longer needed"),
    ("closed", "停产或注销", "Closed down"),
    ("contact_left", "对接人离职", "Contact person left"),
    ("payment", "回款纠纷", "Payment dispute"),
    ("other", "其他", "Other"),
)
