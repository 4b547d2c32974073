"""The configuration, read once from the environment and typed; it refuses to start rather than guess."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ROOT = Path(__file__).resolve().parent
MOST_PROXIES = 9


class Misconfigured(Exception):
    """The environment lacks a value that has no safe default, or holds an unusable one."""


def derive(secret: str, purpose: str) -> bytes:
    """Return 32 bytes that depend on ``secret`` and ``purpose`` only (HKDF, RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())


def normalise_database_url(url: str) -> str:
    """Return ``url`` with the driver this project uses; plain ``postgres://`` addresses are accepted."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


@dataclass(frozen=True)
class Settings:
    """Everything Flask, FAB and the features read; upper case names become ``app.config``."""

    SECRET_KEY: str
    SQLALCHEMY_DATABASE_URI: str
    JWT_SECRET_KEY: str
    FIELD_KEYS: tuple[bytes, ...]
    CHANGKE_DEMO: bool = False
    DEMO_PASSWORD: str = "changke-demo"
    TIME_ZONE: str = "Asia/Shanghai"
    CURRENCY: str = "CNY"
    SAMPLE_DATA: str | None = None
    HTTPS: bool = False
    TRUSTED_HOSTS: list[str] | None = None
    TRUSTED_PROXIES: int = 0

    APP_NAME: str = "常客 Changke"
    SQLALCHEMY_ENGINE_OPTIONS: dict[str, Any] = field(default_factory=dict)
    SQLALCHEMY_TRACK_MODIFICATIONS: bool = False
    MAX_CONTENT_LENGTH: int = 64 * 1024 * 1024
    PERMANENT_SESSION_LIFETIME: timedelta = timedelta(hours=8)
    SESSION_COOKIE_HTTPONLY: bool = True
    SESSION_COOKIE_SAMESITE: str = "Lax"
    WTF_CSRF_TIME_LIMIT: int | None = None
    # ``headers`` leaves the token out of HTML attributes and lets scripts send it.
    WTF_CSRF_HEADERS: tuple[str, ...] = ("X-CSRFToken",)
    TEMPLATES_AUTO_RELOAD: bool = False
    SEND_FILE_MAX_AGE_DEFAULT: timedelta = timedelta(days=365)
    # Whatever browser of ten years understands one of these; fonts and workbooks are compressed already.
    COMPRESS_ALGORITHM: tuple[str, ...] = ("br", "gzip")
    COMPRESS_STREAMS: bool = False
    COMPRESS_MIMETYPES: tuple[str, ...] = (
        "text/html", "text/css", "text/javascript", "text/csv", "application/json", "application/manifest+json",
        "image/svg+xml",
    )  # fmt: skip

    BABEL_DEFAULT_LOCALE: str = "zh"
    BABEL_DEFAULT_TIMEZONE: str = "Asia/Shanghai"
    BABEL_TRANSLATION_DIRECTORIES: str = str(ROOT / "translations")
    LANGUAGES: dict[str, dict[str, str]] = field(
        default_factory=lambda: {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "gb", "name": "English"}}
    )

    # FAB: permissions and tables are written by ``init`` only, never by a web process.
    FAB_UPDATE_PERMS: bool = False
    FAB_CREATE_DB: bool = False
    FAB_ADD_SECURITY_API: bool = False
    FAB_ADD_MENU_API: bool = False
    FAB_API_SWAGGER_UI: bool = False
    FAB_ADD_SECURITY_PERMISSION_VIEW: bool = False
    FAB_ADD_SECURITY_VIEW_MENU_VIEW: bool = False
    FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW: bool = False
    FAB_SECURITY_MANAGER_CLASS: str = "app.accounts.security.ChangkeSecurityManager"
    FAB_INDEX_VIEW: str = "app.core.index.HomeView"
    FAB_API_KEY_ENABLED: bool = False
    AUTH_TYPE: int = 1
    AUTH_ROLE_ADMIN: str = "Admin"
    AUTH_ROLE_PUBLIC: str = "Public"
    AUTH_RATE_LIMITED: bool = False
    RATELIMIT_ENABLED: bool = True
    RATELIMIT_STORAGE_URI: str = "memory://"
    LOGIN_ATTEMPTS: int = 5
    LOGIN_LOCK_MINUTES: int = 15

    @property
    def SESSION_COOKIE_SECURE(self) -> bool:  # noqa: N802 - Flask's name
        return self.HTTPS

    @property
    def SESSION_COOKIE_NAME(self) -> str:  # noqa: N802 - Flask's name
        return "__Host-changke" if self.HTTPS else "changke"

    @property
    def FAB_SAFE_REDIRECT_HOSTS(self) -> list[str]:  # noqa: N802 - FAB's name
        return list(self.TRUSTED_HOSTS or [])


def _demo_secret(folder: Path) -> str:
    """Return the demo installation's own secret, made at the first start and kept beside its database."""
    path = folder / "demo.secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(48))
        path.chmod(0o600)
    return path.read_text().strip()


def _field_keys(text: str) -> tuple[bytes, ...]:
    """Return the keys of encrypted fields, newest first."""
    keys = tuple(key.strip().encode() for key in text.split(",") if key.strip())
    for number, key in enumerate(keys, start=1):
        if len(key) != 32:
            raise Misconfigured(f"FIELD_KEYS: key {number} has {len(key)} bytes, each must have exactly 32")
    return keys


def _proxies(text: str) -> int:
    """Return how many proxies of our own stand between a browser and this program."""
    if not (text.isascii() and text.isdigit()) or int(text[:9]) > MOST_PROXIES:
        raise Misconfigured(f"TRUSTED_PROXIES must be the number of proxies in front, 0 to {MOST_PROXIES}")
    return int(text)


def load(environ: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
    """Build the settings from ``environ``.

    :raises Misconfigured: if ``SECRET_KEY`` is missing or shorter than 32 bytes outside demo mode, if one of
        ``FIELD_KEYS`` has not exactly 32 bytes, or if ``TRUSTED_PROXIES`` is no small number.
    """
    instance = Path(environ.get("CHANGKE_INSTANCE", ROOT / "instance"))
    demo = environ.get("CHANGKE_DEMO") == "1"
    secret = environ.get("SECRET_KEY") or (_demo_secret(instance) if demo else "")
    if len(secret.encode()) < 32:
        raise Misconfigured("SECRET_KEY must be set to at least 32 bytes; make one with: openssl rand -base64 48")
    database = environ.get("DATABASE_URL") or f"sqlite:///{instance / ('demo.db' if demo else 'changke.db')}"
    if database.startswith("sqlite:///"):
        Path(database.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    hosts = [host.strip() for host in environ.get("TRUSTED_HOSTS", "").split(",") if host.strip()]
    values: dict[str, Any] = {
        "SECRET_KEY": secret,
        "SQLALCHEMY_DATABASE_URI": normalise_database_url(database),
        "JWT_SECRET_KEY": environ.get("JWT_SECRET") or derive(secret, "jwt").hex(),
        "FIELD_KEYS": _field_keys(environ.get("FIELD_KEYS", "")) or (derive(secret, "fields"),),
        "CHANGKE_DEMO": demo,
        "DEMO_PASSWORD": environ.get("DEMO_PASSWORD", "changke-demo"),
        "SAMPLE_DATA": environ.get("CHANGKE_SAMPLE_DATA"),
        "HTTPS": environ.get("CHANGKE_HTTPS") == "1",
        "TRUSTED_HOSTS": hosts or None,
        "TRUSTED_PROXIES": _proxies(environ.get("TRUSTED_PROXIES", "").strip() or "0"),
        "RATELIMIT_STORAGE_URI": environ.get("RATELIMIT_STORAGE_URI", "memory://"),
        "TIME_ZONE": environ.get("CHANGKE_TIME_ZONE", "Asia/Shanghai"),
    }
    values["BABEL_DEFAULT_TIMEZONE"] = values["TIME_ZONE"]
    return Settings(**(values | overrides))
