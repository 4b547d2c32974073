"""Static files and the nonce of scripts."""

import hashlib
from pathlib import Path

from flask import g, has_request_context, url_for


class StaticFiles:
    """Addresses of static files that change with their content, so browsers may keep them for a year."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._known: dict[str, tuple[float, str]] = {}

    def url(self, name: str) -> str:
        return url_for("static", filename=name, v=self._version(name))

    def _version(self, name: str) -> str | None:
        path = self._folder / name
        if not path.is_file():
            return None
        changed = path.stat().st_mtime
        if name not in self._known or self._known[name][0] != changed:
            self._known[name] = (changed, hashlib.sha256(path.read_bytes()).hexdigest()[:10])
        return self._known[name][1]


def csp_nonce() -> str:
    """Return this request's nonce for scripts, when the application made one."""
    return str(getattr(g, "csp_nonce", "")) if has_request_context() else ""
