"""The job process: threads that run jobs, and one look at the clock a second."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from flask import Flask

from app.core.database import db, utc_now
from app.core.jobs.registry import fill_slots
from app.core.jobs.running import run_next

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
CLOCK_SECONDS = 1.0
# The second thread never takes a bulk job, so a reminder does not wait for an import of 100,000 rows.
THREADS: tuple[frozenset[str] | None, ...] = (None, frozenset({"default"}))


class Worker:
    """Runs jobs of one installation until :meth:`stop`."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End soon: a running job goes back to the queue at its next step."""
        self._stopping.set()

    def stop_on_signals(self) -> None:
        """Let SIGTERM and SIGINT end the worker."""

        def on_signal(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, on_signal)

    def work(self) -> None:
        """Run jobs until stopped; returns when no job is being run any more."""
        threads = [
            threading.Thread(target=self._serve, args=(queues,), name=f"jobs-{number}")
            for number, queues in enumerate(THREADS)
        ]
        for thread in threads:
            thread.start()
        while not self._stopping.wait(CLOCK_SECONDS):
            self._look_at_the_clock()
        for thread in threads:
            thread.join()

    def _serve(self, queues: frozenset[str] | None) -> None:
        while not self._stopping.is_set():
            try:
                with self._app.app_context():
                    ran = run_next(queues=queues, interrupted=self._stopping.is_set, heartbeat=True)
            except Exception:
                log.exception("the job queue could not be read")
                ran = False
            if not ran:
                self._stopping.wait(POLL_SECONDS)

    def _look_at_the_clock(self) -> None:
        try:
            with self._app.app_context():
                fill_slots(db.session, utc_now())
        except Exception:
            log.exception("the schedule could not be written")
