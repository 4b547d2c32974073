"""A fault of ours is told as a number that the log knows, never by its own words."""

import pytest

SECRET = "SELECT password FROM ab_user"


@pytest.fixture
def broken(app, monkeypatch):
    def fail(*_arguments, **_values):
        raise KeyError(SECRET)

    for endpoint in ("CustomerView.list", "CustomerApi.get_list"):
        monkeypatch.setitem(app.view_functions, endpoint, fail)


@pytest.mark.parametrize("url", ["/customers/list/", "/api/v1/customers/"])
def test_a_fault_is_a_number_in_the_page_and_its_reason_in_the_log(broken, client_as, caplog, url):
    answer = client_as("Admin").get(url)

    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert "KeyError" not in answer.text
    (record,) = [found for found in caplog.records if found.exc_info]
    assert SECRET in str(record.exc_info[1])
    assert record.args[0] in answer.text
