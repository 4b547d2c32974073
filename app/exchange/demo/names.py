"""Names of companies and people that could exist."""

from __future__ import annotations

from random import Random

INDUSTRY_WORDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "food": (80, ("食品", "水产", "粮油", "调味品", "乳业", "鲜食品", "休闲食品", "冷冻食品")),
    "catering": (36, ("餐饮管理", "餐饮连锁", "团膳服务", "烘焙")),
    "retail": (60, ("商贸", "贸易", "超市", "百货", "供应链管理")),
    "logistics": (66, ("物流", "冷链物流", "仓储", "快运", "国际货运代理")),
    "ecommerce": (66, ("电子商务", "网络科技", "跨境电商", "电商")),
    "textile": (48, ("纺织", "服饰", "针织", "家纺", "制衣")),
    "furniture": (36, ("家居", "家具", "木业", "竹韵家居")),
    "paper": (30, ("印务", "纸业", "包装印刷", "彩印")),
    "plastics": (34, ("塑业", "塑胶", "橡塑制品", "注塑")),
    "chemistry": (26, ("化工", "涂料", "胶粘剂", "新材料")),
    "pharma": (28, ("医药", "药业", "医药物流", "生物制药")),
    "medical": (26, ("医疗器械", "医疗科技", "口腔器材")),
    "machinery": (40, ("机械", "重工", "自动化设备", "数控机床", "泵业")),
    "automotive": (34, ("汽车零部件", "汽配", "车业", "汽车电子")),
    "electronics": (46, ("电子", "电子元件", "光电", "半导体", "连接器")),
    "appliances": (34, ("电器", "厨电", "小家电", "智能家电")),
    "instruments": (18, ("仪器", "仪表", "测控技术")),
    "energy": (24, ("新能源", "光伏", "储能科技", "锂电")),
    "power": (18, ("电力设备", "电气", "开关", "电缆")),
    "metals": (34, ("金属制品", "五金", "不锈钢制品", "紧固件")),
    "building_materials": (28, ("建材", "陶瓷", "卫浴", "门窗")),
    "construction": (14, ("建设工程", "装饰工程", "建筑")),
    "agriculture": (22, ("农业科技", "生态农业", "果业", "茶业", "饲料")),
    "cosmetics": (34, ("日化", "化妆品", "洗护用品", "生物科技")),
    "toys": (24, ("玩具", "文具", "礼品", "文创")),
    "software": (12, ("软件", "信息技术", "数字科技")),
    "education": (8, ("教育科技", "图书", "教育培训")),
    "hotel": (10, ("酒店管理", "旅游开发", "酒店用品")),
    "finance": (4, ("融资租赁", "商业保理")),
    "government": (5, ("质量检测中心", "农产品批发市场管理")),
    "other": (6, ("实业", "发展")),
}
"""Weight and the words in names, by code of the dictionary's industries."""

FORMS = (("有限公司", 86), ("股份有限公司", 5), ("有限责任公司", 4), ("集团有限公司", 3), ("（中国）有限公司", 2))

_FIRST = "恒海金华鑫瑞盛泰宏嘉永万天顺新德安东方青云沐启锦越南北星博汇联创智远诚信益佳美康润丰隆茂百兴正达凯力欧科亿宝龙凤祥和福吉荣昌"
_SECOND = "泰禾栖商竹川达源丰润帆洲宏远沐棠晟隆辉腾驰诺信诚宇航翔飞鹏邦业成峰岳江河海洋森林木石玉珠光明亮彩虹霖雨露春秋华实利捷迅通途畅"

_SURNAMES = (
    ("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", 8),
    (
        "梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文",
        1,
    ),
)
_MALE = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林志国建文海峰振宏立成永"
_FEMALE = "芳娜敏静丽艳娟霞燕玲婷慧颖洁倩雪琳佳莉萍红梅欣悦雯蕾璐瑶丹妍晓秀春淑玉雅诗"

TITLES = (
    ("采购经理", "采购部", "buys", "business"),
    ("采购主管", "采购部", "buys", "business"),
    ("供应链主管", "供应链部", "influences", "business"),
    ("仓储经理", "仓储部", "uses", "business"),
    ("仓库主管", "仓储部", "receives", "business"),
    ("生产厂长", "生产部", "influences", "technical"),
    ("包装工程师", "技术部", "influences", "technical"),
    ("品质主管", "品质部", "influences", "technical"),
    ("物流总监", "物流部", "decides", "management"),
    ("总经理", "总经办", "decides", "management"),
    ("副总经理", "总经办", "decides", "management"),
    ("财务", "财务部", "pays", "finance"),
    ("财务经理", "财务部", "pays", "finance"),
    ("行政主管", "行政部", "buys", "business"),
)
"""Job title, department, role in the decision, category."""

_SURNAME_LETTERS = "".join(letters * weight for letters, weight in _SURNAMES)


_THIRD = "特力尔斯美达康莱奇优"


def brands(*, longer: bool) -> list[str]:
    """Brands of two characters; with ``longer`` also ten times as many of three."""
    firsts, seconds = dict.fromkeys(_FIRST), dict.fromkeys(_SECOND)
    short = [first + second for first in firsts for second in seconds if first != second]
    return short + [brand + third for brand in short for third in _THIRD if third not in brand] if longer else short


def person(rng: Random) -> tuple[str, bool]:
    """A name, and whether it is a woman's."""
    woman = rng.random() < 0.48
    letters = _FEMALE if woman else _MALE
    given = rng.choice(letters) + (rng.choice(letters) if rng.random() < 0.72 else "")
    return rng.choice(_SURNAME_LETTERS) + given, woman
