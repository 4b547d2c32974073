"""Words about customers, and the lists an administrator keeps for them."""

from __future__ import annotations

from app.core import dictionary
from app.core.i18n import _l
from app.customers.models import ChurnBand, CustomerKind, FollowUpKind, Gender

KINDS = {CustomerKind.company: _l("Company"), CustomerKind.person: _l("Individual")}
GENDERS = {Gender.female: _l("Female"), Gender.male: _l("Male")}
FOLLOW_UP_KINDS = {
    FollowUpKind.phone: _l("Phone"),
    FollowUpKind.visit: _l("Visit"),
    FollowUpKind.meeting: _l("Meeting"),
    FollowUpKind.mail: _l("Mail"),
    FollowUpKind.wechat: _l("WeChat"),
    FollowUpKind.exhibition: _l("Exhibition"),
}
FOLLOW_UP_ICONS = {
    FollowUpKind.phone: "phone",
    FollowUpKind.visit: "map-pin",
    FollowUpKind.meeting: "users",
    FollowUpKind.mail: "mail",
    FollowUpKind.wechat: "brand-wechat",
    FollowUpKind.exhibition: "building-store",
}
CHURN_BANDS = {
    ChurnBand.on_track: _l("On track"),
    ChurnBand.watch: _l("Watch"),
    ChurnBand.at_risk: _l("At risk"),
    ChurnBand.probably_lost: _l("Probably lost"),
}
CONSENT_CHANNELS = {
    "phone": _l("Phone"),
    "sms": _l("SMS"),
    "mail": _l("Mail"),
    "wechat": _l("WeChat"),
}

LEVEL = dictionary.declare(
    "customer_level", _l("Customer level"), ("A", "A", "A"), ("B", "B", "B"), ("C", "C", "C"), ("D", "D", "D")
)
INDUSTRY = dictionary.declare(
    "industry",
    _l("Industry"),
    ("food", "食品加工", "Food processing"),
    ("catering", "餐饮连锁", "Catering"),
    ("retail", "批发零售", "Wholesale and retail"),
    ("logistics", "物流仓储", "Logistics and storage"),
    ("ecommerce", "电子商务", "E-commerce"),
    ("textile", "纺织服装", "Textiles and clothing"),
    ("furniture", "家居家具", "Furniture"),
    ("paper", "纸制品与印刷", "Paper and printing"),
    ("plastics", "塑料橡胶", "Plastics and rubber"),
    ("chemistry", "化工", "Chemicals"),
    ("pharma", "医药", "Pharmaceuticals"),
    ("medical", "医疗器械", "Medical devices"),
    ("machinery", "机械设备", "Machinery"),
    ("automotive", "汽车及零部件", "Automotive"),
    ("electronics", "电子元器件", "Electronics"),
    ("appliances", "家用电器", "Household appliances"),
    ("instruments", "仪器仪表", "Instruments"),
    ("energy", "新能源", "New energy"),
    ("power", "电力设备", "Power equipment"),
    ("metals", "金属加工", "Metal processing"),
    ("building_materials", "建筑材料", "Building materials"),
    ("construction", "建筑工程", "Construction"),
    ("agriculture", "农林牧渔", "Agriculture and fishery"),
    ("cosmetics", "日化美妆", "Cosmetics and household chemicals"),
    ("toys", "玩具文具", "Toys and stationery"),
    ("software", "软件与信息服务", "Software and IT services"),
    ("education", "教育培训", "Education and training"),
    ("hotel", "酒店旅游", "Hotels and tourism"),
    ("finance", "金融保险", "Finance and insurance"),
    ("government", "政府与事业单位", "Public sector"),
    ("other", "其他", "Other"),
)
SOURCE = dictionary.declare(
    "source",
    _l("Source"),
    ("referral", "老客户转介绍", "Referral"),
    ("exhibition", "展会", "Exhibition"),
    ("website", "官网", "Website"),
    ("search", "搜索推广", "Search advertising"),
    ("phone", "电话开发", "Cold call"),
    ("visit", "上门拜访", "Visit"),
    ("wechat", "微信", "WeChat"),
    ("platform", "电商平台", "Marketplace"),
    ("partner", "合作伙伴", "Partner"),
    ("import", "导入", "Import"),
    ("other", "其他", "Other"),
)
DECISION_ROLE = dictionary.declare(
    "decision_role",
    _l("Role in the decision"),
    ("decides", "决策人", "Decides"),
    ("influences", "影响者", "Influences"),
    ("uses", "使用人", "Uses"),
    ("buys", "采购", "Buys"),
    ("pays", "付款", "Pays"),
    ("receives", "收货", "Receives"),
)
CONTACT_CATEGORY = dictionary.declare(
    "contact_category",
    _l("Contact category"),
    ("business", "业务往来", "Business"),
    ("technical", "技术", "Technical"),
    ("finance", "财务", "Finance"),
    ("management", "高层", "Management"),
    ("other", "其他", "Other"),
)
