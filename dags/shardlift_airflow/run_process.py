"""Runs a command as a process of the worker: words in, exit code and last line out."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import IO

GRACE_SECONDS = 30
_TAIL_LINES = 40


@dataclass(frozen=True)
class Ended:
    """How a process ended; `last_line` is the last one on stdout, `tail` the end of stderr."""

    code: int
    last_line: str
    tail: str


def start_process(words: list[str], variables: dict[str, str]) -> subprocess.Popen[str]:
    """A group of its own, so that a stop reaches what the command started, too. No shell, no terminal."""
    return subprocess.Popen(
        words,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def follow_process(process: subprocess.Popen[str], log: Callable[[str], None]) -> Ended:
    """Logs what it says until it ends. If this is interrupted, the process is stopped before that is passed on."""
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    last = ""
    reader = Thread(target=_log_lines, args=(process.stderr, log, tail), daemon=True)
    reader.start()
    try:
        assert process.stdout is not None  # noqa: S101 it was asked for
        for text in process.stdout:
            log(text.rstrip("\n"))
            last = text.strip() or last
        code = process.wait()
    finally:
        if process.poll() is None:
            stop_process(process)
    reader.join(timeout=GRACE_SECONDS)
    # A shell's way of telling that a signal ended it.
    return Ended(128 - code if code < 0 else code, last, "\n".join(tail))


def stop_process(process: subprocess.Popen[str]) -> None:
    """SIGTERM, which a command answers by ending at its next safe step; SIGKILL, which is safe too, if it does not."""
    _signal_group(process, signal.SIGTERM)
    try:
        process.wait(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _log_lines(stream: IO[str] | None, log: Callable[[str], None], tail: deque[str]) -> None:
    for text in stream or ():
        log(text.rstrip("\n"))
        tail.append(text.rstrip("\n"))
