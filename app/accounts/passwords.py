"""Passwords: how they are stored, compared, and which ones are accepted."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from werkzeug.security import check_password_hash

from app.core.errors import invalid
from app.core.i18n import _l

SHORTEST = 10
# Argon2 reads all of it; a longer one is refused before it costs anything.
LONGEST_BYTES = 1024
# Without 0 O 1 l I: initial passwords are read aloud and typed from paper.
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

# OWASP's parameters for Argon2id with little memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS = _hasher.hash(secrets.token_urlsafe(32))


def hash_password(password: str) -> str:
    """Return the Argon2id hash that is stored."""
    return _hasher.hash(password)


def is_right(stored: str | None, password: str) -> bool:
    """Say whether ``password`` belongs to ``stored``; without a stored hash the same work is done for nothing."""
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        password, stored = "", None
    if stored and not stored.startswith("$argon2"):
        return bool(password.strip("\0")) and check_password_hash(stored, password)
    try:
        matches = _hasher.verify(stored or _NOBODYS, password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
    return matches and bool(stored)


def is_outdated(stored: str) -> bool:
    """Say whether ``stored`` was made by another method or with weaker parameters than today's."""
    return not stored.startswith("$argon2") or _hasher.check_needs_rehash(stored)


def make_initial_password() -> str:
    """Return a random password of 71 bits, in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def check_policy(password: str, username: str, field: str = "password") -> None:
    """Accept ``password`` for ``username``.

    :raises Invalid: if it is too short, too long, too uniform, or contains the user name.
    """
    if len(password) < SHORTEST:
        raise invalid(field, _l("Use at least %(count)d characters.", count=SHORTEST))
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        raise invalid(field, _l("This password is too long."))
    if len(set(password)) < 5:
        raise invalid(field, _l("Use at least five different characters."))
    if len(username) > 2 and username.casefold() in password.casefold():
        raise invalid(field, _l("The password must not contain your user name."))
