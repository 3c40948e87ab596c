"""How a day is spread: files into groups, one task each, and hashes into ranges."""

import math
from dataclasses import dataclass

from .options import Options
from .source import is_table
from .spec import Part

# What a line of newline JSON weighs as Parquet; packed JSON is about as large as Parquet. BigQuery counts unpacked
# bytes, too.
TEXT_WEIGHT = 1 / 8
# A stream is not asked for less; as Parquet.
STREAM_BYTES = 32_000_000
# As many as Google gives.
MAX_STREAMS = 1_000
# Keys that one task looks through at once: 8 bytes each, and about as much again to tell which occur twice.
RANGE_KEYS = 16_000_000
# Rows that are settled in one task.
SETTLE_ROWS = 10_000_000
# Rows of GA4 take more, so this many bytes guess too many rows rather than too few.
ROW_BYTES = 50
# More threads help no task.
MAX_THREADS = 4


@dataclass(frozen=True)
class Group:
    """Files that one task reads at once."""

    index: int
    parts: list[Part]


def weigh(part: Part) -> float:
    is_text = part["format"] == "jsonl" or is_table(part)
    return part["bytes"] * (TEXT_WEIGHT if is_text else 1)


def count_groups(parts: list[Part], options: Options, slots: int) -> int:
    """One at least. As many as files of the aimed size, or as are busy at once if each has enough to do."""
    if options.sample_rows is not None:
        return 1
    weight = sum(weigh(part) for part in parts)
    by_size = round(weight / options.file_bytes)
    by_slots = min(slots, int(weight // max(1, options.min_task_bytes)))
    # A table comes in as many streams as are asked for, a file as one.
    most = MAX_STREAMS if any(is_table(part) for part in parts) else len(parts)
    return max(1, min(most, max(by_size, by_slots)))


def build_groups(parts: list[Part], options: Options, count: int) -> list[Group]:
    """As many as there are parts for; a sample is of the heaviest."""
    if options.sample_rows is not None:
        return [Group(0, sorted(parts, key=weigh)[-1:])]
    return [Group(index, dealt) for index, dealt in enumerate(deal(parts, max(1, min(len(parts), count))))]


def count_streams(part: Part, options: Options, slots: int) -> int:
    """One a group at least; more where slots would be idle while the rows come."""
    if options.sample_rows is not None:
        return 1
    idle = min(slots, math.ceil(weigh(part) / STREAM_BYTES))
    return min(MAX_STREAMS, max(count_groups([part], options, slots), idle, 1))


def deal(parts: list[Part], count: int) -> list[list[Part]]:
    """The heaviest first, each to whoever has least so far."""
    hands: list[list[Part]] = [[] for _ in range(count)]
    weights = [0.0] * count
    for part in sorted(parts, key=weigh, reverse=True):
        index = weights.index(min(weights))
        hands[index].append(part)
        weights[index] += weigh(part)
    return hands


def count_key_ranges(rows: int | None, parts: list[Part]) -> int:
    """Ranges of hashes, so that the keys of each fit into one task."""
    guess = rows if rows is not None else sum(part["bytes"] for part in parts) // ROW_BYTES
    return max(1, math.ceil(guess / RANGE_KEYS))


def count_settle_ranges(suspects: int, groups: int) -> int:
    """Ranges of suspects, each settled by one of the groups."""
    return max(1, min(groups, math.ceil(suspects / SETTLE_ROWS)))


def choose_threads(slots: int, tasks: int) -> int:
    """Slots that would be idle lend their thread."""
    return max(1, min(MAX_THREADS, slots // max(1, tasks)))
