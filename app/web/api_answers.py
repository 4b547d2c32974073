"""How REST resources answer: refusals as whole sentences in the reader's language, failures without our inside."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

from flask import request
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from app.core.database import db
from app.core.errors import DomainError, Invalid, OutOfDate
from app.core.i18n import _
from app.web.api_body import texts

log = logging.getLogger(__name__)


class Answers:
    """Put before FAB's class, which answers in English and with the words of its parsers and validators."""

    response: Callable[..., Any]

    def answered(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except DomainError as refusal:
            db.session.rollback()
            fields = {"fields": texts(refusal.fields)} if isinstance(refusal, Invalid) and refusal.fields else {}
            return self.response(refusal.status, message=str(refusal), **fields)
        except StaleDataError:
            db.session.rollback()
            return self.response(409, message=str(OutOfDate()))
        except OperationalError as problem:
            if "locked" not in str(problem.orig):
                raise
            db.session.rollback()
            return self.response(503, message=_("The database is busy. Try again in a moment; nothing was saved."))
        except IntegrityError:
            db.session.rollback()
            return self.response(409, message=_("Another record already has this value, or still needs this one."))

    # FAB answers in English, with the words of its parsers and validators.

    def response_400(self, message: Any = None) -> Any:
        return self.response(400, message=_("The address or the form holds a value that cannot be read."))

    def response_500(self, message: Any = None) -> Any:
        number = uuid.uuid4().hex[:12]
        log.error("error %s at %s %s", number, request.method, request.path)
        db.session.rollback()
        sentence = _("Something went wrong on our side. Nothing was saved. Error number: %(id)s", id=number)
        return self.response(500, message=sentence, error_id=number)

    def response_404(self) -> Any:
        return self.response(404, message=_("This record does not exist, or you may not see it."))

    def response_403(self) -> Any:
        return self.response(403, message=_("You do not have the right to do this."))

    def response_401(self) -> Any:
        return self.response(401, message=_("Please sign in first."))
