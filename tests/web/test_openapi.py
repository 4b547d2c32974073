"""The REST resources describe themselves, to people of the company only."""

import pytest

RESOURCES = (
    "customers", "contacts", "follow-ups", "plans", "opportunities", "products", "orders", "service-requests",
    "churn-cases",
)  # fmt: skip


@pytest.mark.parametrize("role", ["Account Manager", "Sales Director"])
def test_every_resource_is_described(client_as, role):
    paths = client_as(role).get("/api/v1/_openapi").json["paths"]

    for resource in RESOURCES:
        assert f"/api/v1/{resource}/" in paths
    assert "/api/v1/opportunities/{pk}/{name}" in paths


def test_a_visitor_learns_nothing(client):
    answer = client.get("/api/v1/_openapi")

    assert answer.status_code == 401
    assert "paths" not in answer.json
