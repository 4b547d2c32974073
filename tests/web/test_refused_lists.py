"""What somebody meets who may not see a list, and a browser that asks for the icon."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh", "您没有权限查看这些记录。"), ("en", "You may not see these records.")]
)
def test_a_list_that_is_not_allowed_says_so_in_the_frame(client_as, language, sentence):
    answer = client_as("Account Manager").get(f"/users/list/?_l_={language}")

    assert answer.status_code == 403
    assert sentence in answer.text
    assert 'id="side"' in answer.text


def test_the_icon_answers_at_its_old_address(client):
    answer = client.get("/favicon.ico")

    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert 'rel="icon"' in client.get("/login/").text
