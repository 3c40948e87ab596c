"""Where a task's rows are cut into files: of the aimed size, give or take a fifth, but for one that may be shorter."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .session import Raw, Row, Session

# The writer holds a row group per thread, raw and compressed: small ones keep memory bounded.
ROW_GROUP_ROWS = 8_192
# DuckDB cuts row groups at multiples of its vectors.
VECTOR_ROWS = 2_048
# Row groups of a file at least, where rows are so heavy that files have few of them.
FILE_ROW_GROUPS = 16
# Rows in the sample that a row's size is learned from.
SAMPLE_ROWS = 8 * ROW_GROUP_ROWS
# What a row gains at most: id, texts of keys.
ADDED_ROW_BYTES = 20
# How far a file may be from the aimed size.
SLACK = 0.2


@dataclass(frozen=True)
class Cut:
    """Rows per row group, and where files end: after so many row groups, or when so many bytes are written, which one
    thread alone can tell; neither: one file."""

    row_group_rows: int
    row_groups_per_file: int | None = None
    bytes_per_file: int | None = None


@dataclass(frozen=True)
class Weight:
    """What a task writes: rows, and bytes of one as written."""

    rows: int
    row_bytes: float
    # The heaviest stretch's rows, as a multiple of the lightest one's.
    spread: float


ONE_FILE = Cut(ROW_GROUP_ROWS)


def choose_cut(session: Session, folder: Path, file_bytes: int, rows: int, paths: list[Path]) -> Cut:
    """Few rows, or rows that will not fill a file, are not looked at any closer."""
    source_bytes = sum(path.stat().st_size for path in paths)
    if source_bytes + rows * ADDED_ROW_BYTES <= file_bytes:
        return ONE_FILE
    row_bytes = measure_row_bytes(session, folder)
    if row_bytes is None:
        return ONE_FILE
    spread = weigh_spread(session, paths, stretch=max(1, int(file_bytes / row_bytes / 4)))
    return cut_rows(file_bytes, Weight(rows, row_bytes, spread))


def cut_rows(file_bytes: int, weight: Weight) -> Cut:
    """Rows of one weight are cut by their number, into files of one size; others by the bytes that they have become."""
    if weight.spread > 1 + SLACK:
        row_bytes = weight.row_bytes * weight.spread
        # A file ends with the second row group after this one at the latest.
        limit = file_bytes * (FILE_ROW_GROUPS - 1) // FILE_ROW_GROUPS
        return Cut(choose_row_group(file_bytes / row_bytes), bytes_per_file=limit)
    total = weight.rows * weight.row_bytes
    files = math.ceil(total / (file_bytes * (1 + SLACK)))
    if files <= 1:
        return ONE_FILE
    # Of two files one may be short; of more none is.
    rows = max(total / files, file_bytes * (1 - SLACK)) / weight.row_bytes
    row_group = choose_row_group(rows)
    return Cut(row_group, row_groups_per_file=max(1, math.ceil(rows / row_group)))


def choose_row_group(file_rows: float) -> int:
    vectors = int(file_rows / FILE_ROW_GROUPS) // VECTOR_ROWS
    return max(VECTOR_ROWS, min(ROW_GROUP_ROWS, vectors * VECTOR_ROWS))


def measure_row_bytes(session: Session, folder: Path) -> float | None:
    """Bytes of a row as written, by a sample of some; None where there is no row."""
    path = folder / "sample.parquet"
    places: dict[str, Any] = {"rows": SAMPLE_ROWS, "row_group_rows": ROW_GROUP_ROWS, "options": Raw("")}
    sample: list[Row] = session.run("sample", target=str(path), **places)
    path.unlink(missing_ok=True)
    rows = sum(int(row["count"]) for row in sample)
    return sum(int(row["file_size_bytes"]) for row in sample) / rows if rows else None


def weigh_spread(session: Session, paths: list[Path], stretch: int) -> float:
    """How much heavier rows are in some places than in others: a sample of the first ones tells nothing of it."""
    (found,) = session.run("weigh_rows", files=[str(path) for path in paths], stretch=stretch)
    return float(found["most"]) / float(found["least"]) if found["least"] else 1.0
