"""Asking Google again: at once where a call brought something, with growing pauses where several in a row did not."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from .errors import build_late_error
from .google_auth import forget_token
from .google_errors import RESOURCE_EXHAUSTED, UNAUTHENTICATED, Doing, Fault, build_google_error
from .session import is_late

# Calls in a row that bring nothing. A quota is waited for as long as the attempt may last.
MAX_FAILURES = 8
MAX_PAUSE_S = 60.0

Pause = Callable[[float], None]


@dataclass
class Patience:
    """How often a call has failed since it last brought something."""

    doing: Doing
    deadline_ms: int
    pause: Pause = time.sleep
    failures: int = 0

    def bear(self, fault: Fault) -> None:
        """Pauses before the next try; raises where there is to be none."""
        if is_late(self.deadline_ms):
            raise build_late_error()
        error = build_google_error(fault, self.doing)
        self.failures += 1
        is_quota = fault.code == RESOURCE_EXHAUSTED
        if not error.retryable or (self.failures >= MAX_FAILURES and not is_quota):
            raise error
        if fault.code == UNAUTHENTICATED:
            forget_token()
        pause_s = choose_pause(self.failures)
        if is_late(self.deadline_ms - int(pause_s * 1000)):
            raise error
        self.pause(pause_s)


def choose_pause(failures: int) -> float:
    """None before the second try: most connections break once."""
    return 0.0 if failures == 1 else min(MAX_PAUSE_S, 2.0 ** (failures - 1))
