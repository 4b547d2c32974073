"""The watcher of ``make run``, with stand-ins for its two processes."""

import http.client
import signal
import sys
import time
from pathlib import Path
from urllib.parse import unquote

import pytest

from app import serve
from tests.support.live import LiveServer, free_port

# Ends with 7 as soon as the job process was started three times.
WEB = """
import sys, time
while len(open(sys.argv[1]).readlines()) < 3:
    time.sleep(0.01)
sys.exit(7)
"""
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
time.sleep(60)
"""
JOB_THAT_DIES = "import sys; open(sys.argv[1], 'a').write('started\\n')"


def child(program: str, *arguments: str) -> serve.Child:
    return serve.Child([sys.executable, "-c", program, *arguments])


def test_a_job_process_that_dies_is_started_again_and_the_web_servers_exit_code_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    starts = tmp_path / "starts"
    starts.touch()
    monkeypatch.setattr(serve, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(serve, "TICK", 0.01)
    web, jobs = child(WEB, str(starts)), child(JOB_THAT_DIES, str(starts))

    code = serve.watch(web, jobs, "127.0.0.1", free_port())

    jobs.stop()
    assert code == 7
    assert "The job process ended (0)" in capfd.readouterr().err


def test_a_process_that_ignores_the_polite_request_is_ended_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "STOP_SECONDS", 0.2)
    ready = tmp_path / "ready"
    stubborn = child(STUBBORN, str(ready))
    stubborn.start()
    while not ready.exists() and stubborn.exit_code is None:
        time.sleep(0.01)

    stubborn.stop()

    assert stubborn.exit_code == -signal.SIGKILL


def test_a_taken_port_is_said_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "is_free", lambda _host, _port: False)
    monkeypatch.setattr(sys, "argv", ["serve.py", "--port", "8080"])

    assert serve.main() == 1
    assert "Port 8080 of 127.0.0.1 is taken" in capsys.readouterr().err


def test_the_web_server_itself_believes_nobody_who_says_https(live_server: LiveServer) -> None:
    host = live_server.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    connection.request("GET", "/customers/list/", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "9.9.9.9"})
    answer = connection.getresponse()
    connection.close()

    assert answer.status == 302
    assert f"http://{host}" in unquote(str(answer.getheader("Location")))
