"""The pages of opportunities, as the people who work with them meet them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.database import utc_now
from app.core.i18n import local_day
from app.customers.models import Contact, Customer, CustomerStatus, Plan
from app.opportunities.models import Opportunity, OpportunityPolicy, OpportunityStage
from app.opportunities.models import OpportunityStatus as S

BASE = "/opportunities"
POOL = "/opportunity-pool"
STAGES = "/opportunity-stages"
JSON = {"X-Requested-With": "fetch", "Accept": "application/json"}


@pytest.fixture
def people(make_user):
    return {
        "manager": make_user("Account Manager", first_name="晓梅", last_name="林"),
        "other": make_user("Account Manager", first_name="航", last_name="周"),
        "director": make_user("Marketing Director", first_name="卫东", last_name="韩"),
        "office": make_user("Office Administrator"),
        "reader": make_user("Sales Director"),
        "specialist": make_user("Service Specialist"),
        "admin": make_user("Admin"),
    }


@pytest.fixture
def given(session, people, make_opportunity):
    """``given("won")``: the id of an opportunity of the manager, entered five minutes ago."""

    def make(status="developing", **values):
        values.setdefault("owner_id", people["manager"].id)
        values.setdefault("at", utc_now() - timedelta(minutes=5))
        pk = make_opportunity(status, **values).id
        session.commit()
        return pk

    return make


@pytest.fixture
def stored(session):
    """An opportunity as it is in the database now."""

    def read(pk, model=Opportunity):
        session.expire_all()
        return session.get(model, pk)

    return read


def test_a_won_one_leads_to_its_order_with_the_customer_filled_in(given, as_, stored):
    pk = given("won")
    page = as_("manager").get(f"{BASE}/show/{pk}").text

    address = re.search(r'href="(/orders/add\?opportunity_id=\d+)"', page)
    assert address is not None
    form = as_("manager").get(address[1]).text

    assert stored(stored(pk).customer_id, Customer).name in form
    assert stored(pk).title in form
    assert "/orders/add?opportunity_id" not in as_("manager").get(f"{BASE}/show/{given()}").text
    assert "/orders/add?opportunity_id" not in as_("reader").get(f"{BASE}/show/{pk}").text


def test_nobody_has_begun_with_the_stage_of_an_unassigned_one(given, as_):
    free, at_work = given("unassigned", owner_id=None), given()

    # A tick says that a stage is over.
    assert 'class="past"' not in as_("director").get(f"{BASE}/show/{free}").text
    assert "ti-check" not in as_("director").get(f"{BASE}/show/{free}").text
    assert 'aria-current="step"' in as_("manager").get(f"{BASE}/show/{at_work}").text


def count(session, model):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model))


# --- the journey ---


def test_from_the_pool_to_the_win(session, as_, people, make_prospect, stored):
    answer = as_("director").post(
        f"{BASE}/add",
        data={
            "customer_name": "绍兴黄酒酿造有限公司",
            "contact_name": "王强",
            "contact_mobile": "13812345678",
            "title": "胶带集中采购",
        },
    )
    assert answer.status_code == 302
    pk = int(answer.location.rsplit("/", 1)[1])
    assert stored(pk).status is S.unassigned
    assert stored(pk).customer.status is CustomerStatus.prospect

    card = as_("manager").get(f"{POOL}/show/{pk}")
    assert "绍兴黄酒酿造有限公司" in card.text
    assert "抢单" in card.text
    claimed = as_("manager").post(f"{BASE}/{pk}/move/claim")
    assert claimed.location == f"{BASE}/show/{pk}"
    assert stored(pk).owner_id == people["manager"].id
    page = as_("manager").get(claimed.location)
    assert "王强" in page.text

    dialog = as_("manager").get(f"{BASE}/{pk}/move/advance").text
    assert "需求" in dialog
    as_("manager").post(
        f"{BASE}/{pk}/move/advance", data={"stage": "proposal", "need": "一年胶带", "amount": "136,000"}
    )
    assert (stored(pk).stage, stored(pk).probability) == ("proposal", 50)
    as_("manager").post(f"{BASE}/{pk}/steps", data={"what": "寄样", "kind": "visit", "due_at": "2030-01-02T09:00"})
    assert "寄样" in as_("manager").get(f"{BASE}/show/{pk}").text

    as_("manager").post(f"{BASE}/{pk}/move/win", data={"amount": "130000"})
    assert (stored(pk).status, stored(pk).amount) == (S.won, 130_000)
    assert stored(pk).customer.status is CustomerStatus.active
    assert "赢单：胶带集中采购，¥130,000" in as_("manager").get(f"{BASE}/show/{pk}").text


# --- pages and roles ---


@pytest.mark.parametrize("name", ["manager", "director", "office", "reader", "admin"])
@pytest.mark.parametrize("path", [f"{BASE}/board", f"{BASE}/list/", f"{POOL}/list/"])
def test_every_page_opens_for_whoever_works_with_opportunities(as_, given, name, path):
    given()
    given("unassigned")
    given("won")
    given("lost")

    assert as_(name).get(path).status_code == 200


@pytest.mark.parametrize("path", [f"{BASE}/board", f"{BASE}/list/", f"{POOL}/list/", f"{BASE}/add", f"{STAGES}/"])
def test_a_specialist_has_none_of_these_pages(as_, path):
    assert as_("specialist").get(path).status_code in (302, 403)


def test_empty_pages_open_too(as_):
    for path in (f"{BASE}/board", f"{BASE}/list/", f"{POOL}/list/"):
        assert as_("manager").get(path).status_code == 200


@pytest.mark.parametrize("status", list(S))
@pytest.mark.parametrize("name", ["manager", "director", "reader", "admin"])
def test_the_page_of_one_opportunity_opens_in_every_status(as_, given, status, name):
    pk = given(status)

    answer = as_(name).get(f"{BASE}/show/{pk}", follow_redirects=True)

    assert answer.status_code == 200
    assert "酒店布草洗唛" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("get", "/show/{pk}", None),
        ("get", "/preview/{pk}", None),
        ("get", "/edit/{pk}", None),
        ("post", "/edit/{pk}", {"title": "偷改", "version": "1"}),
        ("post", "/delete/{pk}", {}),
        ("get", "/{pk}/move/win", None),
        ("post", "/{pk}/move/win", {"amount": "1"}),
        ("post", "/{pk}/move/claim", {}),
        ("post", "/{pk}/drop", {"to": "won"}),
        ("get", "/{pk}/steps", None),
        ("post", "/{pk}/steps", {"what": "x", "kind": "visit", "due_at": "2030-01-02"}),
        ("post", "/bulk/assign", {"rowid": "{pk}", "owner_id": "1"}),
    ],
)
@pytest.mark.parametrize("which", ["foreign", "missing", "absurd"])
def test_what_one_may_not_see_does_not_exist(
    session, as_, given, people, stored, make_prospect, method, path, data, which
):
    from app.core.actors import Actor, acting_as
    from app.opportunities.services import create_opportunity

    with acting_as(Actor(people["other"].id, "", frozenset({"opportunity.add", "customer.see_all"})), session):
        values = {"customer_id": make_prospect(owner_id=people["other"].id).id, "title": "周航的"}
        by = Actor(people["other"].id, "", frozenset({"opportunity.add", "customer.see_all"}))
        foreign = create_opportunity(values, by=by, at=utc_now()).id
        session.commit()
    pk = {"foreign": foreign, "missing": 987_654, "absurd": "9" * 30}[which]
    browser = as_("manager")
    data = {name: str(value).replace("{pk}", str(pk)) for name, value in (data or {}).items()}

    answer = getattr(browser, method)(
        BASE + path.replace("{pk}", str(pk)), **({"data": data} if method == "post" else {})
    )

    assert answer.status_code == 404
    assert "周航的" not in answer.text
    assert (stored(foreign).title, stored(foreign).status) == ("周航的", S.developing)


@pytest.mark.parametrize("path", ["/{pk}/move/lose", "/bulk/assign?rowid={pk}"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_lacks_the_right_of_a_move_is_told_which_one(as_, given, method, path):
    pk, browser = given(), as_("reader")
    named = "输单" if "lose" in path else "分配"
    url = BASE + path.replace("{pk}", str(pk))

    in_a_page = getattr(browser, method)(url)
    by_a_script = getattr(browser, method)(url, headers=JSON)

    assert (in_a_page.status_code, f"您没有权限执行：{named}。" in in_a_page.text) == (403, True)
    assert (by_a_script.status_code, by_a_script.json["message"]) == (403, f"您没有权限执行：{named}。")


@pytest.mark.parametrize("name", ["specialist", "reader"])
@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("move/advance", {"stage": "proposal"}),
        ("move/win", {"amount": "1"}),
        ("move/reopen", {}),
        ("steps", {"what": "x"}),
    ],
)
def test_who_may_not_do_it_is_refused_and_nothing_changes(as_, given, stored, name, path, data):
    pk = given()

    answer = as_(name).post(f"{BASE}/{pk}/{path}", data=data)

    assert answer.status_code in (403, 404)
    assert (stored(pk).status, stored(pk).stage) == (S.developing, "initial_contact")


@pytest.mark.parametrize("path", ["move/claim", "move/win", "drop", "steps/1/up"])
def test_reading_an_address_changes_nothing(as_, given, stored, path):
    pk = given("unassigned") if "claim" in path else given()
    before = stored(pk).status

    answer = as_("manager").get(f"{BASE}/{pk}/{path}")

    assert answer.status_code in (200, 404, 405)
    assert stored(pk).status is before


def test_without_the_token_of_the_page_nothing_is_done(request, as_, given, stored):
    pk, browser = given("unassigned"), as_("manager")
    request.getfixturevalue("csrf_protection")

    answer = browser.post(f"{BASE}/{pk}/move/claim")

    assert answer.status_code == 400
    assert stored(pk).status is S.unassigned


# --- the pool ---


def test_the_pool_shows_its_columns_and_no_way_to_the_customer(as_, given, make_prospect, people):
    hidden = make_prospect("义乌顺捷供应链有限公司", owner_id=people["other"].id, region_name="浙江省金华市")
    pk = given("unassigned", customer=hidden)

    rows = as_("manager").get(f"{POOL}/list/").text
    card = as_("manager").get(f"{POOL}/show/{pk}").text

    for page in (rows, card):
        assert "义乌顺捷供应链有限公司" in page
        assert "浙江省金华市" in page
        assert f"/customers/show/{hidden.id}" not in page
    assert as_("manager").get(f"{BASE}/show/{pk}").location == f"{POOL}/show/{pk}"
    assert "酒店布草洗唛" not in as_("manager").get(f"{BASE}/list/").text
    assert "酒店布草洗唛" not in as_("manager").get(f"{BASE}/board").text


def test_who_claims_too_late_is_told_why(as_, given, stored, people):
    pk = given("unassigned")
    as_("other").post(f"{BASE}/{pk}/move/claim")

    in_a_page = as_("manager").post(f"{BASE}/{pk}/move/claim", follow_redirects=True)
    by_a_script = as_("manager").post(f"{BASE}/{pk}/move/claim", headers=JSON)

    assert "抢先拿到" in in_a_page.text
    assert (by_a_script.status_code, "抢先拿到" in by_a_script.json["message"]) == (409, True)
    assert stored(pk).owner_id == people["other"].id


def test_several_are_claimed_at_once_or_none(as_, given, stored, people):
    free, taken = given("unassigned"), given("unassigned")

    both = as_("manager").post(f"{POOL}/bulk/claim", data={"rowid": [free, taken]})

    assert both.status_code == 302
    assert [stored(pk).owner_id for pk in (free, taken)] == [people["manager"].id] * 2
    again = given("unassigned")
    late = as_("manager").post(f"{POOL}/bulk/claim", data={"rowid": [again, taken]}, follow_redirects=True)
    assert "没有做任何更改，原因在“" in late.text
    assert "已归您负责" in late.text
    assert stored(again).status is S.unassigned


@pytest.mark.parametrize("more", [0, 1])
def test_whoever_selects_in_the_pool_what_is_taken_meanwhile_is_told_so(as_, given, stored, people, more):
    taken, *free = (given("unassigned") for _ in range(1 + more))
    as_("other").post(f"{POOL}/bulk/claim", data={"rowid": [taken]})
    selected = {"rowid": [taken, *free]}

    in_a_page = as_("manager").post(f"{POOL}/bulk/claim", data=selected, follow_redirects=True)
    by_a_script = as_("manager").post(f"{POOL}/bulk/claim", data=selected, headers=JSON)

    assert in_a_page.request.path == f"{POOL}/list/"
    assert "抢先拿到" in in_a_page.text
    assert ("没有抢到任何一个" in in_a_page.text) is bool(more)
    assert (by_a_script.status_code, "抢先拿到" in by_a_script.json["message"]) == (409, True)
    assert stored(taken).owner_id == people["other"].id
    assert [stored(pk).status for pk in free] == [S.unassigned] * more


def test_of_two_directors_who_assign_from_the_pool_the_second_is_told(as_, given, stored, people):
    pk = given("unassigned")
    chosen = {"rowid": [pk], "owner_id": people["other"].id}
    as_("director").post(f"{POOL}/bulk/assign", data=chosen)
    htmx = {"HX-Request": "true"}

    together = as_("admin").post(f"{POOL}/bulk/assign", data={**chosen, "owner_id": people["manager"].id}, headers=htmx)
    alone = as_("admin").post(f"{POOL}/{pk}/move/assign", data={"owner_id": people["manager"].id}, headers=htmx)

    for answer in (together, alone):
        assert (answer.status_code, "当前状态为“开发中”" in answer.text) == (422, True), answer.text
    assert stored(pk).owner_id == people["other"].id


def test_a_director_assigns_from_the_list(as_, given, stored, people):
    one, two = given("unassigned"), given("unassigned")

    dialog = as_("director").get(f"{BASE}/bulk/assign?rowid={one}&rowid={two}").text
    as_("director").post(f"{BASE}/bulk/assign", data={"rowid": [one, two], "owner_id": people["other"].id})

    assert "周航" in dialog
    assert "韩卫东" not in dialog.partition("<select")[2].partition("</select>")[0]
    assert [stored(pk).owner_id for pk in (one, two)] == [people["other"].id] * 2


# --- the board ---


def drop(browser, pk, to):
    return browser.post(f"{BASE}/{pk}/drop", json={"to": to}, headers=JSON | {"HX-Request": "true"})


def test_a_dropped_card_makes_the_move(as_, given, stored):
    pk = given(need="洗唛", expected_close="2030-01-02")

    forward = drop(as_("manager"), pk, "negotiation")
    assert (forward.status_code, stored(pk).stage) == (200, "negotiation")
    assert "推进" in forward.json["message"]
    back = drop(as_("manager"), pk, "needs_confirmed")
    assert (back.status_code, stored(pk).stage) == (200, "needs_confirmed")


def test_a_dropped_card_asks_for_what_is_missing_and_stays(as_, given, stored):
    pk = given(amount=None)

    answer = drop(as_("manager"), pk, "negotiation")

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert {"stage", "need", "amount", "expected_close"} <= set(re.findall(r'name="(\w+)"', answer.text))
    assert re.search(r"<option[^>]*selected[^>]*>商务谈判", answer.text)
    assert stored(pk).stage == "initial_contact"


@pytest.mark.parametrize(("to", "field"), [("won", "amount"), ("lost", "lost_reason")])
def test_a_card_dropped_on_an_end_asks_first(as_, given, stored, to, field):
    pk = given()

    answer = drop(as_("manager"), pk, to)

    assert f'name="{field}"' in answer.text
    assert stored(pk).status is S.developing


@pytest.mark.parametrize("to", ["initial_contact", "nonsense", "", None, 7, {"a": 1}])
def test_a_card_dropped_where_there_is_no_way_is_refused_with_a_sentence(as_, given, stored, to):
    pk = given()

    answer = drop(as_("manager"), pk, to)

    assert answer.status_code in (409, 422)
    assert answer.json["message"]
    assert stored(pk).stage == "initial_contact"


@pytest.mark.parametrize("status", ["won", "lost"])
def test_a_closed_card_does_not_move(as_, given, stored, status):
    pk = given(status)

    answer = drop(as_("manager"), pk, "proposal")

    assert (answer.status_code, stored(pk).status) == (409, S(status))


def test_a_colleague_of_the_customer_does_not_move_its_cards(as_, given, stored, make_prospect, people):
    pk = given(need="洗唛", customer=make_prospect(owner_id=people["other"].id))

    for to in ("needs_confirmed", "won"):
        answer = drop(as_("other"), pk, to)
        assert (answer.status_code, answer.json["message"]) == (403, "只有此销售机会的负责人才能这样做。")
    assert (stored(pk).stage, stored(pk).status) == ("initial_contact", S.developing)


@pytest.mark.parametrize(
    "query", ["who=me", "owner=1", "team=1", "month=2026-11", "q=布草", "owner=abc", "team=" + "9" * 30]
)
def test_the_board_is_narrowed_by_its_address(as_, given, query):
    given()

    assert as_("director").get(f"{BASE}/board?{query}").status_code == 200


def test_the_board_finds_by_title_customer_and_initials(as_, given, make_prospect):
    given(title="疫苗冷链温标", customer=make_prospect("上海浦济生物有限公司"))
    given(title="茶叶礼盒封口贴")

    for text in ("冷链", "浦济", "ymll"):
        page = as_("director").get(f"{BASE}/board?q={text}").text
        assert "疫苗冷链温标" in page, text
        assert "茶叶礼盒封口贴" not in page, text


@pytest.mark.parametrize("query", ["", "who=me", "owner={other}", "month={month}", "q=布草", "team={team}"])
def test_each_figure_of_the_board_opens_the_rows_behind_it(session, as_, given, people, query):
    from app.accounts.models import Team

    team = Team(name="华东大区")
    session.add(team)
    session.flush()
    people["other"].team_id = team.id
    today = local_day(utc_now())
    for n in range(3):
        given(expected_close=(today + timedelta(days=40 * n)).isoformat())
    given(owner_id=people["other"].id, title="另一个")
    for status in ("won", "lost"):
        given(status)
        given(status, owner_id=people["other"].id)
        given(status, at=utc_now() - timedelta(days=31))
    query = query.format(other=people["other"].id, month=f"{today:%Y-%m}", team=team.id)

    page = as_("director").get(f"{BASE}/board?{query}").text

    heads = re.findall(r'<h2 id="col-(\w+)"><a href="([^"]+)">.*?class="count">(\d+)<', page)
    assert len(heads) == 6
    for column, link, figure in heads:
        rows = as_("director").get(link.replace("&amp;", "&")).text
        assert re.search(r'data-count="[^"]*">(\d+)', rows)[1] == figure, (column, link)


# --- forms ---


def test_what_a_manager_enters_is_theirs(session, as_, people, make_prospect, stored):
    customer = make_prospect(owner_id=people["manager"].id)
    session.commit()
    data = {"customer_id": customer.id, "title": "洗唛", "amount": "48,000", "owner_id": people["other"].id}

    answer = as_("manager").post(f"{BASE}/add", data=data)

    pk = int(answer.location.rsplit("/", 1)[1])
    assert (stored(pk).owner_id, stored(pk).amount) == (people["manager"].id, 48_000)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "请选择客户，或在下面填写新客户。"),
        ({"customer_name": "绍兴黄酒酿造有限公司", "customer_id": "KNOWN"}, "不要两者都填"),
        ({"contact_name": "王强"}, "请填写新客户名称。"),
        ({"customer_name": "绍兴黄酒酿造有限公司", "contact_mobile": "12"}, "手机"),
        ({"customer_id": "HIDDEN"}, ""),
        ({"customer_id": "9" * 30}, ""),
        ({"customer_id": "KNOWN", "amount": "NaN"}, ""),
        ({"customer_id": "KNOWN", "amount": "1e309"}, ""),
        ({"customer_id": "KNOWN", "expected_close": "2026-02-31"}, ""),
        ({"customer_id": "KNOWN", "probability": "101"}, ""),
        ({"customer_id": "KNOWN", "title": "长" * 200}, ""),
        ({"customer_id": "KNOWN", "title": ""}, ""),
        ({"customer_id": "KNOWN", "source": "nonsense"}, ""),
    ],
)
def test_wrong_input_comes_back_with_a_sentence_and_nothing_is_kept(
    session, as_, people, make_prospect, data, sentence
):
    known, hidden = make_prospect(owner_id=people["manager"].id), make_prospect(owner_id=people["other"].id)
    session.commit()
    before = count(session, Customer)
    ids = {"KNOWN": known.id, "HIDDEN": hidden.id}
    data = {"title": "胶带<script>", **{name: ids.get(value, value) for name, value in data.items()}}

    answer = as_("manager").post(f"{BASE}/add", data=data)

    assert answer.status_code in (200, 422)
    assert 'role="alert"' in answer.text
    assert sentence in answer.text
    assert "胶带<script>" not in answer.text
    assert (count(session, Opportunity), count(session, Customer)) == (0, before)


def test_a_prospect_like_a_known_customer_is_saved_only_on_purpose(session, as_, make_prospect, people):
    data = {"customer_name": "绍兴黄酒酿造有限公司", "title": "胶带"}
    as_("manager").post(f"{BASE}/add", data=data)
    assert count(session, Opportunity) == 1

    warned = as_("other").post(f"{BASE}/add", data={**data, "customer_name": "绍兴黄酒酿造（有限公司）"})
    assert "绍兴黄酒酿造有限公司" in warned.text
    assert "林晓梅" in warned.text
    assert count(session, Opportunity) == 1
    as_("other").post(f"{BASE}/add", data={**data, "customer_name": "绍兴黄酒酿造（有限公司）", "save_anyway": "1"})

    assert count(session, Opportunity) == 2


def test_a_form_sent_twice_makes_one_of_each(session, as_):
    once = re.search(r'name="_once" value="([^"]+)"', as_("manager").get(f"{BASE}/add").text)[1]
    data = {"customer_name": "绍兴黄酒酿造有限公司", "contact_name": "王强", "title": "胶带", "_once": once}

    answers = [as_("manager").post(f"{BASE}/add", data=data) for _ in range(2)]

    assert answers[0].location == answers[1].location
    assert [count(session, model) for model in (Opportunity, Customer, Contact)] == [1, 1, 1]


def test_two_people_who_change_one_opportunity_lose_nothing(as_, given, stored):
    pk = given()
    version = stored(pk).version
    as_("director").post(
        f"{BASE}/edit/{pk}", data={"title": "主任改的", "amount": "1", "probability": "10", "version": version}
    )

    answer = as_("manager").post(
        f"{BASE}/edit/{pk}", data={"title": "经理改的", "amount": "2", "probability": "10", "version": version}
    )

    assert "经理改的" in answer.text
    assert "主任改的" in answer.text
    assert stored(pk).title == "主任改的"


def test_the_add_form_starts_with_the_customer_it_was_opened_from(session, as_, people, make_prospect):
    own, hidden = make_prospect(owner_id=people["manager"].id), make_prospect(owner_id=people["other"].id)
    session.commit()

    page = as_("manager").get(f"{BASE}/add?customer_id={own.id}").text

    assert own.name in page
    assert as_("manager").get(f"{BASE}/add?customer_id={hidden.id}").status_code == 404


def test_only_who_assigns_chooses_a_responsible_person(as_):
    assert 'name="owner_id"' in as_("director").get(f"{BASE}/add").text
    assert 'name="owner_id"' not in as_("manager").get(f"{BASE}/add").text


def test_an_unassigned_opportunity_is_deleted_and_brought_back(as_, given, stored, session, people):
    answer = as_("director").post(f"{BASE}/add", data={"customer_name": "绍兴黄酒酿造有限公司", "title": "胶带"})
    pk = int(answer.location.rsplit("/", 1)[1])

    as_("director").post(f"{BASE}/delete/{pk}")
    assert as_("director").get(f"{BASE}/show/{pk}").status_code == 404
    as_("director").post(f"{BASE}/undelete/{pk}")

    assert as_("director").get(f"{BASE}/show/{pk}").status_code == 200


def test_what_is_being_developed_is_not_deleted(as_, given, stored):
    pk = given()

    answer = as_("admin").post(f"{BASE}/delete/{pk}", follow_redirects=True)

    assert "只有未分配的销售机会才能删除。" in answer.text
    assert stored(pk).deleted_at is None


@pytest.mark.parametrize(
    "query",
    [
        "page_OpportunityView=-1",
        "page_OpportunityView=abc",
        "_flt_9_stage=x",
        "_flt_0_amount=NaN",
        "_flt_1_expected_close=2026-02-31",
        "_flt_0_status=nonsense",
        "_oc_OpportunityView=owner.password&_od_OpportunityView=asc",
        "step=nonsense",
        "q=%25_%27",
    ],
)
def test_an_odd_address_of_the_list_is_answered_calmly(as_, given, query):
    given()

    assert as_("director").get(f"{BASE}/list/?{query}").status_code in (200, 400)


@pytest.mark.parametrize(("step", "wanted"), [("none", "还没安排"), ("late", "逾期的")])
def test_the_list_shows_what_lacks_its_next_step(as_, given, people, session, step, wanted):
    from app.core.actors import Actor, acting_as
    from app.opportunities.services import add_step

    system = Actor.system("test")
    given(title="还没安排")
    late, planned = given(title="逾期的"), given(title="已经安排")
    with acting_as(system, session):
        for pk, days in ((late, -1), (planned, 2)):
            opportunity = session.get(Opportunity, pk)
            due = utc_now() + timedelta(days=days)
            add_step(opportunity, {"what": "拜访", "kind": "visit", "due_at": due}, by=system, at=utc_now())
    session.commit()

    page = as_("manager").get(f"{BASE}/list/?step={step}").text

    assert {title for title in ("还没安排", "逾期的", "已经安排") if title in page} == {wanted}


# --- moves ---


def test_a_wrong_move_form_comes_back_and_nothing_moves(as_, given, stored):
    pk = given()

    answer = as_("manager").post(f"{BASE}/{pk}/move/lose", data={"lost_reason": ""}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "此项必填" in answer.text
    assert stored(pk).status is S.developing


def test_a_stage_that_needs_more_says_so_in_its_dialog(as_, given, stored):
    pk = given(amount=None)

    answer = as_("manager").post(
        f"{BASE}/{pk}/move/advance", data={"stage": "proposal"}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 422
    assert "进入“需求确认”阶段必须填写此项。" in answer.text
    assert stored(pk).stage == "initial_contact"


def test_the_buttons_are_those_of_the_status_and_the_person(as_, given):
    pk = given()

    of_the_owner = as_("manager").get(f"{BASE}/show/{pk}").text
    of_the_reader = as_("reader").get(f"{BASE}/show/{pk}").text

    def moves(page):
        return set(re.findall(rf"{BASE}/{pk}/move/(\w+)", page))

    assert moves(of_the_owner) == {"advance", "win", "lose", "return"}
    assert moves(of_the_reader) == set()
    assert moves(as_("director").get(f"{BASE}/show/{given('won')}").text) == set()


# --- development plan ---


def test_steps_are_put_into_order_and_foreign_ones_stay(as_, given, session):
    pk, other = given(), given()
    for what in ("寄样", "报价"):
        as_("manager").post(f"{BASE}/{pk}/steps", data={"what": what, "kind": "visit", "due_at": "2030-01-02"})
    first, second = session.scalars(select(Plan.id).where(Plan.opportunity_id == pk).order_by(Plan.position))

    as_("manager").post(f"{BASE}/{pk}/steps/{second}/up")

    order = select(Plan.what).where(Plan.opportunity_id == pk).order_by(Plan.position)
    assert list(session.scalars(order)) == ["报价", "寄样"]
    for path in (f"{other}/steps/{first}/up", f"{pk}/steps/{first}/aside", f"{pk}/steps/abc/up"):
        assert as_("manager").post(f"{BASE}/{path}").status_code == 404


def test_a_step_without_a_date_is_not_planned(as_, given, session):
    pk = given()

    answer = as_("manager").post(f"{BASE}/{pk}/steps", data={"what": "寄样", "kind": "visit", "due_at": "31 February"})

    assert answer.status_code == 422
    assert count(session, Plan) == 0


# --- stages ---


def test_the_office_keeps_stages_and_policy(as_, session, stored):
    office = as_("office")
    first = session.scalar(select(OpportunityStage.id).where(OpportunityStage.code == "initial_contact"))
    session.commit()

    assert "初步接洽" in office.get(f"{STAGES}/").text
    assert "条记录" not in office.get(f"{STAGES}/policy").text  # it is about no record
    changed = {
        "label_zh": "初次接触",
        "label_en": "First contact",
        "probability": "15",
        "normal_days": "7",
        "active": "y",
    }
    office.post(f"{STAGES}/{first}/edit", data={**changed, "required": ["need", "amount"]})
    office.post(f"{STAGES}/{first}/down")
    office.post(f"{STAGES}/policy", data={"holding_cap": "5", "daily_claims": "2"})
    office.post(f"{STAGES}/add", data={**changed, "code": "trial", "label_zh": "试用"})

    stage = stored(first, OpportunityStage)
    assert (stage.label_zh, stage.probability, stage.required, stage.position) == (
        "初次接触",
        15,
        ["need", "amount"],
        2,
    )
    assert stored(1, OpportunityPolicy).holding_cap == 5
    assert "试用" in office.get(f"{STAGES}/").text


@pytest.mark.parametrize(
    ("path", "data"), [("add", {"code": "A b"}), ("policy", {"holding_cap": "-1", "daily_claims": "1"})]
)
def test_a_wrong_stage_or_policy_comes_back(as_, path, data):
    answer = as_("office").post(f"{STAGES}/{path}", data=data)

    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["", "add", "1/edit", "policy"])
def test_managers_do_not_open_the_stages(as_, path):
    assert as_("manager").get(f"{STAGES}/{path}").status_code in (302, 403)


# --- the customer's page ---


def test_the_customers_page_shows_its_opportunities(as_, given, make_prospect, people):
    customer = make_prospect(owner_id=people["manager"].id)
    given(customer=customer)

    card = as_("manager").get(f"/customer-opportunities/{customer.id}")
    tab = as_("manager").get(f"{BASE}/related/customer_id/{customer.id}")

    for page in (card, tab):
        assert page.status_code == 200
        assert "酒店布草洗唛" in page.text
    assert as_("other").get(f"/customer-opportunities/{customer.id}").status_code == 404
    assert as_("other").get(f"{BASE}/related/customer_id/{customer.id}").status_code == 404
