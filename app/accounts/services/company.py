"""What an administrator says about the company."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.actors import Actor
from app.core.company import LARGEST_LOGO, LONGEST_NAME, Company, hash_of, image_type
from app.core.doing import done_by
from app.core.errors import invalid
from app.core.i18n import _l


def save_company(
    name: str, *, logo: bytes | None = None, without_logo: bool = False, by: Actor, at: datetime
) -> Company:
    """Set the name, empty for the product's own, and the logo; without one given it stays, unless ``without_logo``.

    :raises NotAllowed: if ``by`` may not change settings.
    :raises Invalid: for a name of more than 40 characters, a file over 256 KB, or one that is no PNG, JPEG or WebP.
    """
    name = " ".join(name.split())
    with done_by(by, at, "settings.edit") as session:
        if len(name) > LONGEST_NAME:
            raise invalid("name", _l("At most %(limit)d characters.", limit=LONGEST_NAME))
        company = _company(session)
        company.name = name or None
        if logo:
            media_type = image_type(logo)
            if len(logo) > LARGEST_LOGO:
                raise invalid("logo", _l("The logo may have at most %(limit)d KB.", limit=LARGEST_LOGO // 1024))
            if media_type is None:
                raise invalid("logo", _l("Choose a PNG, JPEG or WebP picture."))
            company.logo, company.logo_type, company.logo_hash = logo, media_type, hash_of(logo)
        elif without_logo:
            company.logo = company.logo_type = company.logo_hash = None
    return company


def settle(*, by: Actor, at: datetime) -> None:
    """Close the first steps on the administrator's home page.

    :raises NotAllowed: if ``by`` may not change settings.
    """
    with done_by(by, at, "settings.edit") as session:
        _company(session).is_settled = True


def _company(session: Session) -> Company:
    company = session.get(Company, 1)
    if company is None:
        company = Company(id=1)
        session.add(company)
    return company
