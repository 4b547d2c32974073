"""How much of a file is written at once: as much as holds the write lock for a moment that nobody who saves notices."""

from __future__ import annotations

LONGEST = 0.15
"""Seconds of the processor."""
LONGEST_WAIT = 0.4
"""Seconds on the clock, which pass sooner on a busy machine or a slow disk."""
AIM = 0.9
FEWEST, FIRST, MOST = 50, 200, 2_000


class Pace:
    """Records of the next portion, after how long the last ones took; machines and rows differ by a factor of ten."""

    def __init__(self) -> None:
        self.records = FIRST

    def took(self, seconds: float, waited: float, records: int) -> None:
        """Hear that writing ``records`` took ``seconds`` of the processor's time and ``waited`` on the clock."""
        # Aims below the limit, and grows slowly: one portion after a quick one is not to be too long.
        share = max(seconds / LONGEST, waited / LONGEST_WAIT, 0.001)
        self.records = int(min(max(records * AIM / share, FEWEST), self.records * 1.5, MOST))
