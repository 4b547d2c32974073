"""The kinds of record that can be imported, field by field, with the headers people give their columns."""

from __future__ import annotations

from app.core.i18n import _l
from app.customers import terms
from app.customers.models import CustomerKind, CustomerStatus, Gender
from app.customers.workflow import LABELS as CUSTOMER_STATUSES
from app.exchange import parsers as read
from app.exchange.fields import Field, ImportKind
from app.orders.models import OrderKind

ORDER_KINDS = {OrderKind.sale: _l("Sale"), OrderKind.return_: _l("Return")}

CUSTOMERS = ImportKind(
    "customers",
    _l("Customers"),
    (
        Field("code", _l("Customer code"), read.text, ("客户编码", "客户代码", "客户号", "编号", "编码", "customer no", "customer number")),
        Field("external_id", _l("External ID"), read.text, ("外部编号", "原系统编号", "客户ID", "customer_id", "id")),
        Field("name", _l("Name"), read.text, ("客户名称", "客户", "公司名称", "公司", "单位名称", "企业名称", "customer", "customer name", "company", "company name")),
        Field("short_name", _l("Short name"), read.text, ("客户简称",)),
        Field("english_name", _l("English name"), read.text, ("英文名",)),
        Field("kind", _l("Customer kind"), read.member(terms.KINDS, 企业=CustomerKind.company, 单位=CustomerKind.company, 自然人=CustomerKind.person), ("客户类型", "customer type")),
        Field("status", _l("Status"), read.member(CUSTOMER_STATUSES, 潜在=CustomerStatus.prospect, 正式=CustomerStatus.active, 成交客户=CustomerStatus.active, 流失=CustomerStatus.lost), ("客户状态",)),
        Field("uscc", _l("Unified social credit code"), read.text, ("社会信用代码", "信用代码", "税号", "纳税人识别号", "credit code", "tax id")),
        Field("industry", _l("Industry"), read.term("industry"), ("所属行业", "客户行业")),
        Field("region", _l("Region"), read.region, ("所在地区", "省市区", "城市", "所在城市", "city")),
        Field("level", _l("Level"), read.term("customer_level"), ("客户级别", "客户等级", "等级", "customer level")),
        Field("credit", _l("Credit"), read.number, ("信用等级", "信用度")),
        Field("source", _l("Source"), read.term("source"), ("客户来源",)),
        Field("owner", _l("Owner"), read.person, ("客户经理", "业务员", "销售", "所属人", "account manager", "sales rep")),
        Field("phone", _l("Phone"), read.text, ("联系电话", "座机", "公司电话", "telephone", "tel")),
        Field("fax", _l("Fax"), read.text, ("传真号码",)),
        Field("email", _l("E-mail"), read.text, ("电子邮箱", "邮件", "mail")),
        Field("website", _l("Website"), read.text, ("网址", "官网", "url")),
        Field("address", _l("Address"), read.text, ("详细地址", "公司地址", "联系地址")),
        Field("postcode", _l("Postcode"), read.text, ("邮政编码", "zip", "postal code")),
        Field("legal_representative", _l("Legal representative"), read.text, ("法人", "法人代表", "法定代表人")),
        Field("registered_capital", _l("Registered capital"), read.number, ("注册资金",)),
        Field("annual_revenue", _l("Annual revenue"), read.number, ("年销售额", "营业额")),
        Field("staff", _l("Staff"), read.number, ("人数", "员工数", "公司规模", "employees")),
        Field("bank", _l("Bank"), read.text, ("开户行",)),
        Field("bank_account", _l("Bank account"), read.text, ("账号", "银行账户")),
        Field("tags", _l("Tags"), read.listed, ("客户标签",)),
        Field("is_internal", _l("Internal or test"), read.flag, ("内部客户", "测试客户")),
        Field("notes", _l("Notes"), read.text, ("说明", "remarks", "comment")),
    ),
    needed=(("name",),),
)  # fmt: skip

_CUSTOMER = Field("customer", _l("Customer"), read.text, ("customer_id", "customer code", "customer no", "客户编号", "客户编码", "客户代码", "客户号", "客户ID"))  # fmt: skip
_CUSTOMER_NAME = Field("customer_name", _l("Customer name"), read.text, ("客户名称", "公司名称", "公司", "单位名称", "购买方", "company", "company name"))  # fmt: skip

CONTACTS = ImportKind(
    "contacts",
    _l("Contacts"),
    (
        Field("external_id", _l("External ID"), read.text, ("外部编号", "联系人编号", "原系统编号", "contact_id", "id")),
        _CUSTOMER,
        _CUSTOMER_NAME,
        Field("name", _l("Full name"), read.text, ("联系人", "联系人姓名", "名称", "contact", "contact name", "name")),
        Field("gender", _l("Gender"), read.member(terms.GENDERS, 先生=Gender.male, 女士=Gender.female, m=Gender.male, f=Gender.female), ("称谓",)),
        Field("title", _l("Job title"), read.text, ("职务", "职位", "岗位", "position", "title")),
        Field("department", _l("Department"), read.text, ("部门", "所在部门")),
        Field("mobile", _l("Mobile"), read.text, ("手机号", "手机号码", "移动电话", "mobile phone", "cell")),
        Field("phone", _l("Phone"), read.text, ("座机", "办公电话", "固定电话", "telephone", "tel")),
        Field("email", _l("E-mail"), read.text, ("电子邮箱", "邮件", "mail")),
        Field("wechat", _l("WeChat"), read.text, ("微信号",)),
        Field("birthday", _l("Birthday"), read.day, ("出生日期", "date of birth")),
        Field("is_primary", _l("Primary contact"), read.flag, ("首要联系人", "主要联系人", "主联系人", "primary")),
        Field("decision_role", _l("Role in the decision"), read.term("decision_role"), ("决策角色",)),
        Field("category", _l("Category"), read.term("contact_category"), ("联系人类别",)),
        Field("tags", _l("Tags"), read.listed, ("联系人标签",)),
        Field("notes", _l("Notes"), read.text, ("说明", "remarks", "comment")),
    ),
    needed=(("name",), ("customer", "customer_name")),
)  # fmt: skip

ORDERS = ImportKind(
    "orders",
    _l("Orders"),
    (
        Field("external_id", _l("Order number"), read.text, ("order_id", "订单号", "订单编号", "单号", "单据编号", "外部编号", "发票号", "invoice", "invoice no", "order no", "order", "id")),
        _CUSTOMER,
        _CUSTOMER_NAME,
        Field("ordered_on", _l("Ordered on"), read.day, ("date", "日期", "订单日期", "下单日期", "销售日期", "单据日期", "order date", "invoice date")),
        Field("amount", _l("Amount"), read.number, ("总金额", "订单金额", "销售金额", "价税合计", "含税金额", "合计", "total", "value", "order value")),
        Field("kind", _l("Order kind"), read.member(ORDER_KINDS, 销售订单=OrderKind.sale, 退货单=OrderKind.return_), ("订单类型", "单据类型", "order type")),
        Field("product", _l("Product"), read.text, ("产品编码", "产品编号", "产品名称", "商品", "商品编码", "商品名称", "品名", "sku", "item", "product code", "stock code")),
        Field("quantity", _l("Quantity"), read.number, ("数量", "qty")),
        Field("unit_price", _l("Unit price"), read.number, ("含税单价", "price")),
        Field("discount", _l("Discount"), read.share, ("折扣率",)),
        Field("vat_rate", _l("VAT rate"), read.share, ("增值税率", "tax rate")),
        Field("promised_on", _l("Promised on"), read.day, ("承诺日期", "约定交期", "交货日期", "promised date")),
        Field("delivered_on", _l("Delivered on"), read.day, ("实际交货日期", "发货日期", "delivery date")),
        Field("address", _l("Delivery address"), read.text, ("地址", "送货地址")),
        Field("notes", _l("Notes"), read.text, ("说明", "remarks", "comment")),
    ),
    needed=(("customer", "customer_name"), ("ordered_on",), ("amount", "unit_price")),
)  # fmt: skip

KINDS = {kind.name: kind for kind in (CUSTOMERS, CONTACTS, ORDERS)}
