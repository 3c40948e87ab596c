"""One attempt at one day, as every task is told of it: data that travels to the workers, and what they make of it."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .hash_key import bind_hash_key, read_hash_key
from .lake import Lake, open_lake
from .options import Options
from .session import Limits, Session, open_session
from .source import Scratch
from .spec import Extract


@dataclass(frozen=True)
class Attempt:
    """`exchange` is the lake prefix for what tasks hand to each other; nobody else reads it."""

    extract: Extract
    options: Options
    generation: str
    prefix: str
    duplicates_prefix: str | None
    exchange: str
    limits: Limits


def build_generation_id(now_ms: int) -> str:
    """The form of `src/lake/generation-id.ts`: `20261120T101500123Z-8f14e45fceea`."""
    moment = datetime.fromtimestamp(now_ms // 1000, UTC)
    return f"{moment:%Y%m%dT%H%M%S}{now_ms % 1000:03d}Z-{secrets.token_hex(6)}"


@contextmanager
def open_scratch(attempt: Attempt) -> Iterator[Scratch]:
    """The task's own folder goes with it; the day's stays for the next task of this machine."""
    root = Path(attempt.options.scratch or tempfile.gettempdir())
    kept = root / f"shardlift-{attempt.generation}"
    kept.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(prefix="task-", dir=kept))
    try:
        yield Scratch(own, kept)
    finally:
        shutil.rmtree(own, ignore_errors=True)


def drop_scratch(attempt: Attempt) -> None:
    """What is left on this machine; the machines of a service's run go with it."""
    root = Path(attempt.options.scratch or tempfile.gettempdir())
    shutil.rmtree(root / f"shardlift-{attempt.generation}", ignore_errors=True)


@dataclass(frozen=True)
class Workplace:
    """What one task works with: a session that can run the day's recipe, where it may write, and the lake."""

    attempt: Attempt
    session: Session
    scratch: Scratch
    lake: Lake


@contextmanager
def open_workplace(attempt: Attempt) -> Iterator[Workplace]:
    recipe, options = attempt.extract["recipe"], attempt.options
    with open_scratch(attempt) as scratch, open_session(recipe, attempt.limits, scratch.own) as session:
        if recipe["needsHashKey"]:
            bind_hash_key(session.connection, read_hash_key(options.hash_key, options.secrets_endpoint))
        yield Workplace(attempt, session, scratch, open_lake(options.lake))
