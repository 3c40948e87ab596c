"""The steps before writing, for days of several groups: which hashes occur twice, and the rows that have them.

Keys are 8 bytes a row, and a day may have a billion: each task splits its own by ranges of hashes, each range is
looked through by a task of its own, and each group is told of its own suspects alone. Only numbers reach the driver.
"""

from pathlib import Path

from .attempt import Attempt, Workplace, open_workplace
from .groups import Group
from .results import Counts, Sorted, Suspects
from .session import Session
from .source import blame_file, open_parts


def sort_group(attempt: Attempt, ranges: int, group: Group) -> Sorted:
    """Counts a group's rows and puts their keys into the exchange, a file per range."""
    with open_workplace(attempt) as place:
        session = place.session
        paths = open_parts(session, attempt.options, place.scratch, group.parts)
        with blame_file(session, group.parts, paths):
            counts = read_counts(session)
            session.run("keys")
        for index in range(ranges):
            target = place.scratch.own / "keys.parquet"
            session.run("split_keys", ranges=ranges, range=index, target=str(target))
            place.lake.replace(name_keys(attempt, group.index, index), target)
    return Sorted(group.index, counts)


def read_counts(session: Session) -> Counts:
    (counts,) = session.run("counts")
    return Counts(int(counts["source"]), int(counts["passed"]))


def find_suspects(attempt: Attempt, groups: int, index: int) -> Suspects:
    """Looks through all keys of one range; each group's suspects go into the exchange."""
    with open_workplace(attempt) as place:
        session = place.session
        files = [fetch(place, name_keys(attempt, group, index)) for group in range(groups)]
        session.run("gather_keys", files=[str(file) for file in files])
        session.run("suspects")
        (apart,) = session.run("apart")
        if int(apart["hashes"]) == 0:
            return Suspects(index, {})
        found = {group: split_suspects(place, index, group, file) for group, file in enumerate(files)}
    return Suspects(index, {group: hashes for group, hashes in found.items() if hashes > 0})


def split_suspects(place: Workplace, index: int, group: int, keys: Path) -> int:
    target = place.scratch.own / "suspects.parquet"
    (written,) = place.session.run("split_suspects", file=str(keys), target=str(target))
    if int(written["count"]) > 0:
        place.lake.replace(name_suspects(place.attempt, group, index), target)
    return int(written["count"])


def write_sides(attempt: Attempt, settle_ranges: int, group: Group, ranges: list[int]) -> None:
    """Puts a group's suspect rows into the exchange, as they are, a file per range that is settled together."""
    with open_workplace(attempt) as place:
        session = place.session
        open_parts(session, attempt.options, place.scratch, group.parts)
        files = fetch_suspects(place, group.index, ranges)
        for index in range(settle_ranges):
            session.run("gather_suspects_of_range", files=files, ranges=settle_ranges, range=index)
            side = place.scratch.own / "side.parquet"
            session.run("side", side=str(side))
            place.lake.replace(name_side(attempt, group.index, index), side)


def fetch_suspects(place: Workplace, group: int, ranges: list[int]) -> list[str]:
    return [str(fetch(place, name_suspects(place.attempt, group, index))) for index in ranges]


def fetch(place: Workplace, key: str) -> Path:
    path = place.scratch.own / key.rsplit("/", 1)[1]
    place.lake.fetch(key, path)
    return path


def name_keys(attempt: Attempt, group: int, index: int) -> str:
    return f"{attempt.exchange}keys-{group}-{index}.parquet"


def name_suspects(attempt: Attempt, group: int, index: int) -> str:
    return f"{attempt.exchange}suspects-{group}-{index}.parquet"


def name_side(attempt: Attempt, group: int, index: int) -> str:
    return f"{attempt.exchange}side-{group}-{index}.parquet"
