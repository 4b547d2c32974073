"""Named views, columns, page size and row height are each person's own, and shared as far as somebody may."""

from __future__ import annotations

import io
import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from openpyxl import load_workbook
from sqlalchemy import select

from app.accounts.models import Team
from app.accounts.services import lists as services
from app.core.actors import Actor
from app.core.audit import AuditEntry
from app.core.database import utc_now
from app.core.errors import Invalid, NotAllowed, NotFound
from app.core.lists import ListChoice, ListView, kept
from app.customers.models import Customer

LIST = "/customers/list/"
CHOICE = "/lists/CustomerView/choice"
ADD = "/lists/CustomerView/views/add"
NAME = "CustomerView"


def columns_of(page):
    return re.findall(r'<th scope="col"[^>]* data-col="(\w+)"', page)


def tabs_of(page):
    nav = page.partition('aria-label="保存的视图"')[2].partition("</nav>")[0] or page.partition('<nav class="views"')[2]
    return [re.sub("<[^>]+>", "", tab).strip() for tab in re.findall(r"<a [^>]*>(.*?)</a>", nav.partition("</nav>")[0])]


@pytest.fixture
def view_of(session, people, make_actor):
    """``view_of("manager", "重点", query)``: a view somebody has saved."""

    def save(name, title="重点", query="_flt_0_level=A", columns=None, shared=""):
        view = services.save_view(
            NAME, title, query, columns, by=make_actor(user=people[name]), at=utc_now(), shared=shared
        )
        session.commit()
        return view.id

    return save


@pytest.fixture
def in_one_team(session, people):
    team = Team(name="华东")
    session.add(team)
    session.flush()
    people["manager"].team_id = people["other"].team_id = team.id
    session.commit()


# --- columns, page size, row height ---


def test_columns_are_remembered_for_one_person_and_every_browser(session, people, as_, client_as, customers_of):
    customers_of("manager", 1)
    chosen = ["name", "code", "phone", "level"]

    answer = as_("manager").post(CHOICE, json={"columns": chosen})

    assert answer.status_code == 200
    assert columns_of(client_as(user=people["manager"]).get(LIST).text) == chosen
    assert columns_of(as_("director").get(LIST).text)[:3] == ["name", "level", "status"]


def test_columns_back_to_the_first_ones(session, as_, customers_of):
    customers_of("manager", 1)
    first = columns_of(as_("manager").get(LIST).text)
    as_("manager").post(CHOICE, json={"columns": ["name", "code"]})

    as_("manager").post(CHOICE, json={"columns": None})

    assert columns_of(as_("manager").get(LIST).text) == first


def test_the_name_is_always_shown_and_unknown_columns_never(session, as_, customers_of):
    customers_of("manager", 1)

    as_("manager").post(CHOICE, json={"columns": ["level", "bank_account", "owner.password", "level", 5, None]})

    assert columns_of(as_("manager").get(LIST).text) == ["name", "level"]


def test_added_columns_show_what_they_hold_and_private_ones_stay_masked(session, as_, customers_of):
    (pk,) = customers_of("manager", 1, phone="0512-62571234", level="A")
    session.commit()

    as_("director").post(CHOICE, json={"columns": ["name", "code", "phone", "tags"]})
    page = as_("director").get(LIST).text

    assert session.get(Customer, pk).code in page
    assert "62571234" not in page
    assert "****" in page


def test_page_size_and_row_height_are_remembered(session, as_, customers_of):
    customers_of("manager", 30)
    assert as_("manager").get(LIST).text.count("data-pk=") == 25

    as_("manager").post(CHOICE, json={"page_size": 50})
    as_("manager").post(CHOICE, json={"density": "tight"})

    page = as_("manager").get(LIST).text
    assert page.count("data-pk=") == 30
    assert "tbl-tight" in page
    assert as_("manager").get(f"{LIST}?psize_CustomerView=25").text.count("data-pk=") == 25


@pytest.mark.parametrize("sent", [{}, {"page_size": 1_000_000}, {"page_size": "x"}, [], "x"])
def test_what_makes_no_sense_is_not_remembered(session, as_, sent):
    assert as_("manager").post(CHOICE, json=sent).status_code == 400
    assert session.scalars(select(ListChoice)).all() == []


def test_the_file_has_the_columns_of_the_list(session, as_, customers_of):
    customers_of("manager", 1)
    as_("director").post(CHOICE, json={"columns": ["name", "code"]})

    sheet = load_workbook(io.BytesIO(as_("director").get("/customers/export").data)).worksheets[0]

    assert [cell.value for cell in sheet[1]] == ["客户", "客户编号"]


# --- named views ---


def test_a_view_is_saved_from_what_the_list_shows_and_opens_it_again(session, people, as_, customers_of):
    customers_of("manager", 2, level="A")
    customers_of("manager", 1, level="B")
    query = "_flt_0_level=A&_oc_CustomerView=name&_od_CustomerView=asc&page_CustomerView=3&cols=name,code"

    answer = as_("manager").post(f"{ADD}?{query}", data={"title": "我的重点", "shared": "me"})

    assert answer.status_code == 302
    assert "view=" in answer.location
    page = as_("manager").get(answer.location).text
    assert page.count("data-pk=") == 2
    assert columns_of(page) == ["name", "code"]
    assert "我的重点" in tabs_of(page)
    view = session.scalars(select(ListView)).one()
    assert view.query == "_flt_0_level=A&_oc_CustomerView=name&_od_CustomerView=asc"
    assert "我的重点" not in tabs_of(as_("other").get(LIST).text), "it is nobody else's"


@pytest.mark.parametrize(
    "foreign",
    [
        "_flt_0_bank_account=6222",
        "_flt_9_level=A",
        "_oc_CustomerView=owner.password&_od_CustomerView=asc",
        "next=https://elsewhere.example",
        "every=y",
        "rowid=1",
        "view=7",
    ],
)
def test_nothing_foreign_gets_into_a_view(session, as_, foreign):
    as_("manager").post(f"{ADD}?_flt_0_level=A&{foreign}", data={"title": "重点", "shared": "me"})

    query = session.scalars(select(ListView.query)).all()
    assert [text.replace("&_od_CustomerView=asc", "") for text in query] in ([], ["_flt_0_level=A"])


def test_a_view_shared_with_the_team_is_seen_there_and_with_their_own_rows(
    session, people, as_, customers_of, view_of, in_one_team
):
    customers_of("manager", 2, level="A")
    mine = customers_of("other", 1, level="A")

    pk = view_of("manager", "华东重点", shared="team")

    page = as_("other").get(f"{LIST}?_flt_0_level=A&view={pk}").text
    assert "华东重点" in tabs_of(page)
    assert re.findall(r'data-pk="(\d+)"', page) == [str(mine[0])]
    assert "华东重点" not in tabs_of(as_("director").get(LIST).text)


def test_only_whoever_may_change_a_view_is_offered_to(session, as_, view_of, in_one_team):
    pk = view_of("manager", "华东重点", shared="team")

    offered = {
        name: re.findall(rf"/lists/views/{pk}/(\w+)", as_(name).get(f"{LIST}?_flt_0_level=A&view={pk}").text)
        for name in ("manager", "other")
    }

    assert {"edit", "delete", "default", "move"} <= set(offered["manager"])
    assert set(offered["other"]) == {"default"}


def test_a_list_without_views_has_no_row_for_them(session, as_, view_of):
    assert 'class="views-row"' not in as_("manager").get("/service-archive/list/").text
    assert 'class="views-row"' in as_("manager").get(LIST).text


def test_a_view_that_one_does_not_see_gives_away_nothing(session, as_, customers_of, view_of):
    customers_of("other", 1, level="A")
    pk = view_of("manager", "秘密计划", columns=["name", "code"])

    page = as_("other").get(f"{LIST}?_flt_0_level=A&view={pk}")

    assert page.status_code == 200
    assert "秘密计划" not in page.text
    assert len(columns_of(page.text)) > 2
    for method, path in (
        ("get", "edit"),
        ("post", "edit"),
        ("post", "update"),
        ("post", "delete"),
        ("post", "move/left"),
    ):
        assert getattr(as_("other"), method)(f"/lists/views/{pk}/{path}", data={}).status_code == 404, path
    assert as_("other").post(f"/lists/views/{pk}/default").status_code == 404
    assert session.scalars(select(ListView.title)).one() == "秘密计划"


def test_only_an_administrator_shares_with_everybody_or_a_role(session, people, as_, make_actor, make_user, view_of):
    role = session.scalars(select(Role).where(Role.name == "Account Manager")).one()
    for shared in ("all", f"role:{role.id}"):
        with pytest.raises(NotAllowed):
            view_of("manager", shared=shared)
    admin = Actor.system("test")
    with pytest.raises(NotAllowed):
        services.save_view(NAME, "x", "", None, by=admin, at=utc_now())

    pk = services.save_view(NAME, "公司", "", None, by=make_actor("Admin"), at=utc_now(), shared="all").id
    session.commit()

    assert "公司" in tabs_of(as_("other").get(LIST).text)
    assert pk


def test_a_roles_list_opens_with_the_view_an_administrator_chose(session, people, as_, make_actor):
    role = session.scalars(select(Role).where(Role.name == "Account Manager")).one()
    admin = make_actor("Admin")
    first, second = (
        services.save_view(NAME, title, "_flt_0_level=A", None, by=admin, at=utc_now(), shared=f"role:{role.id}").id
        for title in ("一", "二")
    )
    for pk in (first, second):
        services.change_view(pk, role_default=True, by=admin, at=utc_now())
    session.commit()

    answer = as_("manager").get(LIST)

    assert answer.status_code == 302
    assert answer.location.endswith(f"_flt_0_level=A&view={second}")
    assert as_("director").get(LIST).status_code == 200
    assert as_("manager").get(f"{LIST}?view=all").status_code == 200
    assert 'view=all"' in as_("manager").get(answer.location).text, "clearing the filters leads to everything"


def test_ones_own_default_wins_and_can_be_taken_back(session, as_, view_of):
    pk = view_of("manager")

    as_("manager").post(f"/lists/views/{pk}/default")
    opened = as_("manager").get(LIST)
    as_("manager").post(f"/lists/views/{pk}/default")

    assert opened.location.endswith(f"view={pk}")
    assert as_("manager").get(LIST).status_code == 200


def test_a_deleted_view_can_be_taken_back(session, as_, view_of):
    pk = view_of("manager", "重点")
    as_("manager").post(f"/lists/views/{pk}/default")

    page = as_("manager").post(f"/lists/views/{pk}/delete", follow_redirects=True).text

    assert "重点" not in tabs_of(page)
    assert f"/lists/views/{pk}/restore" in page, "the message undoes it"
    assert as_("manager").get(LIST).status_code == 200, "it is no default any more"
    assert as_("other").post(f"/lists/views/{pk}/restore").status_code == 404
    assert as_("manager").post(f"/lists/views/{pk}/restore").status_code == 302
    assert "重点" in tabs_of(as_("manager").get(LIST).text)


def test_changed_filters_are_saved_to_the_view(session, as_, customers_of, view_of):
    customers_of("manager", 1, level="B")
    pk = view_of("manager")
    page = as_("manager").get(f"{LIST}?_flt_0_level=B&view={pk}").text
    url = re.search(rf'action="(/lists/views/{pk}/update[^"]*)"', page)[1].replace("&amp;", "&")

    as_("manager").post(url)

    assert session.scalars(select(ListView.query)).one() == "_flt_0_level=B"


def test_views_are_put_in_order(session, people, as_, view_of, make_actor):
    view_of("manager", "一"), view_of("manager", "二")
    pk = view_of("manager", "三")

    as_("manager").post(f"/lists/views/{pk}/move/left")

    assert tabs_of(as_("manager").get(LIST).text)[-3:] == ["一", "三", "二"]
    assert as_("manager").post(f"/lists/views/{pk}/move/up").status_code == 404


def test_a_view_of_a_column_that_is_gone_opens_and_says_so(session, as_, customers_of, view_of):
    customers_of("manager", 1, level="A")
    pk = view_of("manager", query="_flt_0_level=A&_flt_0_gone=1", columns=["name", "gone", "level"])

    page = as_("manager").get(f"{LIST}?_flt_0_level=A&view={pk}").text

    assert columns_of(page) == ["name", "level"]
    assert "已不存在" in page
    assert "_flt_0_gone" not in page


@pytest.mark.parametrize("title", ["", "   ", "x" * 41])
def test_a_view_needs_a_name(session, view_of, title):
    with pytest.raises(Invalid):
        view_of("manager", title)


def test_two_views_of_one_name_would_be_confused(session, view_of):
    view_of("manager", "重点")

    with pytest.raises(Invalid):
        view_of("manager", " 重点 ")
    assert view_of("other", "重点"), "somebody else's is another one"


def test_the_list_itself_must_be_open_to_the_person(session, as_, people, make_actor):
    assert as_("manager").post("/lists/UserView/choice", json={"density": "tight"}).status_code == 404
    assert as_("manager").get("/lists/NoSuchView/views/add").status_code == 404
    assert as_("manager").get("/lists/LookupView/views/add").status_code == 404
    with pytest.raises(NotFound):
        services.choose(NAME, {"default_view_id": 987654321}, by=make_actor(user=people["manager"]), at=utc_now())


def test_every_change_of_a_view_is_written_down(session, as_, view_of):
    pk = view_of("manager", "重点")
    as_("manager").post(f"/lists/views/{pk}/edit", data={"title": "更重要", "shared": "me"})
    as_("manager").post(f"/lists/views/{pk}/delete")

    entries = session.scalars(select(AuditEntry).where(AuditEntry.kind == "list_view").order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["create", "update", "update"]
    assert entries[1].changes["title"] == ["重点", "更重要"]


def test_what_is_kept_costs_one_statement_and_none_the_second_time(session, people, make_actor, view_of):
    from sqlalchemy import event

    view_of("manager", "重点")
    actor = make_actor(user=people["manager"])
    kept(session, actor, "OrderView")
    asked = []
    listener = lambda *args: asked.append(args[2])  # noqa: E731 - removed by identity
    event.listen(session.get_bind().engine, "before_cursor_execute", listener)
    try:
        first, second = kept(session, actor, NAME), kept(session, actor, NAME)
    finally:
        event.remove(session.get_bind().engine, "before_cursor_execute", listener)

    assert [view.title for view in first.views] == ["重点"]
    assert second is first
    assert len(asked) == 1
