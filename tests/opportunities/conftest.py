"""What the tests of opportunities share."""

from tests.support.opportunities import director, make_opportunity, make_prospect, manager

__all__ = ["director", "make_opportunity", "make_prospect", "manager"]
