"""One DuckDB connection that runs a recipe's statements by name, with bounded memory, until the deadline."""

import os
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from .errors import ShardliftError, build_late_error, build_statement_error
from .spec import Recipe
from .statements import read_statements

Value = str | int | Sequence[str]
Row = dict[str, Any]

INTERRUPT_EVERY_S = 0.05


@dataclass(frozen=True)
class Limits:
    """What one task may take."""

    memory_bytes: int
    threads: int
    deadline_ms: int


@dataclass(frozen=True)
class Session:
    statements: dict[str, list[str]]
    connection: duckdb.DuckDBPyConnection
    deadline_ms: int

    def run(self, name: str, *, reading: str | None = None, **places: Value) -> list[Row]:
        """Runs all statements of a name in order; gives the rows of the last one."""
        rows: list[Row] = []
        for statement in self.statements[name]:
            rows = self.fetch(statement, reading=reading, **places)
        return rows

    def fetch(self, statement: str, *, reading: str | None = None, **places: Value) -> list[Row]:
        """Rows as dicts; for answers that are small by nature. `reading` is the file whose fault an error is."""
        if is_late(self.deadline_ms):
            raise build_late_error()
        try:
            cursor = self.connection.execute(fill(statement, places))
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except duckdb.Error as cause:
            if is_late(self.deadline_ms):
                raise build_late_error() from cause
            raise build_statement_error(cause, reading) from cause

    @contextmanager
    def threads(self, count: int | None) -> Iterator[None]:
        """With so many threads for a while; None leaves them as they are."""
        if count is None:
            yield
            return
        (row,) = self.fetch("SELECT current_setting('threads') AS threads")
        self.fetch(f"SET threads = {count}")
        try:
            yield
        finally:
            self.connection.execute(f"SET threads = {int(row['threads'])}")


class Raw(str):
    """Our own SQL for a place that takes no literal: `options`."""

    __slots__ = ()


def literal(value: Value) -> str:
    """The one place where values become SQL."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text with a NUL character cannot stand in SQL")
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, int):
        return str(value)
    return "[" + ", ".join(literal(item) for item in value) + "]"


def fill(statement: str, places: Mapping[str, Value]) -> str:
    return re.sub(r"\{\{@([a-z_]+)\}\}", lambda found: literal(places[found[1]]), statement)


def is_late(deadline_ms: int) -> bool:
    return time.time_ns() // 1_000_000 >= deadline_ms


@contextmanager
def open_session(recipe: Recipe, limits: Limits, scratch: Path) -> Iterator[Session]:
    """Opens DuckDB as the one-machine engine does; what the recipe needs is set up."""
    connection = duckdb.connect(config=build_config(limits, scratch / "spill"))
    ended = threading.Event()
    watch = threading.Thread(target=interrupt_late, args=(connection, limits.deadline_ms, ended), daemon=True)
    try:
        check_version(connection, recipe)
        # What DuckDB has freed its allocator keeps for later: given back early instead.
        connection.execute("SET allocator_flush_threshold = '1MB'")
        connection.execute("SET allocator_bulk_deallocation_flush_threshold = '16MB'")
        watch.start()
        statements = recipe["statements"] | read_statements()
        session = Session(statements, connection, limits.deadline_ms)
        session.run("setup")
        yield session
    finally:
        ended.set()
        if watch.ident is not None:
            watch.join()
        connection.close()


def build_config(limits: Limits, spill: Path) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "threads": limits.threads,
        "memory_limit": f"{limits.memory_bytes // 1_000_000}MB",
        "temp_directory": os.fspath(spill),
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def interrupt_late(connection: duckdb.DuckDBPyConnection, deadline_ms: int, ended: threading.Event) -> None:
    """DuckDB forgets an interrupt that comes just before a statement begins: it is said until somebody hears."""
    left_s = max(0.0, deadline_ms / 1000 - time.time())
    # Locks take 2^63 ns at most.
    if ended.wait(min(left_s, 86_400 * 365)):
        return
    while not ended.wait(INTERRUPT_EVERY_S):
        connection.interrupt()


def check_version(connection: duckdb.DuckDBPyConnection, recipe: Recipe) -> None:
    found = connection.execute("SELECT version()").fetchone()
    version = found[0] if found else "none"
    if version == recipe["duckdbVersion"]:
        return
    raise ShardliftError(
        "config",
        failed="The run has another DuckDB than the recipe was made for.",
        rule=f"ids rely on its texts of numbers: DuckDB {recipe['duckdbVersion']}",
        received=str(version),
        remedy="push the script again (`shardlift push-script`) and put the job right (`shardlift ensure-job`)",
    )
