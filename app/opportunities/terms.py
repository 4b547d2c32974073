"""The lists and the stages that opportunities start with; an administrator changes them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core import dictionary
from app.core.i18n import _l

LOST_REASONS = dictionary.declare(
    "lost_reason",
    _l("Lost reason"),
    ("price", "价格过高", "Price too high"),
    ("competitor", "选择了竞争对手", "Chose a competitor"),
    ("no_budget", "预算取消", "Budget cancelled"),
    ("no_need", "需求取消", "No longer needed"),
    ("product_fit", "产品不满足要求", "Product does not fit"),
    ("delivery", "交期太长", "Delivery takes too long"),
    ("no_answer", "联系不上", "Could not be reached"),
    ("other", "其他", "Other"),
)

COMPETITORS = dictionary.declare(
    "competitor",
    _l("Competitor"),
    ("incumbent", "客户现有供应商", "The customer's current supplier"),
    ("local_peer", "本地同行", "A local supplier"),
    ("national_brand", "全国性品牌", "A national brand"),
    ("imported_brand", "进口品牌", "An imported brand"),
    ("in_house", "客户自行解决", "The customer does it in-house"),
    ("other", "其他", "Other"),
)


@dataclass(frozen=True)
class Stage:
    """A stage of a new installation; ``required`` are fields that are filled before it is entered."""

    code: str
    label_zh: str
    label_en: str
    probability: int
    normal_days: int
    required: tuple[str, ...] = ()


STAGES = (
    Stage("initial_contact", "初步接洽", "Initial contact", 10, 14),
    Stage("needs_confirmed", "需求确认", "Needs confirmed", 30, 14, ("need",)),
    Stage("proposal", "方案报价", "Proposal", 50, 21, ("amount",)),
    Stage("negotiation", "商务谈判", "Negotiation", 70, 14, ("amount", "expected_close")),
)

REQUIRABLE: dict[str, Any] = {
    "need": _l("Need"),
    "contact_id": _l("Contact"),
    "source": _l("Source"),
    "amount": _l("Amount"),
    "expected_close": _l("Expected close"),
    "competitor": _l("Competitor"),
}
"""The fields a stage may ask for, with their names."""

HOLDING_CAP = 30
DAILY_CLAIMS = 10
