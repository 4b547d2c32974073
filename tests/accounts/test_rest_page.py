"""The page that explains the REST interface tells each person what their programs may do."""

from __future__ import annotations

import re

import pytest


def resources(page):
    return re.findall(r'<section class="card rest-r" id="([\w-]+)"', page)


def test_an_administrator_reads_about_every_resource_in_either_language(client_as):
    browser = client_as("Admin")

    page = browser.get("/rest/").text

    assert resources(page) == [
        "customers", "contacts", "follow-ups", "plans", "products", "opportunities", "orders", "service-requests",
        "churn-cases",
    ]  # fmt: skip
    assert "统一社会信用代码" in page
    assert "Unified social credit code" in browser.get("/rest/?_l_=en").text


@pytest.mark.parametrize(("role", "may_win"), [("Account Manager", True), ("Sales Director", False)])
def test_moves_are_those_of_the_role(client_as, role, may_win):
    page = client_as(role).get("/rest/").text

    assert ("/api/v1/opportunities/&lt;id&gt;/win" in page) is may_win


def test_somebody_without_a_role_reads_that_there_is_nothing(client_as):
    page = client_as(None).get("/rest/").text

    assert resources(page) == []
    assert "您的角色不能读取任何资源" in page
