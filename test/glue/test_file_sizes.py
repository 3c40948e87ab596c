"""Files of a day are of the aimed size whatever its rows weigh; a hundredth of the real size here, by the same code."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import BuildRun
from shardlift_glue.cut import ONE_FILE, Cut, Weight, cut_rows
from shardlift_glue.run import Run, run_days
from shardlift_glue.spread import HereSpread

DAY = "2026-11-20"
MB = 1_000_000
FILE_BYTES = 4 * MB
# 300 and 500 MB of 400.
LEAST, MOST = FILE_BYTES * 3 / 4, FILE_BYTES * 5 / 4

# Texts of 320 and 512 characters that no packing makes much smaller.
NOISE, LONG_NOISE = (" || ".join(f"md5(i || '-{k}')" for k in range(count)) for count in (10, 16))
PARAMS = """STRUCT("key" VARCHAR, "value" STRUCT("string_value" VARCHAR, "int_value" BIGINT, "float_value" DOUBLE,
    "double_value" DOUBLE))[]"""


def write_part(path: Path, rows: int, text: str, first: int = 0) -> Path:
    """Events of which each has its own `text`, an expression over its number `i`; as BigQuery leaves a Parquet file."""
    params = f"[{{'key': 'page', 'value': {{'string_value': {text}, 'int_value': i}}}}]::{PARAMS}"
    columns = {
        "event_name": "['page_view', 'scroll'][1 + i % 2]",
        "event_timestamp": "1763600000000000 + i",
        "event_params": params,
        "user_properties": """NULL::STRUCT("key" VARCHAR, "value" STRUCT("string_value" VARCHAR, "int_value" BIGINT,
            "float_value" DOUBLE, "double_value" DOUBLE, "set_timestamp_micros" BIGINT))[]""",
        "user_id": "NULL::VARCHAR",
        "user_pseudo_id": "'user-' || i % 1000",
        "stream_id": "'1'",
        "platform": "'WEB'",
        "device": """NULL::STRUCT("category" VARCHAR, "vendor_id" VARCHAR, "web_info" STRUCT("browser" VARCHAR))""",
        "items": f"""NULL::STRUCT("item_id" VARCHAR, "price" DOUBLE, "item_params" {PARAMS})[]""",
        "event_bundle_sequence_id": "i",
        "batch_event_index": "1::BIGINT",
    }
    listed = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    query = f"SELECT {listed} FROM range({first}, {first + rows}) r(i)"
    duckdb.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 8192)")
    return path


def read_files(run: Run) -> list[dict[str, Any]]:
    told = json.loads(run.lake.read(f"_runs/run/jr_1/ga4_events-{DAY}.json"))
    assert told["outcome"] == "written", told
    report = told["report"]
    assert report["balance"]["written"] == sum(file["rows"] for file in report["files"])
    files: list[dict[str, Any]] = report["files"]
    return files


def by_task(files: list[dict[str, Any]]) -> list[list[int]]:
    """Sizes of each task's files, as they were written one after the other."""
    tasks: dict[str, list[tuple[int, int]]] = {}
    for file in files:
        _, task, number = file["key"].removesuffix(".parquet").rsplit("-", 2)
        tasks.setdefault(task, []).append((int(number), file["bytes"]))
    return [[size for _, size in sorted(sizes)] for sizes in tasks.values()]


def count_short(files: list[dict[str, Any]]) -> list[int]:
    """Of each task: its files below the bounds. None may be above them."""
    assert [file for file in files if file["bytes"] > MOST] == []
    return [sum(size < LEAST for size in sizes) for sizes in by_task(files)]


KINDS = {
    "tiny": (400_000, "''"),
    "incompressible": (60_000, NOISE),
    # Nine of ten rows are small; heavy ones stand anywhere.
    "mixed": (100_000, f"CASE WHEN hash(i) % 10 = 0 THEN {LONG_NOISE} ELSE 'home' END"),
    # As where a shop begins to send more in the middle of a day; a sample of the first rows sees nothing of it.
    "growing": (120_000, f"CASE WHEN i > 60000 THEN {LONG_NOISE} ELSE 'home' END"),
    "shrinking": (120_000, f"CASE WHEN i < 60000 THEN {LONG_NOISE} ELSE 'home' END"),
}


@pytest.mark.parametrize(
    ("kind", "slots"),
    # Idle slots lend their threads.
    [("tiny", 4), ("incompressible", 1), ("mixed", 4), ("growing", 1), ("growing", 4), ("shrinking", 4)],
)
def test_files_of_one_task_are_of_the_aimed_size(build_run: BuildRun, tmp_path: Path, kind: str, slots: int) -> None:
    rows, text = KINDS[kind]
    part = write_part(tmp_path / "part.parquet", rows, text)
    run = build_run({DAY: [part]}, HereSpread(slots=slots), file_bytes=FILE_BYTES)

    assert run_days(run) == []

    files = read_files(run)
    (short,) = count_short(files)
    assert len(files) > 1
    assert short <= 1


def test_tasks_of_a_day_have_one_shorter_file_each_at_most(build_run: BuildRun, tmp_path: Path) -> None:
    parts = [
        write_part(tmp_path / f"part-{index}.parquet", 15_000 + 4_000 * index, NOISE, index * 100_000)
        for index in range(6)
    ]
    run = build_run({DAY: parts}, HereSpread(slots=4), file_bytes=FILE_BYTES, min_task_bytes=12 * MB)

    assert run_days(run) == []

    files = read_files(run)
    short = count_short(files)
    assert (len(short) > 4, max(short)) == (True, 1)


@pytest.mark.parametrize(
    ("total", "sizes"),
    [
        (400, [400]),
        (480, [480]),
        # Two files: one of them is the shorter one.
        (500, [320, 180]),
        (700, [350, 350]),
        (960, [480, 480]),
        (970, [323, 323, 323]),
        (4_000, [444] * 9),
    ],
)
def test_rows_of_one_weight_are_cut_into_files_of_one_size(total: int, sizes: list[int]) -> None:
    rows = 100_000 * total
    cut = cut_rows(400 * MB, Weight(rows, total * MB / rows, 1.0))
    per_file = rows if cut.row_groups_per_file is None else cut.row_groups_per_file * cut.row_group_rows
    starts = range(0, rows, per_file)
    assert [round(min(per_file, rows - start) * total / rows) for start in starts] == pytest.approx(sizes, abs=1)


def test_row_groups_are_small_beside_their_file_and_whole_vectors() -> None:
    assert cut_rows(400 * MB, Weight(10_000_000, 100, 1.0)).row_group_rows == 8_192
    assert cut_rows(400 * MB, Weight(1_000_000, 4_000, 1.0)).row_group_rows == 6_144
    assert cut_rows(1, Weight(10, 100, 1.0)) == Cut(2_048, row_groups_per_file=1)
    assert cut_rows(400 * MB, Weight(10, 100, 9.0)) == Cut(8_192, bytes_per_file=375 * MB)


def test_few_rows_are_one_file(build_run: BuildRun, tmp_path: Path) -> None:
    run = build_run({DAY: [write_part(tmp_path / "part.parquet", 100, "'home'")]}, file_bytes=FILE_BYTES)
    run_days(run)
    assert len(read_files(run)) == 1
    assert Cut(8_192) == ONE_FILE
