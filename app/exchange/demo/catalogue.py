"""What the company sells."""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    """One product: price and cost for a unit in CNY, and how many units an order usually has."""

    code: str
    name: str
    model: str
    category: str
    unit: str
    price: str
    cost: str
    least: int
    most: int


PRODUCTS = (
    Item("BQ-1001", "热敏标签 60×40", "60×40 mm，800 张/卷", "consumable", "roll", "9.80", "5.60", 40, 400),
    Item("BQ-1002", "热敏标签 80×50", "80×50 mm，500 张/卷", "consumable", "roll", "11.50", "6.70", 40, 400),
    Item("BQ-1003", "热敏标签 100×150", "100×150 mm，面单", "consumable", "roll", "16.80", "9.90", 40, 600),
    Item("BQ-1101", "铜版纸标签 70×50", "70×50 mm，需配碳带", "consumable", "roll", "12.60", "7.20", 30, 300),
    Item("BQ-1102", "铜版纸标签 100×70", "100×70 mm，需配碳带", "consumable", "roll", "15.90", "9.10", 30, 300),
    Item("BQ-1201", "冷链耐冻标签 80×60", "−40 ℃ 不脱胶", "consumable", "roll", "24.50", "13.80", 20, 240),
    Item("BQ-1202", "PET 亚银标签 50×30", "耐溶剂、耐高温", "consumable", "roll", "38.00", "21.50", 10, 120),
    Item("BQ-1203", "可移除标签 60×40", "揭除不留胶", "consumable", "roll", "21.80", "12.40", 10, 160),
    Item("BQ-1204", "洗水唛 35 mm", "缎带，200 m/卷", "consumable", "roll", "42.00", "24.00", 10, 100),
    Item("TD-2001", "蜡基碳带 110×300", "110 mm×300 m", "consumable", "roll", "19.50", "10.80", 20, 200),
    Item("TD-2002", "混合基碳带 110×300", "110 mm×300 m", "consumable", "roll", "36.00", "19.80", 20, 160),
    Item("TD-2003", "树脂基碳带 80×300", "80 mm×300 m", "consumable", "roll", "68.00", "37.00", 10, 80),
    Item("JD-3001", "透明封箱胶带 48×100", "48 mm×100 m", "packaging", "roll", "6.20", "3.70", 72, 720),
    Item("JD-3002", "印字封箱胶带 48×100", "客户定制印字", "packaging", "roll", "7.60", "4.50", 144, 900),
    Item("JD-3003", "牛皮纸胶带 60×50", "可降解，免水", "packaging", "roll", "11.80", "7.00", 48, 360),
    Item("JD-3004", "纤维胶带 50×50", "重型捆扎", "packaging", "roll", "18.60", "10.60", 24, 160),
    Item("MO-4001", "手用缠绕膜 50 cm", "2.5 kg/卷", "packaging", "roll", "28.50", "18.60", 24, 240),
    Item("MO-4002", "机用缠绕膜 50 cm", "16 kg/卷，预拉伸 250%", "packaging", "roll", "168.00", "112.00", 6, 80),
    Item("MO-4003", "POF 热收缩膜", "双向拉伸，25 μm", "packaging", "roll", "196.00", "132.00", 4, 40),
    Item("HC-5001", "气泡袋 20×30", "加厚双层", "packaging", "pack", "22.00", "13.50", 20, 200),
    Item("HC-5002", "气柱袋 红酒 6 支装", "带充气口", "packaging", "pack", "58.00", "34.00", 10, 100),
    Item("HC-5003", "蜂窝纸垫", "牛皮纸，可回收", "packaging", "box", "76.00", "46.00", 10, 80),
    Item("DZ-6001", "快递袋 38×52", "PE 新料，破坏性封口", "packaging", "pack", "26.00", "15.60", 30, 400),
    Item("DZ-6002", "可降解快递袋 28×42", "PBAT+PLA", "packaging", "pack", "39.00", "25.00", 20, 240),
    Item("ZX-7001", "五层瓦楞纸箱 5 号", "290×170×190 mm", "packaging", "piece", "2.35", "1.55", 300, 4000),
    Item("ZX-7002", "飞机盒 T2", "200×140×40 mm", "packaging", "piece", "1.18", "0.74", 500, 6000),
    Item("DB-8001", "PET 塑钢打包带 1608", "16×0.8 mm，20 kg", "packaging", "roll", "232.00", "164.00", 4, 60),
    Item("DB-8002", "PP 机用打包带", "12×0.7 mm，10 kg", "packaging", "roll", "86.00", "58.00", 6, 80),
    Item("SB-9001", "标签打印机 TX210", "203 dpi，桌面型", "equipment", "unit", "1480.00", "960.00", 1, 6),
    Item("SB-9002", "工业标签打印机 ZT411", "300 dpi，金属机身", "equipment", "unit", "8600.00", "6200.00", 1, 4),
    Item("SB-9003", "便携打印机 M32", "蓝牙，3 英寸", "equipment", "unit", "1980.00", "1260.00", 1, 8),
    Item("SB-9004", "扫码枪 DS22", "二维影像，USB", "equipment", "unit", "560.00", "330.00", 1, 12),
    Item("SB-9101", "自动封箱机 FX50", "侧带驱动，25 箱/分", "equipment", "unit", "12800.00", "8900.00", 1, 2),
    Item("SB-9102", "托盘缠绕机 T1650", "预拉伸 250%", "equipment", "unit", "18600.00", "13200.00", 1, 2),
    Item("SB-9103", "在线喷码机 P350", "热发泡，2 英寸", "equipment", "unit", "26800.00", "18900.00", 1, 2),
    Item("PJ-9501", "打印头 300 dpi", "适配 ZT411", "component", "piece", "1680.00", "1150.00", 1, 4),
    Item("FW-9901", "上门安装调试", "含培训半天", "service", "time", "600.00", "260.00", 1, 2),
    Item("FW-9902", "设备年度保养", "四次巡检", "service", "year", "2400.00", "1100.00", 1, 2),
)
