"""The script's small parts, by themselves."""

import pickle
from pathlib import Path

import duckdb
import pytest
from conftest import Rows
from shardlift_glue.attempt import build_generation_id
from shardlift_glue.cluster import choose_task_memory, parse_size
from shardlift_glue.errors import ShardliftError, build_statement_error, tell_error
from shardlift_glue.folder_lake import FolderLake
from shardlift_glue.groups import (
    build_groups,
    choose_threads,
    count_groups,
    count_key_ranges,
    count_settle_ranges,
    count_streams,
)
from shardlift_glue.options import LakeOptions, Options, parse_options
from shardlift_glue.secret import read_secret_file
from shardlift_glue.session import Raw, fill, literal
from shardlift_glue.spark_spread import build_lost_task_error
from shardlift_glue.spec import Part, parse_spec
from shardlift_glue.statements import read_statements

GB = 10**9
OPTIONS = Options(LakeOptions("/lake"), "spec.json", "jr_1", 1)


def build_parts(*sizes: int, form: str = "parquet") -> list[Part]:
    return [{"path": f"/{index}", "format": form, "bytes": size} for index, size in enumerate(sizes)]


def test_arguments_come_as_glue_passes_them() -> None:
    given = "--JOB_NAME shardlift-prod-web-shop --JOB_RUN_ID jr_2 --lake s3://bucket/lake --spec=_runs/a/spec.json "
    given += "--attempt_deadline_ms 1763600000000 --enable-metrics --file_bytes 5 --hash_key aws-secret:arn:x"
    assert parse_options(given.split()) == Options(
        lake=LakeOptions("s3://bucket/lake"),
        spec="_runs/a/spec.json",
        run_id="jr_2",
        deadline_ms=1_763_600_000_000,
        file_bytes=5,
        hash_key="aws-secret:arn:x",
    )


@pytest.mark.parametrize(
    ("given", "failed"),
    [
        (["--spec", "s", "--run_id", "r", "--attempt_deadline_ms", "1"], "--lake"),
        (["--lake", "/l", "--run_id", "r", "--attempt_deadline_ms", "1"], "--spec"),
        (["--lake", "/l", "--spec", "s", "--attempt_deadline_ms", "1"], "--JOB_RUN_ID"),
        (["--lake", "/l", "--spec", "s", "--run_id", "r", "--attempt_deadline_ms", "soon"], "--attempt_deadline_ms"),
    ],
)
def test_an_argument_that_is_missing_or_wrong_is_named(given: list[str], failed: str) -> None:
    with pytest.raises(ShardliftError) as caught:
        parse_options(given)
    assert caught.value.parts["failed"] == f"The script cannot run with this value of {failed}."


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"formatVersion": 2, "days": []}'])
def test_a_spec_that_is_none_or_newer_is_refused(body: bytes) -> None:
    with pytest.raises(ShardliftError, match="cannot be read"):
        parse_spec("spec.json", body)


def test_literals_hold_whatever_text_comes() -> None:
    hostile = "it's; DROP TABLE x -- {{@part}} \\ ü"
    found = duckdb.execute(f"SELECT {literal(hostile)}").fetchone()
    assert found == (hostile,)
    assert literal(["a", "b'"]) == "['a', 'b''']"
    assert fill("{{@a}} {{@b}}{{@c}}", {"a": 1, "b": "x", "c": Raw(", y")}) == "1 'x', y"
    with pytest.raises(ValueError, match="NUL"):
        literal("a\0b")
    with pytest.raises(KeyError):
        fill("{{@a}}", {})


def test_generation_ids_have_the_commands_form() -> None:
    first, second = build_generation_id(1_763_600_000_007), build_generation_id(1_763_600_000_007)
    assert first.startswith("20251120T005320007Z-")
    assert len(first) == len("20251120T005320007Z-8f14e45fceea")
    assert first != second


def test_files_are_dealt_into_groups_of_about_the_same_size() -> None:
    parts = build_parts(*[100_000_000] * 50)
    groups = build_groups(parts, OPTIONS, count_groups(parts, OPTIONS, slots=4))
    assert len(groups) == round(5 * GB / OPTIONS.file_bytes)
    assert {len(group.parts) for group in groups} == {4, 5}
    assert sorted(part["path"] for group in groups for part in group.parts) == sorted(f"/{i}" for i in range(50))


@pytest.mark.parametrize(
    ("sizes", "slots", "expected"),
    [
        ([], 4, 1),
        ([10 * GB], 4, 1),
        ([1_000] * 50, 4, 1),
        ([40_000_000] * 8, 4, 1),
        ([100_000_000] * 20, 4, 5),
        ([100_000_000] * 20, 40, 6),
        ([GB] * 20, 4, 20),
    ],
)
def test_a_day_has_as_many_groups_as_pay(sizes: list[int], slots: int, expected: int) -> None:
    assert count_groups(build_parts(*sizes), OPTIONS, slots) == expected


def test_plain_json_weighs_what_its_parquet_would() -> None:
    assert count_groups(build_parts(*[400_000_000] * 8, form="jsonl"), OPTIONS, slots=1) == 1
    assert count_groups(build_parts(*[400_000_000] * 8, form="jsonl.gz"), OPTIONS, slots=1) == 8


@pytest.mark.parametrize(
    ("size", "slots", "groups", "streams"),
    [(1_000, 8, 1, 1), (GB, 8, 1, 4), (100 * GB, 8, 31, 31), (100_000 * GB, 8, 1_000, 1_000)],
)
def test_a_table_comes_in_as_many_streams_as_pay(size: int, slots: int, groups: int, streams: int) -> None:
    part: Part = {"path": "bigquery://shop-prod.analytics_1.events_20261120", "format": "parquet", "bytes": size}
    assert count_groups([part], OPTIONS, slots) == groups
    assert count_streams(part, OPTIONS, slots) == streams


def test_ranges_keep_what_one_task_holds_bounded() -> None:
    assert count_key_ranges(1_000_000_000, []) == 63
    assert count_key_ranges(None, build_parts(50 * 16_000_001)) == 2
    assert count_key_ranges(0, []) == 1
    assert [count_settle_ranges(n, 10) for n in (1, 10_000_001, 10**9)] == [1, 2, 10]


def test_ranges_split_hashes_without_a_gap_and_without_overlap() -> None:
    statement = read_statements()["split_keys"][0]
    assert "{{@ranges}}" in statement
    ends = "SELECT unnest([0, 1, 9223372036854775807, 9223372036854775808, 18446744073709551615]::UBIGINT[]) AS h"
    for ranges in (1, 2, 63, 1000):
        found = duckdb.execute(f"SELECT ((h >> 32) * {ranges}) >> 32 FROM ({ends})").fetchall()
        assert (found[0][0], found[-1][0]) == (0, ranges - 1)


def test_idle_slots_lend_their_threads() -> None:
    assert [choose_threads(slots, tasks) for slots, tasks in ((4, 1), (8, 1), (4, 2), (4, 3), (4, 9))] == [
        4,
        4,
        2,
        1,
        1,
    ]


def test_memory_is_shared_among_the_tasks_of_a_worker() -> None:
    assert choose_task_memory(16 * 2**30, 10 * 2**30, 4) == int(6 * 2**30 * 0.65 / 4)
    assert choose_task_memory(2**30, 2**30, 4) == 256_000_000
    assert [parse_size(text) for text in ("10g", "512m", "1024")] == [10 * 2**30, 2**29, 2**30]


def test_errors_come_back_from_a_worker_whole() -> None:
    error = ShardliftError("data", retryable=True, out_of_memory=True, failed="It broke.", rule="It should not.")
    back = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (tell_error(back), back.out_of_memory) == (tell_error(error), True)


@pytest.mark.parametrize(
    ("text", "reading", "failed"),
    [
        ("Out of Memory Error: failed to allocate", None, "A task's memory is too small for this day's rows."),
        ("IO Error: No space left on device", "/f", "A worker's disk is full: the day could not be extracted."),
        ("Invalid Input Error: no magic bytes", "/f", "The file /f cannot be read."),
    ],
)
def test_duckdbs_words_become_what_to_do(text: str, reading: str | None, failed: str) -> None:
    error = build_statement_error(duckdb.Error(text), reading)
    assert isinstance(error, ShardliftError)
    assert error.parts["failed"] == failed


def test_statements_that_do_not_fit_are_our_bug_whatever_they_read() -> None:
    cause = duckdb.Error("Binder Error: no such column")
    assert build_statement_error(cause, "/f") is cause
    assert tell_error(cause)["code"] == "bug"


def test_a_lost_worker_is_told_by_the_line_that_says_most() -> None:
    trace = (
        "An error occurred.\n: SparkException: Job aborted: Lost task 0.0: Python worker exited unexpectedly\n\tat x"
    )
    error = build_lost_task_error("ga4_events 2026-11-20: keys", RuntimeError(trace))
    assert error.parts["received"].endswith("Python worker exited unexpectedly")


def test_a_key_is_created_once(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path / "lake")
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    lake.create("x/y", tmp_path / "a")
    with pytest.raises(ShardliftError, match="already"):
        lake.create("x/y", tmp_path / "b")
    assert lake.read("x/y") == b"a"
    lake.replace("x/y", tmp_path / "b")
    assert lake.read("x/y") == b"b"
    assert [path.name for path in (tmp_path / "lake" / ".shardlift" / "temporary").iterdir()] == []


def test_what_was_fetched_stays_when_the_object_is_replaced(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path / "lake")
    (tmp_path / "a").write_text("first")
    (tmp_path / "b").write_text("second")
    lake.replace("k", tmp_path / "a")
    lake.fetch("k", tmp_path / "mine")
    lake.replace("k", tmp_path / "b")
    assert (tmp_path / "mine").read_text() == "first"


def test_a_secret_file_ends_before_its_newline(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"secret \r\n")
    assert read_secret_file(tmp_path / "key") == "secret "


def test_rows_are_written_one_to_a_line(write_rows: Rows) -> None:
    assert len(write_rows("a", [1, 2]).read_text().splitlines()) == 2
