"""The lines that the customer's timeline tells of the story, the newest first: in Chinese, in English."""

from __future__ import annotations

LINES = (
    ("确认流失：转向竞争对手", "Confirmed as lost: Went to a competitor"),
    ("转为流失客户", "Became a lost customer"),
    ("暂缓流失至 {again}：上门拜访", "Churn postponed to {again}: Visit"),
    ("流失预警：已 200 天没有下单", "Churn warning: no order for 200 days"),
    ("订单 {order} 已完成", "Order {order} is completed"),
    ("订单 {order} 已发货", "Order {order} was shipped"),
    ("{request} 已归档", "{request} was archived"),
    ("{request} 满意度 5 分（满分 5 分）", "{request} was rated 5 out of 5"),
    ("{request} 已处理", "{request} was processed"),
    ("{request} 退回处理：客户不满意", "{request} was sent back: the customer is not satisfied"),
    ("{request} 满意度 2 分（满分 5 分）", "{request} was rated 2 out of 5"),
    ("{request} 已处理", "{request} was processed"),
    ("{request} 分配给 {specialist}", "{request} was assigned to {specialist}"),
    ("投诉 {request}", "Complaint {request}"),
    ("订单 {order} 已确认，¥1,234.50", "Order {order} was confirmed, ¥1,234.50"),
    ("转为正式客户", "Became an active customer"),
    ("赢单：{title}，¥50,000", "Won: {title}, ¥50,000"),
    ("“{title}”推进到“商务谈判”", "{title} advanced to “Negotiation”"),
    ("“{title}”推进到“方案报价”", "{title} advanced to “Proposal”"),
    ("“{title}”推进到“需求确认”", "{title} advanced to “Needs confirmed”"),
    ("计划 {visit} 10:00：{step}", "Planned for {visit} 10:00: {step}"),
    ("“{title}”已分配给 {manager}", "{title} was assigned to {manager}"),
    ("新销售机会：{title}", "New opportunity: {title}"),
    ("客户建档", "Customer entered"),
)
REASONS = (
    ("已 200 天没有下单", "No order for 200 days"),
    ("至今只有一笔订单（200 天前）", "One order so far, 200 days ago"),
    ("近 12 个月订单额 ¥1,234.50", "Worth ¥1,234.50 in the last 12 months"),
)
LOST = ("流失客户", "Lost customer")
