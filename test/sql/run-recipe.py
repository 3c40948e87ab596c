"""Executes a recipe for one day with Python's DuckDB, in the order of docs/recipe.md, and holds no rule of its own.

usage: run-recipe.py JOB.json

With `spread` each file is worked on in a connection of its own that sees no other, as workers on several machines
would; else the day is one piece. The job names `spread`, `recipe`, `parts` ({path, format}), `day`, `shard_kind`, `generation`, `folder` (empty; files go to
`folder/out`, removed rows to `folder/removed`) and `hash_key_hex` (null where the recipe needs none). Prints one line
of JSON: balance, checksum, non_null, files, removed.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

import duckdb

LINE_BYTES = 16 * 1024 * 1024
ROW_GROUP_ROWS = 8_192
BLOCK_BYTES = 64
NO_DUPLICATES = {"exact": 0, "conflicting": 0}


def literal(value):
    """A text, a number, or a list of such, as SQL."""
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def fill(statement, places):
    return re.sub(r"\{\{@([a-z_]+)\}\}", lambda found: places[found.group(1)], statement)


class Session:
    """One connection that runs a recipe's statements by name."""

    def __init__(self, recipe, spill):
        self.statements = recipe["statements"]
        self.connection = duckdb.connect(
            config={
                "threads": 2,
                "memory_limit": "600MB",
                "temp_directory": str(spill),
                "preserve_insertion_order": "false",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        (version,) = self.connection.execute("SELECT version()").fetchone()
        if version != recipe["duckdbVersion"]:
            raise SystemExit(f"the recipe is for DuckDB {recipe['duckdbVersion']}, this is {version}")

    def run(self, name, **places):
        """Runs all statements of a name; gives the rows of the last one as dicts."""
        rows = []
        rendered = {place: literal(value) for place, value in places.items()}
        for statement in self.statements[name]:
            rows = self.fetch(fill(statement, rendered))
        return rows

    def fetch(self, statement):
        cursor = self.connection.execute(statement)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row)) for row in cursor.fetchall()]

    def write(self, name, target):
        """Runs a statement that writes one file; gives the row that tells of it."""
        target.parent.mkdir(exist_ok=True)
        places = {"target": literal(str(target)), "row_group_rows": literal(ROW_GROUP_ROWS), "options": ""}
        (statement,) = self.statements[name]
        (row,) = self.fetch(fill(statement, places))
        return row


def bind_hash_key(connection, key):
    """RFC 2104: keys longer than a block are hashed first, shorter ones filled with zeros."""
    short = hashlib.sha256(key).digest() if len(key) > BLOCK_BYTES else key
    block = short.ljust(BLOCK_BYTES, b"\0")
    for name, pad in (("hash_inner", 0x36), ("hash_outer", 0x5C)):
        value = bytes(byte ^ pad for byte in block)
        connection.execute(f"SET VARIABLE {name} = $value::BLOB", {"value": value})


def refuse(part, faults):
    if faults:
        raise SystemExit(f"{part['path']}: {faults[0]}")


def stage_json(session, part, staged):
    lines = f"{staged}.lines"
    (split,) = session.run("split_json", part=part["path"], line_bytes=LINE_BYTES, lines=lines)
    shapes = [session.run("shape_json", part=file)[0]["shape"] for file in split["Files"]]
    known = sorted({shape for shape in shapes if shape is not None})
    refuse(part, session.run("check_json", shapes=known))
    session.run("stage", part=part["path"], line_bytes=LINE_BYTES, staged=staged)
    return staged


def open_part(session, part, staged):
    if part["format"] != "parquet":
        return stage_json(session, part, staged)
    refuse(part, session.run("check_parquet", part=part["path"]))
    return part["path"]


def open_source(session, parts, folder):
    paths = [open_part(session, part, str(folder / f"staged-{index}.parquet")) for index, part in enumerate(parts)]
    if paths:
        session.run("source", parts=paths)
    else:
        session.run("source_empty")


def run_whole(job, folder, origin):
    """Steps 1 to 12 over all files at once."""
    session = open_session(job, folder)
    open_source(session, job["parts"], folder)
    (counts,) = session.run("counts")
    for name in ("keys", "suspects", "key_lists"):
        session.run(name)
    has_settled = find_apart(session) > 0
    duplicates = settle(session, [write_side(session, folder)], origin) if has_settled else NO_DUPLICATES
    session.run("clean" if has_settled else "clean_whole", **origin)
    written = [session.write("write" if has_settled else "write_clean", folder / "out" / "rows.parquet")]
    return counts, duplicates, written, write_removed(session, folder) if has_settled else []


def run_spread(job, folder, origin):
    """Steps 1 to 12, file by file; keys meet before `suspects`, side files in `settle`."""
    workers = [open_worker(job, folder / f"worker-{index}", part) for index, part in enumerate(job["parts"])]
    all_counts = [worker.run("counts")[0] for worker, _ in workers]
    for worker, _ in workers:
        worker.run("keys")
        worker.run("key_lists")
    meeting = open_session(job, folder)
    if job["recipe"]["statements"]["suspects"]:
        copy_rows([worker for worker, _ in workers], [meeting], "keys", folder)
        meeting.run("suspects")
        copy_rows([meeting], [worker for worker, _ in workers], "suspects", folder)
    sides, written = [], []
    for index, (worker, own) in enumerate(workers):
        has_apart = find_apart(worker) > 0
        if has_apart:
            sides.append(write_side(worker, own))
        worker.run("clean" if has_apart else "clean_whole", **origin)
        written.append(worker.write("write_clean", folder / "out" / f"clean-{index}.parquet"))
    counts = {name: sum(each[name] for each in all_counts) for name in ("source", "passed")}
    if not sides:
        return counts, NO_DUPLICATES, written, []
    duplicates = settle(meeting, sides, origin)
    written.append(meeting.write("write_settled", folder / "out" / "settled.parquet"))
    return counts, duplicates, written, write_removed(meeting, folder)


def open_session(job, folder):
    folder.mkdir(exist_ok=True)
    session = Session(job["recipe"], folder / "spill")
    session.run("setup")
    if job["recipe"]["needsHashKey"]:
        bind_hash_key(session.connection, bytes.fromhex(job["hash_key_hex"]))
    return session


def open_worker(job, folder, part):
    session = open_session(job, folder)
    open_source(session, [part], folder)
    return session, folder


def copy_rows(givers, takers, table, folder):
    """Brings a table of hashes from some connections to others, through files."""
    files = [str(folder / f"{table}-{index}.parquet") for index in range(len(givers))]
    for giver, file in zip(givers, files):
        giver.fetch(f"COPY {table} TO {literal(file)} (FORMAT parquet)")
    for taker in takers:
        taker.fetch(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM read_parquet({literal(files)})")


def find_apart(session):
    """How many hashes occur twice; none where the recipe has no such statement."""
    return sum(row["hashes"] for row in session.run("apart"))


def write_side(session, folder):
    side = str(folder / "side.parquet")
    session.run("side", side=side)
    return side


def settle(session, sides, origin):
    session.run("settle", sides=sides, **origin)
    duplicates = session.run("duplicates")
    return duplicates[0] if duplicates else NO_DUPLICATES


def write_removed(session, folder):
    if not session.statements["write_removed"]:
        return []
    return [session.write("write_removed", folder / "removed" / "rows.parquet")["filename"]]


def run_job(job):
    recipe, folder = job["recipe"], Path(job["folder"])
    origin = {name: job[name] for name in ("day", "shard_kind", "generation")}
    counts, duplicates, written, removed = (run_spread if job["spread"] else run_whole)(job, folder, origin)
    files = [file["filename"] for file in written]
    session = open_session(job, folder)
    (report,) = session.run("report", files=files)
    non_null = [session.fetch(fill(text, {"files": literal(files)})) for text in recipe["statements"]["non_null"]]
    return {
        "balance": {
            "source": counts["source"],
            "written": sum(file["count"] for file in written),
            "duplicates": duplicates,
            "filtered": counts["source"] - counts["passed"],
        },
        "checksum": report["checksum"],
        "non_null": {column["name"]: rows[0]["non_null"] for column, rows in zip(recipe["columns"], non_null)},
        "files": files,
        "removed": removed,
    }


if __name__ == "__main__":
    print(json.dumps(run_job(json.loads(Path(sys.argv[1]).read_text()))))
