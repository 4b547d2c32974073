"""What the writers of all kinds share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.actors import Actor
from app.core.errors import Invalid
from app.exchange.fields import ImportKind
from app.exchange.services.outcome import Entry, Failures, Outcome, reason_of


class Writer:
    """Takes the rows of one file, portion by portion, and writes them through the services of their feature."""

    labels: Mapping[str, Any] = {}
    """Names of what the services refuse and no field of the file is called."""

    def __init__(
        self, kind: ImportKind, outcome: Outcome, failures: Failures, *, owner_id: int | None, by: Actor, at: datetime
    ) -> None:
        self.kind, self.outcome, self.failures = kind, outcome, failures
        self.owner_id, self.by, self.at = owner_id, by, at
        self._labels = {field.name: field.label for field in kind.fields} | dict(self.labels)
        self.begin()

    def begin(self) -> None:
        """Prepare to walk a file."""

    def group(self, entries: Iterator[Entry]) -> Iterator[list[Entry]]:
        """Put the rows together that are one record; here each is one."""
        for entry in entries:
            yield [entry]

    def prepare(self, groups: Sequence[list[Entry]]) -> Sequence[Any]:
        """Understand one portion as far as nothing need be asked of the database; what is refused is left out."""
        return groups

    def write(self, session: Session, prepared: Sequence[Any]) -> None:
        """Write what :meth:`prepare` returned in the session's transaction."""
        raise NotImplementedError

    def refuse(self, entries: Sequence[Entry], refusal: Invalid) -> None:
        """List the rows of one record with the reason they were refused for."""
        reason = reason_of(refusal, self._labels)
        for entry in entries:
            self.failures.add(entry, reason)
