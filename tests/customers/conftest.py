"""What the tests of customers share."""

import pytest


@pytest.fixture
def manager(make_actor):
    """An account manager."""
    return make_actor("Account Manager")
