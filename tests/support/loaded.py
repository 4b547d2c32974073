"""A process of its own that opens every page, and says how many opened and which heavy packages it has loaded then."""

from __future__ import annotations

import json
import sys
from contextvars import Context
from pathlib import Path

from tests.support.addresses import every_address
from tests.support.application import install, make_app

HEAVY = ("pandas", "typst", "numpy")
PASSWORD = "changke-demo"


def main(folder: Path) -> None:
    """Print one line of JSON: pages opened, packages loaded."""
    from sqlalchemy import select

    from app.accounts.models import User
    from app.accounts.queries import actor_for
    from app.core.actors import acting_as
    from app.core.database import db

    app = make_app(f"sqlite:///{folder}/pages.db", folder)
    install(app)
    made = Context().run(app.test_cli_runner().invoke, args=["demo", "--customers", "60", "--orders", "300", "--yes"])
    assert made.exit_code == 0, made.output
    with app.app_context():
        session = db.session()
        admin = session.scalars(select(User).where(User.username == "admin")).one()
        with acting_as(actor_for(session, admin), session):
            # An order or a filter of a list loads nothing that the list does not.
            addresses = [each for each in every_address(app, session) if not each.variant.startswith(("by ", "with "))]
    browser = app.test_client()
    assert browser.post("/login/", data={"username": "admin", "password": PASSWORD}).status_code == 302
    given = {"username": "admin", "password": PASSWORD, "provider": "db"}
    token = browser.post("/api/v1/security/login", json=given).get_json()["access_token"]
    opened = 0
    for address in addresses:
        headers = {"Authorization": f"Bearer {token}"} if address.urls[0].startswith("/api/") else {}
        opened += any(browser.get(url, headers=headers).status_code == 200 for url in address.urls)
    sys.stdout.write(json.dumps({"opened": opened, "loaded": [name for name in HEAVY if name in sys.modules]}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
