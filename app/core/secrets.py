"""Columns that are stored encrypted, and tokens that are compared safely."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_NONCE = 12


class Encrypted(TypeDecorator[str]):
    """Text stored with AES-256-GCM under the newest of ``FIELD_KEYS``; older keys still read."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if not value:
            return None
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(_keys()[0]).encrypt(nonce, value.encode(), None)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        for key in _keys():
            try:
                return AESGCM(key).decrypt(value[:_NONCE], value[_NONCE:], None).decode()
            except InvalidTag:
                continue
        raise ValueError("an encrypted column was written under a key that is not in FIELD_KEYS")


def _keys() -> tuple[bytes, ...]:
    keys: tuple[bytes, ...] = current_app.config["FIELD_KEYS"]
    return keys
