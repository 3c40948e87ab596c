"""One attempt at one day, from the driver's side: which tasks run in which order, and what comes of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from .attempt import Attempt
from .errors import ShardliftError
from .groups import Group, build_groups, count_groups, count_key_ranges, count_settle_ranges
from .results import Balance, Counts, GenerationReport, Suspects, Written
from .sort_tasks import find_suspects, sort_group, write_sides
from .source import is_at_google
from .spread import Counter, Spread
from .write_tasks import GroupWork, write_group, write_whole

T = TypeVar("T")


@dataclass(frozen=True)
class Meter:
    """How far a day has come: added to by tasks, read by the driver."""

    rows: Counter
    bytes: Counter
    # Of a byte of the day's parts: those that came from elsewhere are told as bytes of where they came from.
    share: float = 1.0


def extract_day(attempt: Attempt, spread: Spread, meter: Meter, started_at_ms: int) -> GenerationReport:
    """Executes the day's recipe, spread over groups of its files where it has enough of them."""
    shard = attempt.extract["shard"]
    count = count_groups(shard["parts"], attempt.options, spread.slots)
    if any(is_at_google(part) for part in shard["parts"]):
        attempt, meter = bring_day(attempt, spread, meter, started_at_ms)
    groups = build_groups(attempt.extract["shard"]["parts"], attempt.options, count)
    written = write_day(attempt, spread, meter, groups)
    return build_report(attempt, written, started_at_ms)


def bring_day(attempt: Attempt, spread: Spread, meter: Meter, started_at_ms: int) -> tuple[Attempt, Meter]:
    """Google's packages are loaded where a day needs them."""
    from .fetch import bring_rows  # noqa: PLC0415

    brought = bring_rows(attempt, spread, meter.bytes, started_at_ms)
    here = sum(part["bytes"] for part in brought.extract["shard"]["parts"])
    there = attempt.extract["shard"]["version"]["bytes"]
    return brought, replace(meter, share=there / 2 / max(1, here))


def write_day(attempt: Attempt, spread: Spread, meter: Meter, groups: list[Group]) -> list[Written]:
    step = name_step(attempt, "write")
    if len(groups) == 1:
        return spread.run(step, partial(write_metered, meter, partial(write_whole, attempt)), groups)
    works = sort_day(attempt, spread, groups)
    return spread.run(step, partial(write_metered, meter, partial(write_group, attempt)), works)


def write_metered(meter: Meter, write: Callable[[T], Written], task: T) -> Written:
    written = write(task)
    meter.rows.add(written.counts.source)
    meter.bytes.add(round(written.source_bytes * meter.share))
    return written


def sort_day(attempt: Attempt, spread: Spread, groups: list[Group]) -> list[GroupWork]:
    """Finds what the groups must know of each other; nothing where duplicates are kept."""
    extract = attempt.extract
    if not extract["recipe"]["statements"]["suspects"]:
        return [GroupWork(group, None, [], None) for group in groups]
    shard = extract["shard"]
    ranges = count_key_ranges(shard["version"]["rows"], shard["parts"])
    sort = partial(sort_group, attempt, ranges)
    counts = [found.counts for found in spread.run(name_step(attempt, "keys"), sort, groups)]
    find = partial(find_suspects, attempt, len(groups))
    found = spread.run(name_step(attempt, "suspects"), find, range(ranges))
    return put_aside(attempt, spread, groups, counts, found)


def put_aside(
    attempt: Attempt, spread: Spread, groups: list[Group], counts: list[Counts], found: list[Suspects]
) -> list[GroupWork]:
    """Suspect rows of all groups into side files; the first groups settle them beside their own rows."""
    ranges = {group.index: [each.range for each in found if group.index in each.by_group] for group in groups}
    sided = [group for group in groups if ranges[group.index]]
    suspects = sum(hashes for each in found for hashes in each.by_group.values())
    settle_ranges = count_settle_ranges(suspects, len(groups)) if suspects else 0
    side = partial(write_group_sides, attempt, settle_ranges, ranges)
    spread.run(name_step(attempt, "sides"), side, sided)
    places = [group.index for group in sided]
    return [
        GroupWork(
            group,
            counts[group.index],
            ranges[group.index],
            (group.index, places) if group.index < settle_ranges else None,
        )
        for group in groups
    ]


def write_group_sides(attempt: Attempt, settle_ranges: int, ranges: dict[int, list[int]], group: Group) -> None:
    write_sides(attempt, settle_ranges, group, ranges[group.index])


def name_step(attempt: Attempt, step: str) -> str:
    return f"{attempt.extract['family']} {attempt.extract['day']}: {step}"


def build_report(attempt: Attempt, written: list[Written], started_at_ms: int) -> GenerationReport:
    recipe = attempt.extract["recipe"]
    balance = build_balance(written)
    check_balance(attempt, balance, sum(each.read_back for each in written))
    names = [column["name"] for column in recipe["columns"]]
    return {
        "generation": attempt.generation,
        "files": [file for each in written for file in each.files],
        "duplicatesFiles": [file for each in written for file in each.removed],
        "balance": balance,
        "checksum": str(sum(each.checksum for each in written)),
        "nonNull": {name: sum(each.non_null[name] for each in written) for name in names},
        "columns": recipe["columns"],
        "engine": {"name": "glue", "version": recipe["duckdbVersion"]},
        "startedAtMs": started_at_ms,
    }


def build_balance(written: list[Written]) -> Balance:
    source = sum(each.counts.source for each in written)
    return {
        "source": source,
        "written": sum(file["rows"] for each in written for file in each.files),
        "duplicates": {
            "exact": sum(each.exact for each in written),
            "conflicting": sum(each.conflicting for each in written),
        },
        "filtered": source - sum(each.counts.passed for each in written),
    }


def check_balance(attempt: Attempt, balance: Balance, read_back: int) -> None:
    """Every row is accounted for, and what was written can be read back."""
    duplicates = balance["duplicates"]["exact"] + balance["duplicates"]["conflicting"]
    accounted = balance["written"] + duplicates + balance["filtered"]
    if balance["source"] == accounted and balance["written"] == read_back:
        return
    raise ShardliftError(
        "balance",
        failed=f"The rows of {attempt.extract['day']} do not balance.",
        rule="source rows = rows written + duplicates + filtered",
        received=f"{balance['source']} read, {balance}, {read_back} read back",
        remedy="this is a fault of the engine: keep the shard and report it; the day keeps its former generation",
    )
