"""The home pages: each number opens exactly its rows, nobody sees another's, and the page stays quick."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from html import unescape
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, text

from app.accounts.models import Team, TeamLeader
from app.churn.models import ChurnCase
from app.core.actors import Actor, acting_as
from app.core.audit import AuditEntry
from app.core.calendar import CalendarDay
from app.core.database import utc_now
from app.core.i18n import format_percent, in_language, local_day, time_zone
from app.core.jobs import Job, JobStatus
from app.customers.models import FollowUpKind, Plan
from app.opportunities.models import Opportunity, OpportunityStatus
from app.orders.models import Order, OrderDay, OrderKind, OrderStatus
from app.reports.home.asked import Asked
from app.reports.home.greeting import calendar_of, fact, greeting, spoken_name
from app.reports.home.stories import story_of
from app.reports.queries.churn import churn
from app.reports.queries.contribution import contribution
from app.reports.queries.scope import ReportScope
from app.reports.queries.service import service
from app.service.models import Priority, RequestStatus, ServiceRequest
from tests.support.churn import make_case, make_history
from tests.support.orders import statements

__all__ = ["make_case", "make_history"]

ROLES = (
    "Account Manager",
    "Marketing Director",
    "Service Specialist",
    "Office Administrator",
    "Sales Director",
    "Admin",
)
MOST_STATEMENTS = 10
_numbers = count(1)


def noon(days: int = 0) -> datetime:
    """Noon of the day that is ``days`` from today, in the company's time zone."""
    return datetime.combine(local_day(utc_now()) + timedelta(days=days), time(12), time_zone()).astimezone(UTC)


def day(days: int = 0) -> date:
    return local_day(utc_now()) + timedelta(days=days)


# --- rows ---


@pytest.fixture
def people(make_user) -> dict[str, Any]:
    found = {role: make_user(role, first_name="晓梅", last_name="林") for role in ROLES}
    return found | {"other": make_user("Account Manager", first_name="航", last_name="周")}


@pytest.fixture
def add(session, make_customer):
    """``add.plan(owner, customer, due_at)`` and so on: one row, as bulk writers leave it."""

    class Add:
        def plan(self, owner, customer, due_at, **columns):
            values = {"what": f"计划 {next(_numbers)}", "kind": FollowUpKind.phone, **columns}
            return self.row(Plan(owner_id=owner.id, customer_id=customer.id, due_at=due_at, **values))

        def deal(self, owner, customer, amount=1000, **columns):
            columns.setdefault("title", f"商机 {next(_numbers)}")
            values = {"status": OpportunityStatus.developing if owner else OpportunityStatus.unassigned} | columns
            return self.row(
                Opportunity(
                    number=f"T-{next(_numbers)}",
                    customer_id=customer.id,
                    owner_id=owner.id if owner else None,
                    amount=Decimal(amount),
                    probability=10,
                    stage="initial_contact",
                    stage_since=noon(-20),
                    custom={},
                    **values,
                )
            )

        def request(self, owner, customer, status="assigned", **columns):
            values = {"type": "complaint", "priority": Priority.urgent, "received_at": noon(-3), **columns}
            values.setdefault("resolution_due_at", noon(2))
            return self.row(
                ServiceRequest(
                    number=f"F-{next(_numbers)}",
                    text=f"标签掉色 {next(_numbers)}",
                    status=RequestStatus(status),
                    customer_id=customer.id,
                    owner_id=owner.id if owner else None,
                    custom={},
                    **values,
                )
            )

        def order(self, owner, customer, status="completed", amount="100", **columns):
            values = {"ordered_on": day(), "gross": Decimal(amount), "value": Decimal(amount), **columns}
            return self.row(
                Order(
                    number=f"O-{next(_numbers)}",
                    status=OrderStatus(status),
                    customer_id=customer.id,
                    owner_id=owner.id if owner else None,
                    **values,
                )
            )

        def row(self, row):
            session.add(row)
            session.flush()
            return row

    return Add()


@pytest.fixture
def company(session, people, add, make_customer, make_case, make_user) -> dict[str, Any]:
    """Work for everybody, and as much for a colleague."""
    mine = make_customer(name="宁波恒泰鲜食品有限公司", owner_id=people["Account Manager"].id, level="A")
    theirs = make_customer(name="绍兴越州纺织股份有限公司", owner_id=people["other"].id, level="B", external_id="X-1")
    nobodys = make_customer(name="台州宏远塑业有限公司")
    for owner, customer in ((people["Account Manager"], mine), (people["other"], theirs)):
        for days in (-4, -1, -1):
            add.plan(owner, customer, noon(days), what=f"{customer.name} 逾期")
        add.plan(owner, customer, noon(), what=f"{customer.name} 今天")
        add.plan(owner, customer, noon(), done_at=utc_now())
        add.plan(owner, customer, noon(3))
        add.plan(owner, customer, noon(-8), done_at=noon(-7))
        make_case(owner_id=owner.id, customer=customer, value_12m=Decimal("842200.00"), last_order_on=day(-200))
        due = {"last_order_on": day(-300), "look_again_on": day(), "value_12m": Decimal(5000)}
        make_case("postponed", owner_id=owner.id, customer=customer, **due)
        later = {"last_order_on": day(-400), "look_again_on": day(9)}
        make_case("postponed", owner_id=owner.id, customer=customer, **later)
        make_case("lost", owner_id=owner.id, customer=customer, last_order_on=day(-500), reason="price")
        planned = add.deal(owner, customer, 99, next_due_at=noon(5))
        add.plan(owner, customer, noon(5), opportunity_id=planned.id)
        add.deal(owner, customer, 360_000, title=f"{customer.name} 年度框架")
        add.deal(owner, customer, 46_500)
        add.deal(owner, customer, status=OpportunityStatus.won, closed_at=noon(-9))
        add.order(owner, customer, "completed", "700")
        add.order(owner, customer, "cancelled", "55")
        add.order(owner, customer, "completed", "-30", kind=OrderKind.return_, gross=Decimal(30))
        add.order(owner, customer, "completed", "1000", ordered_on=day().replace(year=day().year - 1, day=1))
    make_case(customer=nobodys, last_order_on=day(-220))
    add.deal(None, nobodys, 777)
    add.deal(None, nobodys, 1)
    colleague = make_user("Service Specialist")
    # Leaders see their people's rows in lists; a home page is about one's own.
    for leader, member in ((people["Account Manager"], people["other"]), (people["Service Specialist"], colleague)):
        team = add.row(Team(name=f"部门 {next(_numbers)}"))
        add.row(TeamLeader(team_id=team.id, user_id=leader.id))
        member.team_id = leader.team_id = team.id
    for owner in (people["Service Specialist"], colleague):
        for due in (-2, 0, 0, 5):
            add.request(owner, mine, resolution_due_at=noon(due))
        add.request(owner, mine, "processed", processed_at=noon(-2), responded_at=noon(-2), response_due_at=noon(-3))
        add.request(owner, theirs, "reviewed", responded_at=noon(-3), response_due_at=noon(-2), satisfaction=5)
        add.request(owner, nobodys, "archived", archived_at=noon(-1), received_at=noon(-50))
    add.request(None, mine, "created")
    add.request(None, nobodys, "created")
    for status in ("draft", "confirmed", "shipped"):
        add.order(people["other"], theirs, status, "12.50", promised_on=day(-1), ordered_on=day(-40))
        add.order(people["other"], theirs, status, "7", promised_on=day(1), ordered_on=day(-40))
    for status in (JobStatus.failed, JobStatus.waiting, JobStatus.done):
        row = {"queue": "default", "name": "churn.judge", "run_at": noon(), "created_at": noon(), "status": status}
        add.row(Job(**row))
    make_user(None, team_id=None)
    session.commit()
    return {"mine": mine, "theirs": theirs, "nobodys": nobodys}


# --- reading a page ---


def content(page: str) -> str:
    return page[page.index(">", page.index('id="main"')) + 1 : page.index("</main>")]


def words(page: str) -> str:
    """What is read: a token in an attribute may hold any letters by chance."""
    return re.sub(r"<[^>]+>", " ", content(page))


def strip(page: str) -> dict[str, tuple[int, str]]:
    """Label: (number, address) of every item of the strip."""
    items = re.search(r'<ul class="queue.*?</ul>', page, re.DOTALL)
    found = re.findall(
        r'<li><a href="([^"]+)"><span>(.*?)</span><b[^>]*>([\d,]+)</b>', items[0] if items else "", re.DOTALL
    )
    return {label: (int(number.replace(",", "")), unescape(url)) for url, label, number in found}


def rows_of(page: str) -> int:
    """How many rows a list shows."""
    if "data-pk=" in page:
        return len(re.findall(r"<tr data-pk=", page))
    return sum(
        body.count("<tr>") + body.count("<tr ") for body in re.findall(r"<tbody>.*?</tbody>", content(page), re.DOTALL)
    )


EXPECTED = {
    "Account Manager": [3, 1, 1, 1, 2, 11],
    "Marketing Director": [2, 2, 2, 1, 3, 6],
    "Service Specialist": [1, 2, 4, 1, 1, 1],
    "Office Administrator": [2, 1, 2, 2, 3],
    "Admin": [1, 1, 1, 1, 8],
}


@pytest.mark.parametrize("role", EXPECTED)
def test_every_number_opens_exactly_its_rows(client_as, people, company, client, role):
    client.post("/login/", data={"username": "nobody at all", "password": "wrong"})
    browser = client_as(user=people[role])

    found = strip(browser.get("/").text)

    shown = {label: number for label, (number, _url) in found.items()}
    opened = {label: rows_of(browser.get(url).text) for label, (_number, url) in found.items()}
    assert shown == opened
    if role != "Admin":
        assert list(shown.values()) == EXPECTED[role]
    else:
        assert list(shown.values())[:4] == EXPECTED[role][:4]


@pytest.mark.parametrize("role", ROLES)
def test_every_link_of_a_home_page_leads_somewhere(client_as, people, company, role):
    browser = client_as(user=people[role])
    page = content(browser.get("/").text)

    links = {unescape(url) for url in re.findall(r'(?:href|data-dialog)="(/[^"]*)"', page)}

    assert len(links) > 4
    assert {url: status for url in links if (status := browser.get(url).status_code) != 200} == {}


# --- whose rows ---


def test_a_manager_sees_nothing_of_a_colleague(client_as, people, company):
    page = content(client_as(user=people["Account Manager"]).get("/").text)

    assert f"{company['mine'].name} 逾期" in page
    assert company["theirs"].name not in page
    assert company["nobodys"].name not in page


def test_a_specialist_sees_their_own_requests_only(client_as, people, company, session):
    mine = people["Service Specialist"].id
    own = set(session.scalars(select(ServiceRequest.number).where(ServiceRequest.owner_id == mine)))
    page = client_as(user=people["Service Specialist"]).get("/").text

    shown = set(re.findall(r"F-\d+", words(page)))
    assert shown
    assert shown <= own


# --- cost ---


@pytest.mark.parametrize("role", ROLES)
def test_a_home_page_takes_few_statements_however_much_there_is(app, session, client_as, people, company, add, role):
    browser = client_as(user=people[role])
    browser.get("/")
    with statements(app) as few:
        browser.get("/")

    manager, mine = people["Account Manager"], company["mine"]
    for _n in range(40):
        add.plan(manager, mine, noon(-2))
        add.deal(manager, mine)
        add.deal(None, mine)
        add.request(people["Service Specialist"], mine)
        add.request(None, mine, "created")
        add.order(manager, mine, "confirmed")
        case = {"status": "warned", "owner_id": manager.id, "customer_id": mine.id, "value_12m": Decimal(9)}
        dates = {"last_order_on": day(-600 - next(_numbers)), "opened_on": day(-5), "evidence": {}}
        add.row(ChurnCase(**case, **dates))
    session.commit()
    with statements(app) as many:
        page = browser.get("/")

    assert page.status_code == 200
    assert len(many) == len(few) <= MOST_STATEMENTS
    assert len(page.data) < 120_000


# --- nothing to do ---


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_an_empty_company_is_said_so_calmly(client_as, people, role, language):
    page = client_as(user=people[role]).get(f"/?_l_={language}")

    assert page.status_code == 200
    read = words(page.text)
    chinese = re.findall("[一-鿿]+", read.replace("晓梅", ""))
    if language == "en":
        assert chinese == []
    else:
        assert re.findall(r"[A-Za-z]{3,}", read) == []
    if role not in ("Sales Director", "Admin"):
        assert {number for number, _url in strip(page.text).values()} <= {0}


def test_somebody_without_a_role_is_told_whom_to_ask(client_as):
    page = client_as(None).get("/?_l_=en")

    assert page.status_code == 200
    assert "Once an administrator gives you a role" in page.text


def test_a_visitor_signs_in_first(client, app):
    assert "/login" in client.get("/").location
    assert "/login" in client.get("/home/account").location


# --- several roles, and roles an administrator made ---


def give(session, user, *roles: str) -> None:
    from flask_appbuilder.security.sqla.models import Role

    user.roles = list(session.scalars(select(Role).where(Role.name.in_(roles))))
    session.commit()


def test_two_roles_bring_the_work_of_both(session, client_as, people, company):
    give(session, people["Account Manager"], "Account Manager", "Marketing Director")
    browser = client_as(user=people["Account Manager"])

    page = browser.get("/").text
    later = browser.get("/home/marketing", headers={"HX-Request": "true"})

    assert 'id="plans"' in page
    assert 'hx-get="/home/marketing"' in page
    assert "/home/service" not in page
    assert later.status_code == 200
    assert "<html" not in later.text
    assert list(strip(later.text)) == [
        "未分配的销售机会",
        "待分配的服务请求",
        "逾期的服务请求",
        "无人负责的流失预警",
        "流失风险客户",
        "开发中的销售机会",
    ]


@pytest.mark.parametrize("name", ["marketing", "service", "office", "sales", "administration", "nothing", "../x"])
def test_a_section_of_another_role_does_not_exist(client_as, people, name):
    assert client_as(user=people["Account Manager"]).get(f"/home/{name}").status_code == 404


def own_role(session, name: str, *rights: str) -> str:
    from flask_appbuilder.security.sqla.models import PermissionView, Role

    from app.accounts.queries import permission_ids

    known = permission_ids(session)
    role = Role(name=name)
    role.permissions = [session.get(PermissionView, known[right]) for right in rights]
    session.add(role)
    session.commit()
    return name


def test_a_role_made_by_an_administrator_gets_the_blocks_of_its_rights(session, client_as, people, company, make_user):
    user = make_user()
    give(session, user, own_role(session, "Service desk", "service_request.process", "service_request.see_own"))

    page = client_as(user=user).get("/?_l_=en").text

    assert "My requests by deadline" in page
    assert "To do today" not in page
    assert "Failed jobs" not in page


def test_a_block_needs_its_right(session, client_as, people, company, make_user):
    user = make_user()
    give(session, user, own_role(session, "Planner", "plan.see_own", "plan.finish", "customer.see_own"))

    page = client_as(user=user).get("/?_l_=en").text

    assert "To do today" in page
    assert list(strip(page)) == ["Overdue plans", "Plans for today"]
    for hidden in ("Customers at risk", "My month", "Opportunities without next step"):
        assert hidden not in page


# --- doing it right there ---


def test_a_plan_is_finished_and_moved_from_the_home_page(session, client_as, people, company):
    browser = client_as(user=people["Account Manager"])
    page = browser.get("/").text
    finish = unescape(re.search(r'data-dialog="(/plans/\d+/finish[^"]*)"', page)[1])
    postpone = unescape(re.findall(r'data-dialog="(/plans/\d+/postpone[^"]*)"', page)[1])

    assert '<input type="hidden" name="_back" value="/">' in browser.get(finish, headers={"HX-Request": "true"}).text
    done = browser.post(finish.partition("?")[0], data={"result": "", "_back": "/"})
    moved = browser.post(
        postpone.partition("?")[0], data={"due_at": f"{day(7)}T09:00", "_back": "/"}, headers={"HX-Request": "true"}
    )

    assert done.location == "/"
    assert moved.headers["HX-Redirect"] == "/"
    assert strip(browser.get("/").text)["逾期计划"][0] == 1


def test_a_director_assigns_from_the_home_page(session, client_as, people, company):
    browser = client_as(user=people["Marketing Director"])
    page = browser.get("/").text
    deal = unescape(re.search(r'data-dialog="(/opportunities/\d+/move/assign[^"]*)"', page)[1])
    request = unescape(re.search(r'data-dialog="(/service-requests/\d+/move/assign[^"]*)"', page)[1])

    assert 'name="_back" value="/"' in browser.get(deal, headers={"HX-Request": "true"}).text
    for url, role in ((deal, "Account Manager"), (request, "Service Specialist")):
        answer = browser.post(url.partition("?")[0], data={"owner_id": people[role].id, "_back": "/"})
        assert answer.location == "/"

    numbers = [number for number, _url in strip(browser.get("/").text).values()]
    assert numbers[:2] == [1, 1]


def test_the_office_ships_from_the_home_page(session, client_as, people, company):
    browser = client_as(user=people["Office Administrator"])
    page = browser.get("/").text
    url = re.search(r'<form method="post" action="(/orders/\d+/move/ship)"', page)[1]

    answer = browser.post(url, data={"_back": "/"})

    assert answer.location == "/"
    assert strip(browser.get("/").text)["待发货"][0] == 1


def test_opening_the_home_page_changes_nothing(session, client_as, people, company):
    browser = client_as(user=people["Admin"])
    before = session.scalar(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1))

    assert browser.get("/").status_code == 200
    assert browser.post("/home/administration").status_code == 405
    session.expire_all()
    assert session.scalar(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1)) == before


# --- figures ---


def test_the_month_is_the_value_of_ones_own_orders(session, client_as, people, company):
    me = people["Account Manager"].id
    plain = text(
        "SELECT SUM(value) FROM sales_order WHERE owner_id = :me AND status IN ('confirmed','shipped','completed')"
        " AND ordered_on BETWEEN :first AND :last"
    )
    first = day().replace(day=1)
    this = session.execute(plain, {"me": me, "first": str(first), "last": str(day())}).scalar()
    page = content(client_as(user=people["Account Manager"]).get("/?_l_=en").text)

    assert this == 670
    assert f"¥{this:,.0f}" in page
    assert "67%" in page
    assert "¥1,000" in page


def test_the_month_without_a_past_promises_nothing(session, client_as, make_user):
    page = client_as("Account Manager").get("/?_l_=en").text

    assert "There were no orders in the same month last year." in page


def test_a_sales_director_reads_the_figures_of_the_reports(session, client_as, people, company, add):
    for days, gross in ((-1, 400), (-29, 250), (-30, 1000), (-70, 5000)):
        zero = {"net": Decimal(0), "cost": Decimal(0), "returned": Decimal(0), "orders": 1, "returns": 0}
        add.row(OrderDay(customer_id=company["mine"].id, day=day(days), gross=Decimal(gross), **zero))
    opened = {"last_order_on": day(-990), "opened_on": day(-3), "value_12m": Decimal(321)}
    add.row(ChurnCase(customer_id=company["mine"].id, status="warned", evidence={}, **opened))
    session.commit()
    scope = ReportScope(day(-29), day())

    page = content(client_as(user=people["Sales Director"]).get("/?_l_=en").text)

    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd[^>]*>(?:<a[^>]*>)?([^<]+)<", page))
    requests = service(session, scope, "status")
    assert figures["Order value"] == "¥650" == f"¥{contribution(session, scope).value:.0f}"
    assert ">-35.0%<" in page
    assert figures["Service requests"] == str(sum(row.requests for row in requests)) == "14"
    assert figures["Average satisfaction"] == "5.00"
    assert figures["Churn warnings"] == str(sum(row.cases for row in churn(session, scope, "status"))) == "1"
    assert figures["Value of warned customers"] == "¥321"
    assert figures["New customers"] == "3"
    browser = client_as(user=people["Sales Director"])
    lines = re.findall(r'<a class="drill" href="([^"]+)">([¥\d,]+)</a></td></tr>', page)
    counts = [(unescape(url), int(number)) for url, number in lines if not number.startswith("¥")]
    assert len(counts) >= 2
    assert {url: rows_of(browser.get(url).text) for url, _number in counts} == dict(counts)
    assert any("/orders/list/" in url and number == "¥650" for url, number in lines)
    links = {unescape(url) for url in re.findall(r'href="(/reports/[^"]*)"', page) if f"first={day(-29)}&" in url}
    period = f"first={day(-29)}&last={day()}"
    assert links == {f"/reports/{name}?{period}" for name in ("contribution", "composition", "service", "churn")}


def test_an_administrator_is_told_what_the_installation_lacks(session, client_as, people):
    session.execute(CalendarDay.__table__.delete())
    session.commit()

    page = client_as(user=people["Admin"]).get("/?_l_=en").text

    assert f"Holidays of {day().year}" in page
    assert "missing: Monday to Friday is assumed" in page


# --- words ---


def at(hour: int, month_day: str = "11-24") -> Asked:
    moment = datetime.fromisoformat(f"2026-{month_day}T{hour:02}:30:00+08:00")
    return Asked(Actor(1, "林晓梅"), moment.astimezone(UTC))


@pytest.mark.parametrize(
    ("hour", "words"), [(8, "上午好，晓梅"), (12, "下午好，晓梅"), (18, "晚上好，晓梅"), (23, "晚上好，晓梅")]
)
def test_the_greeting_goes_with_the_hour(app, hour, words):
    with app.app_context(), in_language("zh"):
        assert greeting(at(hour), "晓梅") == words


def test_the_day_is_told_with_its_place_in_the_month(app):
    with app.app_context(), in_language("zh"):
        assert fact(at(9), "") == "11 月 24 日 周二，本月第 17 个工作日（共 21 个）"
    with app.app_context(), in_language("en"):
        assert fact(at(9), "") == "Tue 24 November, working day 17 of 21 this month"


def test_holidays_and_worked_weekends_count(app):
    exceptions = "2026-10-01-,2026-10-02-,2026-10-05-,2026-10-06-,2026-10-07-,2026-10-10+"

    assert calendar_of(exceptions).is_working(date(2026, 10, 10))
    with app.app_context(), in_language("en"):
        assert "working day 3 of 18" in fact(at(9, "10-10"), exceptions)
        assert "a day off after 0 of 18" in fact(at(9, "10-06"), exceptions)


@pytest.mark.parametrize(
    ("last", "first", "said"),
    [("林", "晓梅", "晓梅"), ("方", "敏", "方敏"), ("Lin", "Grace", "Grace"), ("陈", "", "陈")],
)
def test_a_name_of_one_character_does_not_stand_alone(last, first, said):
    from app.accounts.models import User

    assert spoken_name(User(first_name=first, last_name=last)) == said


def test_a_case_tells_the_usual_gap_and_the_silence(app):
    known = {"first_on": "2026-01-01", "orders": 6, "usual_gap": 20}
    case = ChurnCase(customer_id=1, last_order_on=date(2026, 4, 10), value_12m=Decimal(900), evidence=known)

    with app.app_context(), in_language("en"):
        story = story_of(case, date(2026, 11, 24))
        assert "about every 20 days (6 orders)" in story.sentence
        assert (story.usual_gap, story.silent_days) == (20, 228)
        case.evidence = {}
        assert story_of(case, date(2026, 11, 24)).sentence == "No order for 228 days (six-month rule)."


# --- charts ---


def chart_of(page: str, name: str) -> dict[str, Any]:
    """What a chart draws."""
    return json.loads(re.search(rf"id=\"{name}\" data-chart=\"\w+\" data-values='([^']*)'", page)[1])


@pytest.mark.parametrize("role", ROLES)
def test_the_library_of_charts_is_named_only_where_a_chart_stands(session, client_as, people, company, add, role):
    add.row(
        OrderDay(customer_id=company["mine"].id, day=day(), orders=1, returns=0, gross=7, returned=0, net=6, cost=0)
    )
    session.commit()

    page = client_as(user=people[role]).get("/").text

    assert ("data-chart-js" in page) is ("data-chart=" in page) is (role in ("Marketing Director", "Sales Director"))
    assert not re.search(r"<script[^>]*echarts", page)


def test_the_funnel_counts_who_came_so_far_and_opens_them(session, client_as, people, company, add):
    manager, mine, browser = people["Account Manager"], company["mine"], client_as(user=people["Marketing Director"])
    before = chart_of(browser.get("/").text, "chart-funnel")["n"]
    for stage in ("proposal", "proposal", "negotiation"):
        add.deal(manager, mine).stage = stage
    add.deal(manager, mine, status=OpportunityStatus.won, closed_at=noon(-1))
    lost = {"status": OpportunityStatus.lost, "closed_at": noon(-1), "lost_reason": "price"}
    add.deal(manager, mine, **lost).stage = "proposal"
    old = add.deal(manager, mine)
    old.created_at, old.stage = noon(-400), "negotiation"
    session.commit()

    funnel = chart_of(browser.get("/").text, "chart-funnel")

    numbers = funnel["n"]
    assert [number - earlier for number, earlier in zip(numbers, before, strict=True)] == [5, 5, 5, 2, 1]
    assert funnel["label"][-1] == f"{numbers[-1]} · {format_percent(numbers[-1] / numbers[-2])}"
    for number, url in zip(numbers, funnel["links"], strict=True):
        assert rows_of(browser.get(url + "&psize_OpportunityView=100").text) == number


def test_the_bars_of_the_team_are_the_numbers_of_its_table(client_as, people, company):
    page = client_as(user=people["Marketing Director"]).get("/").text

    load = chart_of(page, "load")

    twin = re.search(r'data-chart-twin="load".*?<tbody>(.*?)</tbody>', page, re.DOTALL)[1]
    numbers = re.findall(r'<td class="num">(?:<a[^>]*>(\d+)</a>|<span[^>]*>–</span>)', twin)
    drawn = [value for row in zip(*(series["y"] for series in load["series"]), strict=True) for value in row]
    assert [int(number or 0) for number in numbers] == drawn
    assert any(drawn)


def test_the_order_value_of_twelve_months_stands_beside_the_year_before(session, client_as, people, company):
    customer = company["theirs"].id
    year_ago = (day() - timedelta(days=366)).replace(day=1)
    for on, gross in ((day(), 700), (year_ago, 300), (day(-900), 9_999)):
        session.merge(
            OrderDay(customer_id=customer, day=on, orders=1, returns=0, gross=gross, returned=0, net=gross, cost=0)
        )
    session.commit()
    browser = client_as(user=people["Sales Director"])

    page = browser.get("/").text

    now, before = (series["y"] for series in chart_of(page, "chart-turnover")["series"])
    assert (len(now), len(before)) == (12, 12)
    scope = ReportScope(day().replace(day=1), day())
    with acting_as(Actor.system("test"), session):
        expected = sum(row.value for row in contribution(session, scope, limit=100).rows)
    assert now[-1] == float(expected)
    assert 300 in before
    assert sum(before) < 9_999
    assert browser.get(chart_of(page, "chart-turnover")["links"][-1]).status_code == 200


def test_where_nobody_ever_ordered_there_is_no_chart(client_as, people):
    assert "data-chart" not in client_as(user=people["Sales Director"]).get("/").text
