"""Two people edit one customer; the second decides field by field, and nobody's text is lost."""

from __future__ import annotations

from tests.support.journey import Company, Person


def open_form(person: Person, name: str) -> None:
    person.find(name, name)
    person.follow(person.main.locator("a[data-key=e]"))


def test_the_second_editor_compares_and_chooses_field_by_field(company: Company) -> None:
    found = company.ask(
        "SELECT c.id, c.name FROM customer c JOIN ab_user u ON u.id = c.owner_id"
        " WHERE u.username = 'manager1' AND c.deleted_at IS NULL ORDER BY c.id LIMIT 1"
    )
    with company.signed_in("manager1") as first, company.signed_in("market", refusals="409") as second:
        open_form(first, found.name)
        open_form(second, found.name)
        first.fill(address="东海路 1 号", staff="35", postcode="315000")
        first.save()
        second.fill(address="西湖路 2 号", staff="48", notes="来自市场部")
        second.refused()

        comparison = second.main.locator(".conflict")
        assert "东海路 1 号" in comparison.inner_text()
        assert "西湖路 2 号" in comparison.inner_text()
        # Both wrote an address: it is chosen. Only the first wrote a postcode: it is kept without asking.
        assert comparison.locator("[data-take]").count() == 2
        assert comparison.locator("[data-taken]").count() == 1
        address, staff = (second.main.locator(f"[name={name}]") for name in ("address", "staff"))
        assert address.input_value() == "西湖路 2 号"
        choices = comparison.locator("[data-take=staff] [data-side]")
        choices.first.click()
        assert staff.input_value() == "35"
        choices.last.click()
        assert staff.input_value() == "48"
        choices.first.click()
        assert "315000" in comparison.locator("[data-taken=postcode]").inner_text()
        second.save()

    saved = company.ask("SELECT address, staff, postcode, notes FROM customer WHERE id = :id", id=found.id)
    assert tuple(saved) == ("西湖路 2 号", 35, "315000", "来自市场部")
