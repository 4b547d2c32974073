"""What is done with selected rows, and with all that match, happens to visible rows only, to all or to none."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.customers.models import Customer, Tag
from app.customers.services import tags_of
from app.opportunities.models import Opportunity, OpportunityStatus
from app.web.views import selection
from tests.support.customers import make_customer

JSON = {"X-Requested-With": "fetch", "Accept": "application/json"}
HAND_OVER = "/customers/bulk/hand_over"
TAG = "/customers/bulk/tag"


@pytest.fixture
def owners(session):
    """Who is responsible for customers, by id."""

    def read(pks):
        session.expire_all()
        return [owner for (owner,) in session.execute(select(Customer.owner_id).where(Customer.id.in_(pks)))]

    return read


def test_all_that_match_are_those_of_the_filters_and_no_others(session, people, as_, customers_of, owners):
    first, second = customers_of("manager", 3, level="A"), customers_of("manager", 2, level="B")

    answer = as_("director").post(
        f"{HAND_OVER}?_flt_0_level=A&_flt_0_owner_id={people['manager'].id}&every=y",
        data={"owner_id": people["other"].id, "seen": "3"},
        headers=JSON,
    )

    assert answer.status_code == 302, answer.text
    assert owners(first) == [people["other"].id] * 3
    assert owners(second) == [people["manager"].id] * 2


def test_all_that_match_reach_visible_rows_only(session, people, as_, customers_of):
    mine, foreign = customers_of("manager", 2, level="A"), customers_of("other", 2, level="A")

    answer = as_("manager").post(f"{TAG}?_flt_0_level=A&every=y", data={"tags": ""}, headers=JSON)
    assert answer.status_code == 422

    session.add(Tag(name="展会"))
    session.commit()
    answer = as_("manager").post(f"{TAG}?_flt_0_level=A&every=y", data={"tags": "展会", "seen": "2"}, headers=JSON)

    assert answer.status_code == 302, answer.text
    session.expire_all()
    assert [tags_of(session, pk) for pk in mine] == [["展会"], ["展会"]]
    assert [tags_of(session, pk) for pk in foreign] == [[], []]


def test_the_search_box_is_part_of_what_matches(session, people, as_, customers_of, make_actor, owners):
    manager = make_actor(user=people["manager"])
    wanted = make_customer(by=manager, name="苏州云帆电子有限公司").id
    others = customers_of("manager", 2)

    answer = as_("director").post(
        f"{HAND_OVER}?q=云帆&every=y", data={"owner_id": people["other"].id, "seen": "1"}, headers=JSON
    )

    assert answer.status_code == 302
    assert owners([wanted]) == [people["other"].id]
    assert owners(others) == [people["manager"].id] * 2


def test_the_dialog_says_how_many_records_it_is_about(session, people, as_, customers_of):
    customers_of("manager", 3, level="A")

    page = as_("director").get(f"{HAND_OVER}?_flt_0_level=A&_flt_0_owner_id={people['manager'].id}&every=y&_l=zh")

    assert page.status_code == 200
    assert 'name="seen" value="3"' in page.text
    assert 'name="rowid"' not in page.text
    assert "_flt_0_level=A" in page.text.partition('action="/customers/bulk/hand_over?')[2].partition('"')[0]


def test_rows_that_joined_after_the_dialog_are_not_swept_along(session, people, as_, customers_of, owners):
    pks = customers_of("manager", 3, level="A")

    answer = as_("director").post(
        f"{HAND_OVER}?_flt_0_level=A&every=y", data={"owner_id": people["other"].id, "seen": "2"}, headers=JSON
    )

    assert answer.status_code == 409
    assert "3" in answer.json["message"]
    assert owners(pks) == [people["manager"].id] * 3


def test_more_than_can_be_changed_at_once_is_refused_with_a_sentence(
    session, people, as_, customers_of, owners, monkeypatch
):
    monkeypatch.setattr(selection, "AT_ONCE", 2)
    pks = customers_of("manager", 3, level="A")

    answer = as_("director").post(f"{HAND_OVER}?every=y", data={"owner_id": people["other"].id}, headers=JSON)

    assert answer.status_code == 422
    assert "2" in answer.json["message"]
    assert owners(pks) == [people["manager"].id] * 3


def test_nothing_that_matches_is_said(session, as_):
    answer = as_("director").get(f"{HAND_OVER}?_flt_0_level=Z&every=y", headers=JSON)

    assert answer.status_code == 404
    assert answer.json["message"]


def test_all_or_none_and_the_refusal_names_the_record(session, people, as_, make_opportunity, make_actor):
    owner = people["manager"].id
    good = make_opportunity("developing", owner_id=owner, title="可以转交的").id
    bad = make_opportunity("won", owner_id=owner, title="已经赢单的").id
    session.commit()

    answer = as_("director").post(
        f"/opportunities/bulk/reassign?_flt_0_owner_id={owner}&every=y&_oc_OpportunityView=title&_od_OpportunityView=asc",
        data={"owner_id": people["other"].id, "note": "", "seen": "2"},
        headers=JSON,
    )

    assert answer.status_code == 409, answer.text
    assert "已经赢单的" in answer.json["message"]
    session.expire_all()
    assert session.get(Opportunity, good).owner_id == owner
    assert session.get(Opportunity, bad).status is OpportunityStatus.won


@pytest.mark.parametrize("pk", ["987654321", "x", "", "99999999999999999999999"])
def test_a_row_that_is_not_there_stops_the_ticked_ones(session, people, as_, customers_of, owners, pk):
    (known,) = customers_of("manager", 1)

    answer = as_("director").post(
        HAND_OVER, data={"rowid": [str(known), pk], "owner_id": people["other"].id}, headers=JSON
    )

    assert answer.status_code == 404
    assert owners([known]) == [people["manager"].id]


def test_a_foreign_row_stops_the_ticked_ones(session, people, as_, customers_of):
    mine, foreign = customers_of("manager", 1), customers_of("other", 1)

    answer = as_("manager").get(TAG, query_string={"rowid": [*mine, *foreign]}, headers=JSON)

    assert answer.status_code == 404


def test_without_the_right_there_is_neither_button_nor_page(session, as_, customers_of):
    customers_of("manager", 1)

    assert "/customers/bulk/hand_over" not in as_("manager").get("/customers/list/").text
    assert as_("manager").get(f"{HAND_OVER}?every=y").status_code == 403
    assert "/customers/bulk/hand_over" in as_("director").get("/customers/list/").text


def test_a_list_longer_than_its_page_offers_all_that_match(session, as_, customers_of):
    customers_of("manager", 3, level="A")

    page = as_("director").get("/customers/list/?_flt_0_level=A&psize_CustomerView=2").text

    assert 'data-query="_flt_0_level=A&amp;every=y"' in page
