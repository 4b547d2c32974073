"""The pages of service requests, as the people who work with them meet them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.audit import AuditEntry
from app.core.database import utc_now
from app.service.models import FeedbackLink, RequestStatus, ServiceLevel, ServiceRequest
from tests.support.orders import statements

BASE = "/service-requests"


@pytest.fixture
def people(make_user):
    return {
        "specialist": make_user("Service Specialist", first_name="敏", last_name="何"),
        "other": make_user("Service Specialist"),
        "director": make_user("Marketing Director"),
        "reader": make_user("Sales Director"),
        "admin": make_user("Admin"),
    }


@pytest.fixture
def given(session, people, make_request, as_):
    """``given("processed")``: the id of a request of the specialist."""

    def make(status="assigned", **values):
        values.setdefault("owner_id", people["specialist"].id)
        values.setdefault("at", utc_now() - timedelta(minutes=5))
        pk = make_request(status, **values).id
        session.commit()
        return pk

    return make


def stored(session, pk):
    session.expire_all()
    return session.get(ServiceRequest, pk)


def add(browser, customer_id, **values):
    form = {"customer_id": customer_id, "type": "complaint", "priority": "high", "text": "标签掉色", **values}
    return browser.post(f"{BASE}/add", data=form)


def test_complaint_assigned_processed_rated_2_sent_back_processed_rated_5_archived(
    session, make_customer, people, as_, client
):
    customer = make_customer("宁波恒泰鲜食有限公司")
    session.commit()

    answer = add(as_("specialist"), customer.id)
    assert answer.status_code == 302
    pk = int(answer.location.rsplit("/", 1)[1])
    page = as_("specialist").get(answer.location)
    assert "标签掉色" in page.text
    assert "待分配" in page.text

    dialog = as_("director").get(f"{BASE}/{pk}/move/assign")
    assert "何敏" in dialog.text
    as_("director").post(f"{BASE}/{pk}/move/assign", data={"owner_id": people["specialist"].id})
    assert stored(session, pk).owner_id == people["specialist"].id

    as_("specialist").post(
        f"{BASE}/{pk}/move/process", data={"solution": "重发一批", "upheld": "True", "severity": "minor"}
    )
    assert stored(session, pk).status is RequestStatus.processed
    assert stored(session, pk).upheld is True

    link = re.search(r"/feedback/[\w-]+", as_("specialist").post(f"{BASE}/{pk}/feedback-link").text)[0]
    public = client.get(link)
    assert "重发一批" in public.text
    assert "您对处理结果满意吗" in public.text
    assert "宁波恒泰" not in public.text
    thanks = client.post(link, data={"satisfaction": "2", "feedback": "还是掉色"})
    assert "感谢您的反馈" in thanks.text
    assert stored(session, pk).status is RequestStatus.assigned
    assert client.get(link).status_code == 410

    as_("specialist").post(f"{BASE}/{pk}/move/process", data={"solution": "更换色带"})
    as_("specialist").post(f"{BASE}/{pk}/move/record_feedback", data={"satisfaction": "5"})
    as_("specialist").post(f"{BASE}/{pk}/move/archive", data={})
    assert stored(session, pk).status is RequestStatus.archived

    found = as_("other").get("/service-archive/list/?q=色带")
    assert "更换色带" in found.text
    assert "更换色带" not in as_("other").get("/service-archive/list/?q=轴承").text
    assert as_("other").get(f"/service-archive/show/{pk}").location.endswith(f"{BASE}/show/{pk}")
    for name in ("other", "director"):  # with and without the right to delete
        assert "更换色带" in as_(name).get(f"/service-archive/preview/{pk}").text
    customer_page = as_("specialist").get(f"/customers/show/{customer.id}?kind=service")
    assert "满意度 5 分" in customer_page.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_customers_page_is_in_the_customers_language(session, given, as_, app, language):
    pk = given("processed")
    link = re.search(r"/feedback/[\w-]+", as_("specialist").post(f"{BASE}/{pk}/feedback-link").text)[0]

    page = app.test_client().get(link, headers={"Accept-Language": language})

    assert ("How satisfied are you?" in page.text) is (language == "en")
    assert ("您对处理结果满意吗" in page.text) is (language == "zh")


def test_an_answer_without_a_rating_comes_back_with_the_text(session, given, as_, client):
    pk = given("processed")
    link = re.search(r"/feedback/[\w-]+", as_("specialist").post(f"{BASE}/{pk}/feedback-link").text)[0]

    answer = client.post(link, data={"feedback": "<script>alert(1)</script>"})

    assert answer.status_code == 422
    assert "&lt;script&gt;alert(1)" in answer.text
    assert stored(session, pk).status is RequestStatus.processed


def test_the_public_page_needs_its_form(given, as_, app, csrf_protection, session):
    session.commit()
    stranger = app.test_client()

    assert stranger.post("/feedback/whatever", data={"satisfaction": "5"}).status_code == 400
    assert stranger.get("/feedback/whatever").status_code == 410


def test_looking_at_anything_changes_nothing(session, given, as_):
    pk = given("processed")
    before = stored(session, pk).version

    for path in ("show", "edit"):
        assert as_("specialist").get(f"{BASE}/{path}/{pk}").status_code == 200
    for move in ("record_feedback", "archive_unanswered"):
        assert as_("specialist").get(f"{BASE}/{pk}/move/{move}").status_code == 200
    for path in ("feedback-link", "answered", "drop"):
        assert as_("specialist").get(f"{BASE}/{pk}/{path}").status_code == 405

    assert stored(session, pk).version == before
    assert session.scalar(select(func.count(FeedbackLink.id))) == 0


@pytest.mark.parametrize("path", ["show/{}", "edit/{}", "preview/{}", "{}/move/process", "{}/move/record_feedback"])
def test_what_belongs_to_somebody_else_does_not_exist(session, given, as_, path):
    pk = given("assigned")

    foreign = as_("other").get(f"{BASE}/{path.format(pk)}")
    missing = as_("other").get(f"{BASE}/{path.format(999_999)}")

    assert (foreign.status_code, missing.status_code) == (404, 404)


@pytest.mark.parametrize("path", ["{}/move/process", "{}/answered", "{}/feedback-link", "{}/drop", "edit/{}"])
def test_what_belongs_to_somebody_else_is_not_changed(session, given, as_, path):
    pk = given("assigned")

    answer = as_("other").post(f"{BASE}/{path.format(pk)}", data={"solution": "抢着做", "version": "1", "text": "x"})

    assert answer.status_code == 404
    assert stored(session, pk).status is RequestStatus.assigned
    assert stored(session, pk).text == "标签掉色"


@pytest.mark.parametrize("pk", ["0", "-1", "abc", "9" * 30, "1%00"])
def test_odd_addresses_are_no_pages(as_, session, pk):
    assert as_("specialist").get(f"{BASE}/show/{pk}").status_code in {400, 404}


def test_a_refused_move_says_why_and_keeps_what_was_typed(session, given, as_):
    pk = given("assigned")

    answer = as_("specialist").post(f"{BASE}/{pk}/move/process", data={"solution": "", "cause": "配方用错"})

    assert answer.status_code == 422
    assert "配方用错" in answer.text
    assert stored(session, pk).status is RequestStatus.assigned


def test_too_early_without_an_answer_says_from_when(session, given, as_):
    pk = given("processed")

    answer = as_("specialist").post(
        f"{BASE}/{pk}/move/archive_unanswered", data={"note": "无人接听"}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 422
    assert re.search(r"客户仍在反馈期内，\d{4}-\d\d-\d\d 起", answer.text)


def test_the_first_answer_is_noted_with_one_click(session, given, as_):
    pk = given("assigned")

    as_("specialist").post(f"{BASE}/{pk}/answered")

    assert stored(session, pk).responded_at is not None
    assert "answered" not in as_("specialist").get(f"{BASE}/show/{pk}").text


def test_the_page_tells_the_whole_story(given, as_):
    pk = given("archived", satisfaction=4)
    given("created", text="同一客户的另一件事")

    page = as_("director").get(f"{BASE}/show/{pk}").text

    for words in ("标签掉色", "换了新的打印头", "归档", "反馈", "处理", "分配", "登记"):
        assert words in page


def test_a_form_sent_twice_makes_one_request(session, make_customer, as_):
    customer = make_customer()
    session.commit()
    once = "a" * 43

    first = add(as_("specialist"), customer.id, _once=once)
    second = add(as_("specialist"), customer.id, _once=once)

    assert first.location == second.location
    assert session.scalar(select(func.count(ServiceRequest.id)).where(ServiceRequest.customer_id == customer.id)) == 1


def test_the_second_of_two_editors_is_told(session, given, as_):
    pk = given("assigned")
    seen = stored(session, pk).version
    form = {"type": "complaint", "priority": "high", "version": seen}
    as_("specialist").post(f"{BASE}/edit/{pk}", data={**form, "text": "第一个人的话"})

    answer = as_("director").post(f"{BASE}/edit/{pk}", data={**form, "text": "第二个人的话"})

    assert "第二个人的话" in answer.text
    assert "第一个人的话" in answer.text
    assert stored(session, pk).text == "第一个人的话"


def test_the_board_shows_each_request_in_its_column(session, given, people, as_):
    given("created", text="纸张卡住")
    given("assigned", text="色带断裂", at=utc_now() - timedelta(days=60))
    given("processed", text="条码不清")
    given("reviewed", text="打印偏位", satisfaction=4)

    board = as_("director").get(f"{BASE}/board").text

    columns = re.findall(r'data-column="(\w+)".*?</section>', board, re.DOTALL)
    assert columns == ["created", "assigned", "processed", "reviewed"]
    for status, text in (
        ("created", "纸张卡住"),
        ("assigned", "色带断裂"),
        ("processed", "条码不清"),
        ("reviewed", "打印偏位"),
    ):
        part = re.search(rf'data-column="{status}".*?</section>', board, re.DOTALL)[0]
        assert text in part
    assert "逾期" in board
    mine = as_("specialist").get(f"{BASE}/board?who=me").text
    assert "色带断裂" in mine
    assert "纸张卡住" not in mine
    assert "色带断裂" not in as_("director").get(f"{BASE}/board?type=repair").text


@pytest.mark.parametrize("query", ["", "who=me", "type=complaint", "priority=high", "owner={other}", "owner=abc"])
def test_each_column_of_the_board_opens_its_rows(given, as_, people, query):
    given("created")
    given("assigned")
    given("processed")

    page = as_("specialist").get(f"{BASE}/board?{query.format(other=people['other'].id)}").text

    heads = re.findall(r'<h2 id="col-(\w+)"><a href="([^"]+)">.*?class="count">(\d+)<', page)
    assert len(heads) == 4
    for column, link, figure in heads:
        rows = as_("specialist").get(link.replace("&amp;", "&")).text
        assert re.search(r'data-count="[^"]*">(\d+)', rows)[1] == figure, (column, link)


def test_the_board_takes_few_statements_however_many_cards(app, given, as_):
    browser = as_("director")
    browser.get(f"{BASE}/board")
    for status in ("created", "assigned", "processed", "reviewed"):
        for _n in range(3):
            given(status)

    with statements(app) as asked:
        page = browser.get(f"{BASE}/board").text

    assert page.count("data-card=") == 12
    assert len(asked) <= 10


def test_who_assigns_narrows_the_board_to_one_specialist(given, as_, people):
    given("assigned", text="色带断裂")

    page, own = (as_("director").get(f"{BASE}/board?owner={people[name].id}").text for name in ("other", "specialist"))

    assert "色带断裂" not in page
    assert "色带断裂" in own
    assert f"owner={people['other'].id}" in own
    assert "owner=" not in as_("specialist").get(f"{BASE}/board").text


def test_a_dropped_card_asks_for_what_the_move_needs(session, given, as_):
    pk = given("assigned")

    form = as_("specialist").post(f"{BASE}/{pk}/drop", json={"to": "processed"})
    wrong = as_("specialist").post(f"{BASE}/{pk}/drop", json={"to": "reviewed"}, headers={"X-Requested-With": "fetch"})

    assert f"{BASE}/{pk}/move/process" in form.text
    assert wrong.status_code == 409
    assert "处理中" in wrong.json["message"]
    assert stored(session, pk).status is RequestStatus.assigned


def test_several_are_assigned_at_once_or_none(session, given, as_, people):
    waiting = [given("created"), given("created")]
    done = given("archived")

    as_("director").post(f"{BASE}/bulk/assign", data={"rowid": [*waiting, done], "owner_id": people["other"].id})
    assert [stored(session, pk).owner_id for pk in waiting] == [None, None]

    as_("director").post(f"{BASE}/bulk/assign", data={"rowid": waiting, "owner_id": people["other"].id})
    assert [stored(session, pk).owner_id for pk in waiting] == [people["other"].id] * 2


def test_a_caller_is_found_by_the_complete_number_and_it_is_logged(session, make_customer, as_):
    from app.customers.services.customers import index

    customer = make_customer(phone="0574-88883321")
    index(session, customer)
    session.commit()

    found = as_("specialist").post(f"{BASE}/caller", data={"phone": "0574 8888 3321"})
    part = as_("specialist").post(f"{BASE}/caller", data={"phone": "0574 8888"})

    assert f"customer_id={customer.id}" in found.text
    assert "88883321" not in found.text
    assert customer.name not in part.text
    session.expire_all()
    assert session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "find_caller")) == 1


@pytest.mark.parametrize("path", [f"{BASE}/add", f"{BASE}/caller", "/service-levels/save"])
def test_a_reader_writes_nothing(session, as_, path):
    answer = as_("reader").post(path, data={"phone": "13805741234"})

    assert answer.status_code in {302, 403}
    assert session.scalar(select(func.count(ServiceRequest.id))) == 0


def test_the_administrator_changes_the_promises(session, as_):
    table = as_("admin").get("/service-levels/")
    assert "投诉" in table.text

    as_("admin").post(
        "/service-levels/save",
        data={"complaint.urgent.response_hours": "3", "complaint.urgent.resolution_hours": "5"},
    )

    session.expire_all()
    level = session.scalars(
        select(ServiceLevel).where(ServiceLevel.type == "complaint", ServiceLevel.priority == "urgent")
    ).one()
    assert (level.response_hours, level.resolution_hours) == (3, 5)


@pytest.mark.parametrize(("response", "resolution"), [("9", "5"), ("0", "5"), ("", "5"), ("1e3", "5"), ("1", "9" * 30)])
def test_promises_that_make_no_sense_are_refused(session, as_, response, resolution):
    answer = as_("admin").post(
        "/service-levels/save",
        data={"complaint.urgent.response_hours": response, "complaint.urgent.resolution_hours": resolution},
    )

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_nobody_else_sees_the_promises(as_, session):
    assert as_("director").get("/service-levels/").status_code in {302, 403}


def test_everything_is_in_english_too(session, given, people, as_):
    people["director"].language = "en"
    pk = given("processed")

    for path in ("board", "list/", f"show/{pk}", f"{pk}/move/reopen"):
        page = as_("director").get(f"{BASE}/{path}").text
        page = re.sub(r"<style.*?</style>|<script.*?</script>", "", page, flags=re.DOTALL)
        assert "待分配" not in page
        assert "客服专员" not in page


def test_the_history_says_of_every_move_what_was_done():
    from app.service.views.page import EVENTS
    from app.service.workflow import MOVES

    assert set(EVENTS) == {"create", *(move.name for move in MOVES)}
