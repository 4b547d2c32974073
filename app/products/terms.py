"""The dictionary's lists of the catalogue."""

from __future__ import annotations

from app.core import dictionary
from app.core.i18n import _l

CATEGORIES = dictionary.declare(
    "product_category",
    _l("Product category"),
    ("equipment", "设备", "Equipment"),
    ("component", "零部件", "Components"),
    ("instrument", "仪器仪表", "Instruments"),
    ("material", "原材料", "Materials"),
    ("consumable", "耗材", "Consumables"),
    ("electronics", "电子产品", "Electronics"),
    ("office", "办公用品", "Office supplies"),
    ("packaging", "包装材料", "Packaging"),
    ("software", "软件", "Software"),
    ("service", "技术服务", "Services"),
    ("other", "其他", "Other"),
)

UNITS = dictionary.declare(
    "product_unit",
    _l("Unit"),
    ("piece", "件", "piece"),
    ("unit", "台", "unit"),
    ("set", "套", "set"),
    ("item", "个", "item"),
    ("box", "箱", "box"),
    ("pack", "包", "pack"),
    ("bottle", "瓶", "bottle"),
    ("roll", "卷", "roll"),
    ("kilogram", "千克", "kg"),
    ("ton", "吨", "t"),
    ("metre", "米", "m"),
    ("square_metre", "平方米", "m²"),
    ("litre", "升", "l"),
    ("hour", "小时", "hour"),
    ("day", "天", "day"),
    ("month", "月", "month"),
    ("year", "年", "year"),
    ("licence", "授权", "licence"),
    ("time", "次", "time"),
)
