"""How many steps a chunk has, how fast they come, and how fast they may come."""

from collections import deque
from collections.abc import Callable
from time import perf_counter

from lrviz.engine.chunk import MOST_STEPS as TABULATED

CHUNK_SECONDS = 0.0015
FIRST_CHUNK = 16
MOST_STEPS = 4096
SPEED_SECONDS = 0.5
BACKLOG_SECONDS = 0.1
"""How far a limited run may catch up after it was kept waiting."""


class Pace:
    """Sizes chunks to 1.5 ms or somewhat more, measures steps/s, and holds them to a limit.

    `clock`: seconds from any origin.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._size = FIRST_CHUNK
        self._seconds_per_step: float | None = None
        self._limit: float | None = None
        self._next = 0.0
        self._total = 0
        self._marks: deque[tuple[float, int]] = deque()

    def limit(self, speed: float | None) -> None:
        """At most `speed` steps/s from now on; None: as fast as it goes."""
        self._limit = speed
        if speed is not None:
            now = self._clock()
            self._next = min(max(self._next, now), now + 1.0 / speed)

    def rest(self) -> None:
        """Training pauses; what it is measured by starts anew."""
        self._marks.clear()
        self._next = self._clock()

    def chunk(self) -> int:
        """How many steps may be done now; 0: wait for `delay` seconds."""
        now = self._clock()
        if not self._marks:
            self._marks.append((now, self._total))
            self._next = now
        if self._limit is None:
            return self._size
        if now < self._next:
            return 0
        late = min(now - self._next, BACKLOG_SECONDS)
        return min(self._size, 1 + int(late * self._limit))

    def delay(self) -> float:
        """Seconds until the next step may be done."""
        return 0.0 if self._limit is None else max(0.0, self._next - self._clock())

    def done(self, steps: int, seconds: float) -> None:
        """Note a chunk of `steps` updates that took that long."""
        now = self._clock()
        self._total += steps
        self._marks.append((now, self._total))
        while len(self._marks) > 2 and self._marks[1][0] <= now - SPEED_SECONDS:
            self._marks.popleft()
        if self._limit is not None:
            self._next = max(self._next, now - BACKLOG_SECONDS) + steps / self._limit
        if steps:
            self._adapt(seconds / steps)

    @property
    def speed(self) -> float:
        """Steps per second over about the last half second; 0 before the first chunk."""
        if len(self._marks) < 2:
            return 0.0
        (began, first), (ended, last) = self._marks[0], self._marks[-1]
        return (last - first) / (ended - began) if ended > began else 0.0

    def _adapt(self, seconds_per_step: float) -> None:
        known = self._seconds_per_step
        mean = seconds_per_step if known is None else 0.8 * known + 0.2 * seconds_per_step
        self._seconds_per_step = mean
        wanted = int(CHUNK_SECONDS / mean) if mean > 0.0 else MOST_STEPS
        if wanted > TABULATED:
            # What is left over from whole tables costs nearly as much as one more of them.
            wanted = -(-wanted // TABULATED) * TABULATED
        # A single quick chunk must not make the next one long.
        self._size = max(1, min(wanted, 2 * self._size, MOST_STEPS))
