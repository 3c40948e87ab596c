"""The step before all others for days whose rows are at Google: each row crosses once, into the exchange.

What leaves Google is paid for by the byte, and a day is read up to three times by tasks on other machines. So each
stream and each object becomes a Parquet file of the exchange first; from there on the day is one of files.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from .attempt import Attempt, Workplace, open_workplace
from .bigquery_rows import SessionOverError, stage_stream
from .bigquery_session import Stream, begin_session, choose_snapshot
from .errors import ShardliftError
from .google_storage import download_object
from .groups import count_streams
from .session import Limits
from .source import hash_path, is_table, keep
from .spec import Part, Shard
from .spread import Counter, Spread
from .staging import check_parquet

# A shard that takes more sessions of six hours is not read this way.
MAX_SESSIONS = 3


@dataclass(frozen=True)
class Fetch:
    """A stream, or an object where there is none, that one task brings."""

    name: str
    part: Part
    stream: Stream | None


@dataclass(frozen=True)
class Fetched:
    """A file of the exchange."""

    part: Part
    rows: int


def bring_rows(attempt: Attempt, spread: Spread, bytes_meter: Counter, started_at_ms: int) -> Attempt:
    """The same attempt with files of the exchange as its parts. The table is read as of the run's start."""
    shard = attempt.extract["shard"]
    snapshot_ms = choose_snapshot(shard, started_at_ms)
    for session in range(1, MAX_SESSIONS + 1):
        tasks, snapshot_ms = list_fetches(attempt, session, snapshot_ms, spread.slots)
        # To bring rows here is one half of the day's way, to lift them the other.
        half = partial(fetch_metered, bytes_meter, shard["version"]["bytes"] // (2 * max(1, len(tasks))), attempt)
        fetched = spread.run(f"{attempt.extract['family']} {attempt.extract['day']}: fetch", half, tasks)
        brought = [each for each in fetched if each is not None]
        if len(brought) == len(tasks):
            check_rows(attempt, sum(each.rows for each in brought))
            return with_parts(attempt, [each.part for each in brought])
        print(f"{shard['parts'][0]['path']}: the session's six hours are over; it begins again", flush=True)
    raise build_endless_error(shard)


def list_fetches(attempt: Attempt, session: int, snapshot_ms: int, slots: int) -> tuple[list[Fetch], int]:
    """In the order of the parts; also the moment as of which tables are read. A sample is of one stream or object."""
    shard, options = attempt.extract["shard"], attempt.options
    tasks: list[Fetch] = []
    for number, part in enumerate(shard["parts"]):
        if not is_table(part):
            tasks.append(Fetch(f"rows-{number}", part, None))
            continue
        begun = begin_session(options, shard, part, count_streams(part, options, slots), snapshot_ms)
        snapshot_ms = begun.snapshot_ms
        tell_session(part, len(begun.streams), snapshot_ms)
        named = enumerate(begun.streams)
        tasks += [Fetch(f"rows-{number}-{session}-{index}", part, stream) for index, stream in named]
    return (tasks if options.sample_rows is None else tasks[:1]), snapshot_ms


def tell_session(part: Part, streams: int, snapshot_ms: int) -> None:
    """Into the run's log: as of when its rows are."""
    moment = datetime.fromtimestamp(snapshot_ms / 1000, UTC).isoformat(timespec="milliseconds")
    print(f"{part['path']} is read as of {moment} in {streams} streams", flush=True)


def fetch_metered(meter: Counter, share: int, attempt: Attempt, task: Fetch) -> Fetched | None:
    fetched = fetch_rows(attempt, task)
    if fetched is not None:
        meter.add(share)
    return fetched


def fetch_rows(attempt: Attempt, task: Fetch) -> Fetched | None:
    """Brings one stream or object into the exchange; None where the session's time is over."""
    with open_workplace(narrow(attempt)) as place:
        path = place.scratch.own / f"{task.name}.parquet"
        try:
            stage(place, task, path)
        except SessionOverError:
            return None
        check_parquet(place.session, task.part, path)
        (counted,) = place.session.run("count_file", reading=task.part["path"], file=str(path))
        key = f"{attempt.exchange}{task.name}.parquet"
        place.lake.replace(key, path)
        part: Part = {"path": place.lake.locate(key), "format": "parquet", "bytes": path.stat().st_size}
        keep(path, place.scratch.kept / f"{hash_path(part['path'])}.parquet")
        return Fetched(part, int(counted["rows"]))


def stage(place: Workplace, task: Fetch, path: Path) -> None:
    options = place.attempt.options
    if task.stream is None:
        download_object(options, task.part, path)
    else:
        stage_stream(place.session, options, task.stream, path)


def narrow(attempt: Attempt) -> Attempt:
    """There may be more of these tasks than groups: none of them takes what idle slots have lent."""
    limits = attempt.limits
    own = Limits(limits.memory_bytes // limits.threads, 1, limits.deadline_ms)
    return replace(attempt, limits=own)


def with_parts(attempt: Attempt, parts: list[Part]) -> Attempt:
    extract = attempt.extract
    shard: Shard = {**extract["shard"], "parts": parts}
    return replace(attempt, extract={**extract, "shard": shard})


def check_rows(attempt: Attempt, rows: int) -> None:
    """Rows that are still streamed into a provisional shard are read, and in no count yet."""
    version = attempt.extract["shard"]["version"]
    expected = version["rows"]
    if expected is None or attempt.options.sample_rows is not None:
        return
    if rows == expected or (version["kind"] != "daily" and rows > expected):
        return
    raise ShardliftError(
        "outside",
        retryable=True,
        failed=f"Not all rows of {attempt.extract['shard']['parts'][0]['path']} are here, or others too.",
        rule="as many rows arrive as the table has",
        received=f"{rows} rows, where BigQuery counts {expected}",
        remedy="run again when the table stands still",
    )


def build_endless_error(shard: Shard) -> ShardliftError:
    return ShardliftError(
        "outside",
        failed=f"{shard['parts'][0]['path']} was not read within six hours, {MAX_SESSIONS} times.",
        rule="a session of the Storage Read API lives for six hours",
        received="sessions that ended before their streams did",
        remedy="take more workers, or name a bucket as source.extracts: extract jobs bring a third of the bytes",
    )
