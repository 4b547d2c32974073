"""How much of a file is written at once: as much as holds the write lock for a seventh of a second."""

from __future__ import annotations

LONGEST = 0.15
"""Seconds."""
AIM = 0.9
FEWEST, FIRST, MOST = 50, 200, 2_000


class Pace:
    """Records of the next portion, after how long the last ones took; machines and rows differ by a factor of ten."""

    def __init__(self) -> None:
        self.records = FIRST

    def took(self, seconds: float, records: int) -> None:
        """Hear that writing ``records`` took ``seconds`` of the processor's time."""
        # Aims below the limit, and grows slowly: one portion after a quick one is not to be too long.
        fitting = records * AIM * LONGEST / max(seconds, 0.001)
        self.records = int(min(max(fitting, FEWEST), self.records * 1.5, MOST))
