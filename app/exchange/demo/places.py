"""Where the customers are: cities with their region code, area code, how many customers, and who looks after them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from app.core import regions

EAST, SOUTH = "east", "south"


@dataclass(frozen=True)
class City:
    """One city; ``share`` is its weight among all."""

    code: str
    area: str
    digits: int
    share: int
    side: str
    postcode: str

    @property
    def name(self) -> str:
        """The name as people say it."""
        found = regions.region(self.code)
        assert found is not None
        return regions.short_name(found.name)

    @property
    def districts(self) -> tuple[str, ...]:
        """The codes of its districts."""
        return _districts(self.code)


@cache
def _districts(code: str) -> tuple[str, ...]:
    found = [each.code for each in regions.children(code) if each.code != code]
    return tuple(found) or (code,)


CITIES = (
    City("330200", "0574", 8, 90, EAST, "315000"),
    City("330100", "0571", 8, 70, EAST, "310000"),
    City("310000", "021", 8, 80, EAST, "200000"),
    City("320500", "0512", 8, 55, EAST, "215000"),
    City("320200", "0510", 8, 35, EAST, "214000"),
    City("320100", "025", 8, 40, EAST, "210000"),
    City("330400", "0573", 8, 30, EAST, "314000"),
    City("330600", "0575", 8, 30, EAST, "312000"),
    City("330300", "0577", 8, 30, EAST, "325000"),
    City("331000", "0576", 8, 26, EAST, "318000"),
    City("330700", "0579", 8, 28, EAST, "321000"),
    City("330500", "0572", 7, 18, EAST, "313000"),
    City("330900", "0580", 7, 10, EAST, "316000"),
    City("330800", "0570", 7, 8, EAST, "324000"),
    City("320400", "0519", 8, 24, EAST, "213000"),
    City("320600", "0513", 8, 22, EAST, "226000"),
    City("321000", "0514", 8, 12, EAST, "225000"),
    City("320300", "0516", 8, 12, EAST, "221000"),
    City("320900", "0515", 8, 10, EAST, "224000"),
    City("340100", "0551", 8, 22, EAST, "230000"),
    City("340200", "0553", 7, 10, EAST, "241000"),
    City("370200", "0532", 8, 20, EAST, "266000"),
    City("370100", "0531", 8, 16, EAST, "250000"),
    City("370600", "0535", 7, 10, EAST, "264000"),
    City("110000", "010", 8, 26, EAST, "100000"),
    City("120000", "022", 8, 16, EAST, "300000"),
    City("210200", "0411", 8, 12, EAST, "116000"),
    City("440100", "020", 8, 60, SOUTH, "510000"),
    City("440300", "0755", 8, 60, SOUTH, "518000"),
    City("441900", "0769", 8, 45, SOUTH, "523000"),
    City("440600", "0757", 8, 36, SOUTH, "528000"),
    City("442000", "0760", 8, 22, SOUTH, "528400"),
    City("441300", "0752", 7, 16, SOUTH, "516000"),
    City("440400", "0756", 7, 14, SOUTH, "519000"),
    City("440700", "0750", 7, 10, SOUTH, "529000"),
    City("440500", "0754", 8, 12, SOUTH, "515000"),
    City("350200", "0592", 7, 22, SOUTH, "361000"),
    City("350500", "0595", 8, 24, SOUTH, "362000"),
    City("350100", "0591", 8, 18, SOUTH, "350000"),
    City("450100", "0771", 7, 12, SOUTH, "530000"),
    City("430100", "0731", 8, 20, SOUTH, "410000"),
    City("420100", "027", 8, 24, SOUTH, "430000"),
    City("360100", "0791", 8, 12, SOUTH, "330000"),
    City("510100", "028", 8, 24, SOUTH, "610000"),
    City("500000", "023", 8, 20, SOUTH, "400000"),
    City("610100", "029", 8, 14, SOUTH, "710000"),
    City("410100", "0371", 8, 16, SOUTH, "450000"),
)

ROADS = (
    "望春路", "春华路", "兴业路", "创新大道", "工业路", "科技园路", "滨江路", "永丰路", "通途路", "世纪大道", "环城北路",
    "江南路", "宝安大道", "东风路", "迎宾大道", "长江路", "黄河路", "中山路", "人民路", "新华路", "高新二路", "物流大道",
)  # fmt: skip
PARKS = ("工业园", "科技园", "产业园", "物流园", "创业园", "")
