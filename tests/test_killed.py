"""The server is killed without warning while people save: what it has acknowledged is there after the restart."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import databases
from tests.support.application import ADMIN_PASSWORD, SECRET_KEY
from tests.support.live import ROOT, START_SECONDS, free_port

ENOUGH, PATIENCE = 12, 30


@pytest.fixture
def url(database_url: str, database_kind: str, shared_folder: Path, tmp_path: Path, request: Any) -> str:
    """The address of an installed database for this test alone."""
    from tests.conftest import postgres_server

    if database_kind == "sqlite":
        return databases.sqlite_copy(shared_folder, tmp_path, lambda _url: None)
    server = postgres_server(request.config)
    return databases.postgresql_copy(shared_folder, server, f"killed_{os.getpid()}", lambda _url: None)


@contextlib.contextmanager
def server(url: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A web server on the database at ``url``, in a process group of its own."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "run:app", "--bind", f"127.0.0.1:{port}"]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "FLASK_", "CHANGKE_"))},
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": url,
        "CHANGKE_INSTANCE": str(folder),
    }
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--worker-class", "gthread", "--threads", "4", "--no-control-socket"],
            cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(address):
            assert time.monotonic() < deadline, (folder / "server.log").read_text()[-4000:]
            time.sleep(0.05)
        yield address, process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/login/", timeout=5).close()
    except OSError:
        return False
    return True


def send(address: str, path: str, token: str = "", body: Any = None) -> Any:
    request = urllib.request.Request(f"{address}/api/v1/{path}", method="GET" if body is None else "POST")
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data, timeout=20) as answer:
        return json.loads(answer.read())


def test_every_acknowledged_save_survives_a_kill(url: str, tmp_path: Path) -> None:
    saved: dict[int, str] = {}
    refused: list[str] = []
    with server(url, tmp_path) as (address, process):
        sign_in = {"username": "admin", "password": ADMIN_PASSWORD}
        token = send(address, "security/login", body=sign_in)["access_token"]

        def save(person: int) -> None:
            while True:
                name = f"Firm {person} {uuid.uuid4().hex}"  # like no other, or it would be refused as a duplicate
                try:
                    found = send(address, "customers/", token, {"name": name})
                except urllib.error.HTTPError as problem:
                    refused.append(problem.read().decode())
                    return
                except (OSError, http.client.HTTPException, ValueError):
                    return  # the server is gone: a save cut off by the kill was not acknowledged
                saved[found["id"]] = name

        people = [threading.Thread(target=save, args=(person,)) for person in range(4)]
        for person in people:
            person.start()
        deadline = time.monotonic() + PATIENCE
        while len(saved) < ENOUGH and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        for person in people:
            person.join()

    with server(url, tmp_path) as (address, _process):
        lost = {}
        for pk, name in saved.items():
            try:
                found = send(address, f"customers/{pk}", token)["result"]["name"]
            except urllib.error.HTTPError as problem:
                found = str(problem.code)
            if found != name:
                lost[pk] = (name, found)
        # It works on, and numbers go on where they were.
        again = send(address, "customers/", token, {"name": "重启之后的一家"})

    assert refused == []
    assert len(saved) >= ENOUGH
    assert lost == {}
    assert again["id"] not in saved
