"""Run the web server and the job process together: ``python app/serve.py --port 8080``.

Started as a file, not as a module: the watcher itself then loads neither Flask nor the application.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
DEMO_ACCOUNTS = "admin office market manager1 manager2 manager3 manager4 service1 service2 service3 sales"

TICK = 0.2
STOP_SECONDS = 20
# A job process that dies is started again after a pause, which doubles while it keeps dying.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
PR_SET_PDEATHSIG = 1


class Child:
    """A process that lives no longer than this one."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.started = time.monotonic()
        # Its own session: a Ctrl-C reaches it once, through us, and not a second time from the terminal.
        self.process = subprocess.Popen(self.command, cwd=ROOT, start_new_session=True, preexec_fn=_die_with_parent)

    @property
    def exit_code(self) -> int | None:
        return self.process.poll() if self.process else None

    def stop(self) -> None:
        """End it politely, and by force after ``STOP_SECONDS``."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _die_with_parent() -> None:
    """Ask Linux to end this child when the watcher is killed, so that nothing keeps the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Stopped(Exception):
    """Somebody asked us to end."""


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def web_command(host: str, port: int, workers: int) -> list[str]:
    # ``--no-control-socket``: gunicorn would otherwise keep a socket in the home directory, shared by all installations.
    options = ["--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "warning"]
    return [
        *(sys.executable, "-m", "gunicorn", "run:app"),
        *("--bind", f"{host}:{port}", "--workers", str(workers)),
        *options,
        *("--graceful-timeout", str(STOP_SECONDS // 2)),
        # gunicorn would believe X-Forwarded-Proto of whoever comes from this machine; TRUSTED_PROXIES says whom to believe.
        *("--forwarded-allow-ips", ""),
    ]


def jobs_command() -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "run", "jobs", "work"]


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(TICK)
        return probe.connect_ex((host, port)) == 0


def announce(host: str, port: int) -> None:
    print(f"\n  常客 Changke   http://{host}:{port}/\n", flush=True)
    if os.environ.get("CHANGKE_DEMO") == "1":
        password = os.environ.get("DEMO_PASSWORD", "changke-demo")
        print(f"  Demo accounts (password {password}):\n  {DEMO_ACCOUNTS}\n", flush=True)
    print("  Stop with Ctrl-C.\n", flush=True)


def watch(web: Child, jobs: Child, host: str, port: int) -> int:
    """Start both, keep the job process alive, and return the web server's exit code."""
    web.start()
    jobs.start()
    announced = False
    pause, restart_at = FIRST_PAUSE, 0.0
    while (code := web.exit_code) is None:
        if not announced and answers(host, port):
            announce(host, port)
            announced = True
        now = time.monotonic()
        if jobs.exit_code is not None and not restart_at:
            pause = FIRST_PAUSE if now - jobs.started > 2 * LONGEST_PAUSE else pause
            print(f"The job process ended ({jobs.exit_code}); it starts again in {pause:.0f} s.", file=sys.stderr)
            restart_at = now + pause
            pause = min(pause * 2, LONGEST_PAUSE)
        elif restart_at and now >= restart_at:
            jobs.start()
            restart_at = 0.0
        time.sleep(TICK)
    return code


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    if not is_free(options.host, options.port):
        print(f"Port {options.port} of {options.host} is taken; choose another with PORT=…", file=sys.stderr)
        return 1
    web = Child(web_command(options.host, options.port, options.workers))
    jobs = Child(jobs_command())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)
    try:
        return watch(web, jobs, options.host, options.port)
    except Stopped:
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        web.stop()
        jobs.stop()


if __name__ == "__main__":
    raise SystemExit(main())
