"""CPU time instead of time on a wall clock, because a shared machine is no judge: ours and that of the database."""

import re
import time
from pathlib import Path

from sqlalchemy import text

CHILDREN_TICKS = (13, 14)
"""Of /proc/PID/stat after the name: time of children that have ended, in hundredths of a second."""


class Cpu:
    """Seconds of CPU time used so far; PostgreSQL's are read where the server runs beside us on Linux."""

    def __init__(self, engine):
        self._backends, self._parent = [], None
        if engine.dialect.name == "postgresql":
            self._find(engine)

    def _find(self, engine):
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"))
            pids = [row.pid for row in rows]
        self._backends = [path for pid in pids if (path := Path(f"/proc/{pid}/schedstat")).exists()]
        if self._backends:
            parent = _fields(self._backends[0].with_name("stat"))[1]
            self._parent = Path(f"/proc/{parent}/stat")

    def seconds(self):
        spent = time.process_time()
        for path in self._backends:
            if path.exists():
                spent += int(path.read_text().split()[0]) / 1e9
        if self._parent is not None:
            # Parallel workers, which end with their statement.
            spent += sum(int(_fields(self._parent)[place]) for place in CHILDREN_TICKS) / 100
        return spent


def _fields(path):
    """What follows the name of the program, which may hold blanks."""
    return re.sub(r"^.*\) ", "", path.read_text()).split()
