"""Where a person sees a refusal."""

from __future__ import annotations

from typing import Any

from app.core.errors import DomainError, Invalid, NotFound


def show_refusal(form: Any, refusal: DomainError) -> None:
    """Put a refusal where the person sees it: at its fields, or above the form.

    :raises NotFound: as it is; what does not exist has no form.
    """
    if isinstance(refusal, NotFound):
        raise refusal
    placed = False
    if isinstance(refusal, Invalid):
        for name, sentence in refusal.fields.items():
            if name in form:
                form[name].errors = [*form[name].errors, str(sentence)]
                placed = True
    if not placed:
        form.form_errors = [*form.form_errors, str(refusal)]
