"""The chips above a list say what it is narrowed by, and how."""

from __future__ import annotations

import re
from html import unescape

import pytest


@pytest.mark.parametrize(
    ("language", "query", "said"),
    [
        ("zh", "_flt_0_status=archived", "状态：已归档"),
        ("zh", "_flt_1_status=archived", "状态不等于 已归档"),
        ("en", "_flt_1_status=archived", "Status is not Archived"),
        ("en", "_flt_1_received_at=2026-11-01", "Received on or after 2026-11-01"),
        ("zh", "_flt_2_received_at=2026-11-30", "受理时间不晚于 2026-11-30"),
        ("en", "_flt_2_satisfaction=3", "Satisfaction at most 3"),
        ("zh", "_flt_4_satisfaction=n", "满意度不为空"),
        ("en", "_flt_4_satisfaction=y", "Satisfaction is empty"),
    ],
)
def test_a_chip_says_how_a_list_is_narrowed(client_as, language, query, said):
    page = client_as("Marketing Director", language=language).get(f"/service-requests/list/?{query}").text

    chips = re.findall(r'<span class="chip">(.*?)<a ', page)
    assert [unescape(chip) for chip in chips] == [said]
