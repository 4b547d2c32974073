"""A company that gives the program its own, long name and looks at it on a telephone."""

from __future__ import annotations

import pytest

from tests.support.journey import Company


@pytest.mark.parametrize("company", ["sqlite-zh-390"], indirect=True)
def test_a_long_name_leaves_room_for_the_buttons_of_the_frame(company: Company) -> None:
    with company.signed_in("admin") as admin:
        admin.menu("/company/")
        admin.main.locator("[name=name]").fill("杭州晨光绿色印刷包装技术股份有限公司")
        with admin.leaving():
            admin.main.locator("form [type=submit]").click()

        # Each step asks that the page is as wide as the window.
        admin.menu("/users/list/")
        assert admin.page.locator("header.top summary.me").is_visible()
        brand = admin.page.locator("header.top .brand").bounding_box()
        assert brand is not None
        assert brand["width"] > 40
