"""Everything the database holds, as one comparable value."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session


def digest(session: Session, *, without: Collection[str] = ()) -> dict[str, int]:
    """A number per table that changes with any row of it; tables ``without`` are left out."""
    from app.core.database import Model

    # Not rolled back: a request of a client may have happened inside the session's savepoint.
    session.commit()
    found: dict[str, int] = {}
    for table in Model.metadata.sorted_tables:
        if table.name not in without:
            rows: list[Any] = [tuple(map(repr, row)) for row in session.connection().execute(select(table))]
            found[table.name] = hash(tuple(sorted(rows)))
    session.commit()
    return found
