"""A run from the driver's side: its days, each to its own end, reported as each ends (`src/runs`)."""

import json
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from .attempt import Attempt, build_generation_id, drop_scratch
from .day import Meter, extract_day
from .errors import ShardliftError, tell_error
from .groups import MAX_THREADS, choose_threads, count_groups
from .lake import Lake
from .options import Options
from .session import Limits
from .spec import FORMAT_VERSION, Spec, SpecDay
from .spread import Spread

# Days that run beside each other; Spark gives idle slots to the next one.
DAYS_AT_ONCE = 8
PROGRESS_EVERY_S = 15.0


@dataclass(frozen=True)
class Run:
    """All that one start of the script knows."""

    options: Options
    spec: Spec
    lake: Lake
    spread: Spread
    memory_bytes: int
    started_at_ms: int
    meters: dict[str, Meter] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)


def run_days(run: Run) -> list[str]:
    """Gives the days that failed, by name; the rest is in the lake and in the reports. Raises where a report cannot be
    written."""
    for day in run.spec["days"]:
        run.meters[day["key"]] = Meter(run.spread.count(), run.spread.count())
    ended = threading.Event()
    teller = threading.Thread(target=tell_progress, args=(run, ended), daemon=True)
    teller.start()
    with ThreadPoolExecutor(DAYS_AT_ONCE) as pool:
        futures = [pool.submit(run_day, run, day) for day in run.spec["days"]]
        try:
            outcomes = [future.result() for future in futures]
        except BaseException:
            stop(run)
            raise
        finally:
            ended.set()
    teller.join()
    named = zip(run.spec["days"], outcomes, strict=True)
    return [name_day(day) for day, is_written in named if not is_written]


def stop(run: Run) -> None:
    """Days on their way clear up behind them and tell nothing: whoever follows sees that the run was stopped."""
    run.stopped.set()
    run.spread.stop()


def run_day(run: Run, day: SpecDay) -> bool:
    """One day to its report; whether it was written. A day that ran out of memory is tried again with one thread."""
    most = min(MAX_THREADS, count_lent(run) * run.spread.cores)
    for threads in sorted({most, 1}, reverse=True):
        if run.stopped.is_set():
            return False
        attempt = build_attempt(run, day, threads)
        error = run_attempt(run, day, attempt)
        if error is None or run.stopped.is_set():
            return error is None
        if not is_out_of_memory(error) or threads == 1:
            tell_failure(run, day, attempt, error)
            return False
        print(f"{name_day(day)} ran out of memory and is tried again with one thread a task", flush=True)
    return False


def run_attempt(run: Run, day: SpecDay, attempt: Attempt) -> Exception | None:
    """Writes and reports, or leaves nothing and gives the reason."""
    try:
        report = extract_day(attempt, run.spread, run.meters[day["key"]], run.started_at_ms)
        write_report(run, day, {"outcome": "written", "report": report})
    except Exception as error:  # noqa: BLE001
        remove_written(run.lake, attempt)
        return error
    finally:
        clear_up(run.lake, attempt)
    return None


def is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, ShardliftError) and error.out_of_memory


def count_lent(run: Run) -> int:
    """Slots that each task may use: more than one where all tasks of all days leave some idle."""
    parts = [day["extract"]["shard"]["parts"] for day in run.spec["days"]]
    tasks = sum(count_groups(each, run.options, run.spread.slots) for each in parts)
    return choose_threads(run.spread.slots, tasks)


def build_attempt(run: Run, day: SpecDay, threads: int) -> Attempt:
    """One attempt, one generation; a sample's rows go where nobody takes them for the day's."""
    extract = day["extract"]
    generation = build_generation_id(run.lake.now_ms())
    base = f"{run_prefix(run)}sample/" if run.options.sample_rows is not None else ""
    kept = extract["duplicatesPrefix"]
    return Attempt(
        extract=extract,
        options=run.options,
        generation=generation,
        prefix=f"{base}{extract['prefix']}generation={generation}/",
        duplicates_prefix=None if kept is None else f"{base}{kept}generation={generation}/",
        exchange=f"{run_prefix(run)}exchange/{generation}/",
        limits=Limits(run.memory_bytes * count_lent(run), threads, run.options.deadline_ms),
    )


def run_prefix(run: Run) -> str:
    return f"_runs/{run.spec['runKey']}/{run.options.run_id}/"


def remove_written(lake: Lake, attempt: Attempt) -> None:
    for prefix in (attempt.prefix, attempt.duplicates_prefix):
        if prefix is not None:
            remove_quietly(lake, prefix)


def clear_up(lake: Lake, attempt: Attempt) -> None:
    remove_quietly(lake, attempt.exchange)
    drop_scratch(attempt)


def remove_quietly(lake: Lake, prefix: str) -> None:
    """What stays nobody names: repair finds it, and the day's own outcome says more than this."""
    try:
        lake.remove(prefix)
    except Exception as error:  # noqa: BLE001
        print(f"{prefix} could not be cleared up: {error}", flush=True)


def tell_failure(run: Run, day: SpecDay, attempt: Attempt, error: Exception) -> None:
    if not isinstance(error, ShardliftError):
        traceback.print_exception(error)
    print(f"{name_day(day)} failed: {error}", flush=True)
    told = {"outcome": "failed", "error": tell_error(error), "generation": attempt.generation}
    write_report(run, day, told)


def write_report(run: Run, day: SpecDay, told: dict[str, Any]) -> None:
    extract = day["extract"]
    common = {
        "formatVersion": FORMAT_VERSION,
        "key": day["key"],
        "family": extract["family"],
        "day": extract["day"],
    }
    # Under another name: who looks for the day's report must not find a sample's.
    kind = "sample-" if run.options.sample_rows is not None else ""
    run.lake.write(f"{run_prefix(run)}{kind}{extract['family']}-{extract['day']}.json", render_json(common | told))


def tell_progress(run: Run, ended: threading.Event) -> None:
    """Overwrites one small object now and then, and only where something moved."""
    last = b""
    is_ended = False
    while not is_ended:
        is_ended = ended.wait(PROGRESS_EVERY_S)
        body = render_json({"formatVersion": FORMAT_VERSION, "days": read_meters(run)})
        if body == last:
            continue
        try:
            run.lake.write(f"{run_prefix(run)}progress.json", body)
            last = body
        except Exception as error:  # noqa: BLE001
            print(f"progress could not be told: {error}", flush=True)


def read_meters(run: Run) -> list[dict[str, Any]]:
    return [{"key": key, "rows": meter.rows.value, "bytes": meter.bytes.value} for key, meter in run.meters.items()]


def render_json(value: Any) -> bytes:
    return f"{json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)}\n".encode()


def name_day(day: SpecDay) -> str:
    return f"{day['extract']['family']} {day['extract']['day']}"
