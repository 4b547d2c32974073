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
        first.fill(address="东海路 1 号", website="https://first.example.com")
        first.save()
        second.fill(address="西湖路 2 号", notes="来自市场部")
        second.refused()

        comparison = second.main.locator(".conflict")
        assert "东海路 1 号" in comparison.inner_text()
        assert "西湖路 2 号" in comparison.inner_text()
        assert "https://first.example.com" in comparison.inner_text()
        assert second.main.locator("[name=address]").input_value() == "西湖路 2 号"
        take = comparison.locator("tr", has_text="https://first.example.com")
        take.locator("[data-take]").click()
        second.save()

    saved = company.ask("SELECT address, website, notes FROM customer WHERE id = :id", id=found.id)
    assert tuple(saved) == ("西湖路 2 号", "https://first.example.com", "来自市场部")
