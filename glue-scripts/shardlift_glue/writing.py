"""Writes rows into files of the aimed size, first here, then into the lake where no such object is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from .cut import Cut
from .lake import Lake, create_all
from .session import Raw, Row, Session
from .spec import Column


class LakeFile(TypedDict):
    """As a day's report names it."""

    key: str
    bytes: int
    rows: int


@dataclass(frozen=True)
class Target:
    """Where one task's files go: their names are the task's own, so no other task can meet them."""

    lake: Lake
    folder: Path
    prefix: str
    name: str


def write_rows(session: Session, name: str, target: Target, cut: Cut) -> list[Row]:
    """Runs the statement; gives a row per file, as DuckDB tells of it."""
    folder = target.folder / name
    folder.mkdir()
    ends = render_ends(cut)
    if ends is None:
        place, options = folder / f"{target.name}-0.parquet", ""
    else:
        place, options = folder, f", {ends}, FILENAME_PATTERN '{target.name}-{{i}}', OVERWRITE_OR_IGNORE"
    places: dict[str, Any] = {"target": str(place), "row_group_rows": cut.row_group_rows, "options": Raw(options)}
    with session.threads(1 if cut.bytes_per_file is not None else None):
        return session.run(name, **places)


def render_ends(cut: Cut) -> str | None:
    """Where files end, as an option of COPY; None: there is one file."""
    if cut.bytes_per_file is not None:
        return f"FILE_SIZE_BYTES {cut.bytes_per_file}"
    return None if cut.row_groups_per_file is None else f"ROW_GROUPS_PER_FILE {cut.row_groups_per_file}"


def upload(target: Target, written: list[Row]) -> list[LakeFile]:
    """The first file decides which of several attempts at a task goes on; so they go in order."""
    rows = sorted(written, key=lambda row: str(row["filename"]))
    paths = [Path(row["filename"]) for row in rows]
    keys = [f"{target.prefix}{path.name}" for path in paths]
    create_all(target.lake, zip(keys, paths, strict=True))
    return [
        {"key": key, "bytes": int(row["file_size_bytes"]), "rows": int(row["count"])}
        for key, row in zip(keys, rows, strict=True)
    ]


def count_non_null(session: Session, columns: list[Column], written: list[Row]) -> dict[str, int]:
    """Rows with a value per top-level column: from the footers where they can tell, else counted."""
    rows = sum(int(row["count"]) for row in written)
    files = [str(row["filename"]) for row in written]
    counted: dict[str, int] = {}
    for index, column in enumerate(columns):
        nulls = find_nulls(column, written)
        if nulls is not None:
            counted[column["name"]] = rows - nulls
            continue
        found = session.fetch(session.statements["non_null"][index], files=files)
        counted[column["name"]] = int(found[0]["non_null"])
    return counted


def find_nulls(column: Column, written: list[Row]) -> int | None:
    """None where footers cannot tell: they know leaves only, and a null member does not make its struct null."""
    if column["mode"] == "REPEATED":
        return None
    path = quote(column["name"])
    if column["type"] == "RECORD":
        return 0 if all(has_full_member(column, path, row) for row in written) else None
    nulls = [read_nulls(row, path) for row in written]
    known = [value for value in nulls if value is not None]
    return sum(known) if len(known) == len(nulls) else None


def has_full_member(column: Column, path: str, row: Row) -> bool:
    """Where one member is never null, its struct is not either."""
    return int(row["count"]) == 0 or any(
        is_full(field, f"{path}.{quote(field['name'])}", row) for field in column.get("fields", [])
    )


def is_full(field: Column, path: str, row: Row) -> bool:
    if field["mode"] == "REPEATED":
        return False
    return has_full_member(field, path, row) if field["type"] == "RECORD" else read_nulls(row, path) == 0


def read_nulls(row: Row, path: str) -> int | None:
    if int(row["count"]) == 0:
        return 0
    found = row["column_statistics"].get(path, {}).get("null_count")
    return None if found is None else int(found)


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
