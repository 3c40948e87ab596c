"""The step that writes: a group's clean rows, with the settled rows of one range where the group has one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .attempt import Attempt, Workplace, open_workplace
from .cut import ONE_FILE, choose_cut
from .groups import Group
from .results import Counts, Written
from .session import Row
from .sort_tasks import fetch, fetch_suspects, name_side, read_counts
from .source import blame_file, drop_kept, open_parts
from .writing import LakeFile, Target, count_non_null, upload, write_rows


@dataclass(frozen=True)
class GroupWork:
    """A group with what the steps before have found.

    `counts` is None where there was no step before; `ranges` are those with suspects of the group; `settles` is the
    settle range that it takes, with the groups that have sides.
    """

    group: Group
    counts: Counts | None
    ranges: list[int]
    settles: tuple[int, list[int]] | None


@dataclass(frozen=True)
class Ready:
    """Rows that can be written: the view `clean_rows` stands, and `settled_rows` where `duplicates` are told."""

    counts: Counts
    duplicates: Row | None


def write_group(attempt: Attempt, work: GroupWork) -> Written:
    """Writes a group of a day that is spread."""
    return run_write(attempt, work.group, partial(take_sorted, work))


def write_whole(attempt: Attempt, group: Group) -> Written:
    """A day of one group: all steps in one task, as the one-machine engine runs them."""
    return run_write(attempt, group, sort_here)


def run_write(attempt: Attempt, group: Group, sort: Callable[[Workplace], Ready]) -> Written:
    with open_workplace(attempt) as place:
        paths = open_parts(place.session, attempt.options, place.scratch, group.parts)
        with blame_file(place.session, group.parts, paths):
            ready = sort(place)
            written = write_clean(place, group, paths, ready)
        drop_kept(place.scratch, group.parts)
    return written


def take_sorted(work: GroupWork, place: Workplace) -> Ready:
    duplicates = None
    if work.settles is not None:
        index, groups = work.settles
        sides = [str(fetch(place, name_side(place.attempt, group, index))) for group in groups]
        duplicates = settle(place, sides)
    suspects = fetch_suspects(place, work.group.index, work.ranges)
    if suspects:
        place.session.run("gather_suspects", files=suspects)
    show_clean(place, "clean" if suspects else "clean_whole")
    return Ready(work.counts or read_counts(place.session), duplicates)


def sort_here(place: Workplace) -> Ready:
    session = place.session
    counts = read_counts(session)
    session.run("keys")
    session.run("suspects")
    if sum(int(row["hashes"]) for row in session.run("apart")) == 0:
        show_clean(place, "clean_whole")
        return Ready(counts, None)
    side = str(place.scratch.own / "side.parquet")
    session.run("side", side=side)
    duplicates = settle(place, [side])
    show_clean(place, "clean")
    return Ready(counts, duplicates)


def settle(place: Workplace, sides: list[str]) -> Row:
    place.session.run("settle", sides=sides, **build_origin(place.attempt))
    (duplicates,) = place.session.run("duplicates")
    return duplicates


def show_clean(place: Workplace, name: str) -> None:
    place.session.run("key_lists")
    place.session.run(name, **build_origin(place.attempt))


def build_origin(attempt: Attempt) -> dict[str, str]:
    extract = attempt.extract
    kind = extract["shard"]["version"]["kind"]
    return {"day": extract["day"], "shard_kind": kind, "generation": attempt.generation}


def write_clean(place: Workplace, group: Group, paths: list[Path], ready: Ready) -> Written:
    """Writes, reads back, and only then uploads."""
    session, attempt = place.session, place.attempt
    target = build_target(place, group, attempt.prefix)
    cut = choose_cut(session, target.folder, attempt.options.file_bytes, ready.counts.passed, paths)
    rows = write_rows(session, "write_clean" if ready.duplicates is None else "write", target, cut)
    (report,) = session.run("report", files=[str(row["filename"]) for row in rows])
    non_null = count_non_null(session, attempt.extract["recipe"]["columns"], rows)
    duplicates = ready.duplicates or {"exact": 0, "conflicting": 0}
    return Written(
        files=upload(target, rows),
        checksum=int(report["checksum"]),
        non_null=non_null,
        counts=ready.counts,
        read_back=int(report["rows"]),
        source_bytes=sum(part["bytes"] for part in group.parts),
        exact=int(duplicates["exact"]),
        conflicting=int(duplicates["conflicting"]),
        removed=[] if ready.duplicates is None else write_removed(place, group),
    )


def write_removed(place: Workplace, group: Group) -> list[LakeFile]:
    prefix = place.attempt.duplicates_prefix
    if prefix is None or not place.session.statements["write_removed"]:
        return []
    target = build_target(place, group, prefix)
    return upload(target, write_rows(place.session, "write_removed", target, ONE_FILE))


def build_target(place: Workplace, group: Group, prefix: str) -> Target:
    return Target(place.lake, place.scratch.own, prefix, f"{place.attempt.generation}-{group.index:05d}")
