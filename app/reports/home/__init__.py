"""The home pages: for each role a queue of work before any chart, counted in one statement."""

from typing import Any


def register(appbuilder: Any) -> None:
    """Let the address ``/`` show the work of whoever is signed in."""
    from app.core.index import home
    from app.reports.home.views import HomeSectionView, home_page

    appbuilder.add_view_no_menu(HomeSectionView)
    home(home_page)
