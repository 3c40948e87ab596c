"""Newline JSON becomes Parquet with the declared types before anything else reads it."""

import re
import shutil
from pathlib import Path
from typing import Any

from .errors import ShardliftError, build_file_error
from .session import Row, Session
from .spec import Part

MB = 1024 * 1024
# DuckDB holds two lines of this size per thread; BigQuery's rows have at most 100 MB.
ORDINARY_LINE_BYTES = 16 * MB
MAX_LINE_BYTES = 128 * MB


def check_parquet(session: Session, part: Part, path: Path) -> None:
    differences = session.run("check_parquet", reading=part["path"], part=str(path))
    for found in differences:
        declared, received = found["expected"] or "nothing", found["received"] or "nothing"
        raise build_file_error(part["path"], f"column {found['path']}: declared {declared}, found {received}")


def stage_json(session: Session, part: Part, path: Path, staged: Path) -> None:
    """Raises `data`, naming file, line where it is known, and key."""
    lines = staged.with_suffix(".lines")
    line_bytes, files = split_lines(session, part, path, lines)
    shapes = {session.run("shape_json", part=file)[0]["shape"] for file in files}
    known = sorted(shape for shape in shapes if shape is not None)
    for fault in session.run("check_json", reading=part["path"], shapes=known):
        raise build_fault(part, fault, find_line(session, fault, path, line_bytes))
    shutil.rmtree(lines, ignore_errors=True)
    session.run("stage", reading=part["path"], part=str(path), line_bytes=line_bytes, staged=str(staged))


def split_lines(session: Session, part: Part, path: Path, lines: Path) -> tuple[int, list[str]]:
    """Gives the size of lines that was enough to read the file, and the files its lines are in now."""
    try:
        return ORDINARY_LINE_BYTES, split(session, part, path, lines, ORDINARY_LINE_BYTES)
    except ShardliftError as error:
        # Malformed lines are told with the advice to raise the same setting: only "exceeded" means a long one.
        if not re.search(r"maximum_object_size\W[^\n]*exceeded", error.parts.get("received", "")):
            raise
    return MAX_LINE_BYTES, split(session, part, path, lines, MAX_LINE_BYTES)


def split(session: Session, part: Part, path: Path, lines: Path, line_bytes: int) -> list[str]:
    shutil.rmtree(lines, ignore_errors=True)
    places: dict[str, Any] = {"part": str(path), "line_bytes": line_bytes, "lines": str(lines)}
    written = session.run("split_json", reading=part["path"], **places)
    return [str(file) for row in written for file in row["Files"]]


def find_line(session: Session, fault: Row, path: Path, line_bytes: int) -> str:
    if fault["json_path"] is None:
        return ""
    found = session.run("locate", part=str(path), line_bytes=line_bytes, json_path=fault["json_path"])
    return f":{found[0]['line']}" if found else ""


def build_fault(part: Part, fault: Row, line: str) -> ShardliftError:
    place = fault["path"].replace("[0]", "").removeprefix("$").removeprefix(".")
    if fault["expected"] is not None:
        return ShardliftError(
            "data",
            failed=f"The file {part['path']} does not fit its schema{f' at {place}' if place else ''}.",
            rule=f"declared: {fault['expected']}",
            received=str(fault["received"]),
            remedy="write the schema file again from the table, or extract the shard again",
        )
    return ShardliftError(
        "data",
        failed=f"The file {part['path']}{line} has a key that its schema does not declare: {place}",
        rule="an undeclared key is a schema change: reading on would lose its values",
        received=f"{place} ({fault['received']})",
        remedy="write the schema file again from the table: bq show --schema --format=json <table>",
    )
