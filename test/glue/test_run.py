"""Days of a run without a cluster: balance, reports, and what is left where something goes wrong."""

import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pytest
from conftest import BuildRun, Rows
from shardlift_glue.errors import ShardliftError
from shardlift_glue.run import Run, count_lent, run_days
from shardlift_glue.session import Session
from shardlift_glue.spec import Part
from shardlift_glue.spread import HereSpread, take_results
from shardlift_glue.staging import stage_json

T = TypeVar("T")
R = TypeVar("R")

DAY = "2026-11-20"


def read_report(run: Run, day: str = DAY, kind: str = "") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run.lake.read(f"_runs/run/jr_1/{kind}ga4_events-{day}.json"))
    return told


def list_lake(tmp_path: Path) -> list[str]:
    root = tmp_path / "lake"
    found = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    return sorted(name for name in found if not name.startswith(".shardlift"))


def read_ids(tmp_path: Path, files: list[dict[str, Any]]) -> list[str]:
    paths = [str(tmp_path / "lake" / file["key"]) for file in files]
    query = "SELECT event_id FROM read_parquet($paths, hive_partitioning = false) ORDER BY 1"
    return [row[0] for row in duckdb.execute(query, {"paths": paths}).fetchall()]


def test_rows_are_accounted_for_over_all_groups(build_run: BuildRun, write_rows: Rows, tmp_path: Path) -> None:
    files = [
        write_rows("a", [1, 2, 2, 3]),
        write_rows("b", [2, 3.5, 4]),
        write_rows("c", [5, 1], platform="TEST"),
        write_rows("d", [6]),
    ]
    run = build_run({DAY: files})

    assert run_days(run) == []

    told = read_report(run)
    report = told.pop("report")
    assert told == {
        "formatVersion": 1,
        "key": f"key of {DAY}",
        "family": "ga4_events",
        "day": DAY,
        "outcome": "written",
    }
    assert report["balance"] == {
        "source": 10,
        "written": 5,
        "duplicates": {"exact": 2, "conflicting": 1},
        "filtered": 2,
    }
    ids = read_ids(tmp_path, report["files"])
    assert len(set(ids)) == 5
    assert report["checksum"] == str(sum(int(name[:12], 16) for name in ids))
    assert len(report["files"]) == 2
    assert sum(file["rows"] for file in report["duplicatesFiles"]) == 3


def test_the_folder_holds_what_the_report_names_and_nothing_else_is_left(
    build_run: BuildRun, write_rows: Rows, tmp_path: Path
) -> None:
    run = build_run({DAY: [write_rows("a", [1, 2]), write_rows("b", [1, 3])]})
    run_days(run)

    report = read_report(run)["report"]
    named = [file["key"] for file in report["files"] + report["duplicatesFiles"]]
    own = ["_runs/run/jr_1/ga4_events-2026-11-20.json", "_runs/run/jr_1/progress.json"]
    assert list_lake(tmp_path) == sorted([*named, *own])
    assert [(tmp_path / "lake" / file["key"]).stat().st_size for file in report["files"]] == [
        file["bytes"] for file in report["files"]
    ]
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_spreading_changes_no_fact(build_run: BuildRun, write_rows: Rows, slots: int) -> None:
    files = [write_rows(f"f{index}", [index, index + 0.5, index + 1, index]) for index in range(5)]
    run = build_run({DAY: files}, HereSpread(slots=slots))

    run_days(run)

    report = read_report(run)["report"]
    facts = {name: report[name] for name in ("balance", "checksum")}
    assert facts["balance"]["written"] == 6
    assert facts == read_whole(build_run, files)


def read_whole(build_run: BuildRun, files: list[Path]) -> dict[str, Any]:
    run = build_run({DAY: files}, HereSpread(slots=1), min_task_bytes=10**12)
    run_days(run)
    report = read_report(run)["report"]
    return {name: report[name] for name in ("balance", "checksum")}


def test_keys_and_suspects_in_many_ranges_change_no_fact(
    build_run: BuildRun, write_rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [write_rows(f"f{index}", list(range(index, index + 40))) for index in range(4)]
    whole = read_whole(build_run, files)
    monkeypatch.setattr("shardlift_glue.groups.RANGE_KEYS", 10)
    monkeypatch.setattr("shardlift_glue.groups.SETTLE_ROWS", 20)
    run = build_run({DAY: files}, HereSpread(slots=4))

    run_days(run)

    report = read_report(run)["report"]
    assert {name: report[name] for name in ("balance", "checksum")} == whole
    # Each of the four groups settled a range of its own.
    assert len(report["duplicatesFiles"]) == 4


def test_one_failing_day_does_not_fail_the_others(build_run: BuildRun, write_rows: Rows, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{\n")
    run = build_run({"2026-11-19": [write_rows("x", [1]), broken], DAY: [write_rows("a", [1])]})

    assert run_days(run) == ["ga4_events 2026-11-19"]

    assert read_report(run)["outcome"] == "written"
    told = read_report(run, "2026-11-19")
    assert told["outcome"] == "failed"
    assert told["error"]["code"] == "data"
    assert told["error"]["parts"]["failed"] == f"The file {broken} cannot be read."
    assert [name for name in list_lake(tmp_path) if "day=2026-11-19" in name or "exchange" in name] == []


@pytest.mark.parametrize(
    ("line", "failed"),
    [
        ('{"event_name": "a", "unheard_of": 1}', "has a key that its schema does not declare: unheard_of"),
        ('{"event_name": ["a"]}', "does not fit its schema at event_name"),
        ('{"event_timestamp": 1.5}', "odd.jsonl cannot be read"),
    ],
)
def test_a_line_that_does_not_fit_is_told_by_its_place(
    build_run: BuildRun, tmp_path: Path, line: str, failed: str
) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(f'{{"event_name": "a"}}\n{line}\n')
    run = build_run({DAY: [path]})

    run_days(run)

    assert failed in read_report(run)["error"]["parts"]["failed"]


def test_a_file_with_other_columns_is_refused(build_run: BuildRun, tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    duckdb.execute(f"COPY (SELECT 1 AS event_name) TO '{path}' (FORMAT parquet)")
    run = build_run({DAY: [path]})

    run_days(run)

    parts = read_report(run)["error"]["parts"]
    assert parts["failed"] == f"The file {path} cannot be read."
    assert parts["received"].startswith("column ")


def test_a_day_past_its_deadline_may_be_tried_again(build_run: BuildRun, write_rows: Rows, tmp_path: Path) -> None:
    run = build_run({DAY: [write_rows("a", [1])]}, deadline_ms=0)

    assert run_days(run) == [f"ga4_events {DAY}"]

    error = read_report(run)["error"]
    assert (error["code"], error["retryable"]) == ("outside", True)
    assert [name for name in list_lake(tmp_path) if name.endswith(".parquet")] == []


def test_a_day_without_files_is_one_file_without_rows(build_run: BuildRun) -> None:
    run = build_run({DAY: []})
    run_days(run)

    report = read_report(run)["report"]
    assert [file["rows"] for file in report["files"]] == [0]
    assert report["checksum"] == "0"
    assert set(report["nonNull"].values()) == {0}


def test_a_secret_that_is_not_there_fails_the_day(build_run: BuildRun, write_rows: Rows) -> None:
    run = build_run({DAY: [write_rows("a", [1])]}, hash_key="env:NOBODY_SET_THIS")
    run_days(run)

    error = read_report(run)["error"]
    assert (error["code"], error["parts"]["received"]) == ("config", "env:NOBODY_SET_THIS")


def test_no_report_and_no_file_holds_the_secret(build_run: BuildRun, write_rows: Rows, tmp_path: Path) -> None:
    run_days(build_run({DAY: [write_rows("a", [1])]}))

    assert [
        name for name in list_lake(tmp_path) if b"a secret of ours" in (tmp_path / "lake" / name).read_bytes()
    ] == []


def test_a_sample_has_some_rows_and_lies_apart(build_run: BuildRun, write_rows: Rows, tmp_path: Path) -> None:
    run = build_run({DAY: [write_rows("a", [1, 2, 3, 4]), write_rows("b", [5])]}, sample_rows=2)
    run_days(run)

    report = read_report(run, kind="sample-")["report"]
    assert report["balance"]["source"] == 2
    below = f"_runs/run/jr_1/sample/web-shop/ga4_events/day={DAY}/generation={report['generation']}/"
    assert [file["key"].startswith(below) for file in report["files"]] == [True]
    assert [name for name in list_lake(tmp_path) if name.startswith("web-shop/")] == []
    assert not (tmp_path / "lake/_runs/run/jr_1/ga4_events-2026-11-20.json").exists()


@pytest.mark.parametrize(("full_share", "times"), [(1.0, 2), (0.0, 6)])
def test_a_file_is_staged_once_where_the_disk_has_room(
    build_run: BuildRun,
    write_rows: Rows,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    full_share: float,
    times: int,
) -> None:
    staged: list[str] = []

    def stage_and_count(session: Session, part: Part, path: Path, target: Path) -> None:
        staged.append(part["path"])
        stage_json(session, part, path, target)

    monkeypatch.setattr("shardlift_glue.source.FULL_SHARE", full_share)
    monkeypatch.setattr("shardlift_glue.source.stage_json", stage_and_count)
    monkeypatch.setattr("shardlift_glue.run.drop_scratch", lambda _: None)
    run = build_run({DAY: [write_rows("a", [1, 2]), write_rows("b", [2, 3])]})
    run_days(run)

    assert read_report(run)["report"]["balance"]["written"] == 3
    # Three steps: keys, sides, write.
    assert len(staged) == times
    assert list((tmp_path / "scratch").rglob("*.parquet")) == []


def test_progress_tells_rows_and_bytes_of_each_day(build_run: BuildRun, write_rows: Rows) -> None:
    files = [write_rows("a", [1, 2]), write_rows("b", [3])]
    run = build_run({DAY: files})
    run_days(run)

    size = sum(file.stat().st_size for file in files)
    told = {"formatVersion": 1, "days": [{"key": f"key of {DAY}", "rows": 3, "bytes": size}]}
    assert json.loads(run.lake.read("_runs/run/jr_1/progress.json")) == told


class FailingSpread(HereSpread):
    """Fails the writing step, after its first task has put its files into the lake."""

    def __init__(self, error: Exception, times: int = 10) -> None:
        super().__init__(slots=2)
        self.__dict__.update(left=[error] * times)

    def run(self, name: str, work: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
        if not name.endswith("write") or not self.__dict__["left"]:
            return super().run(name, work, tasks)
        take_results([work(tasks[0])])
        raise self.__dict__["left"].pop()


def test_what_a_failed_day_wrote_is_removed(build_run: BuildRun, write_rows: Rows, tmp_path: Path) -> None:
    files = [write_rows("a", [1, 2]), write_rows("b", [3, 1])]
    run = build_run({DAY: files}, FailingSpread(RuntimeError("all at sea")))

    assert run_days(run) == [f"ga4_events {DAY}"]

    assert read_report(run)["error"]["parts"]["failed"] == "RuntimeError: all at sea"
    assert [name for name in list_lake(tmp_path) if name.endswith(".parquet")] == []


def test_a_day_out_of_memory_is_tried_once_more_as_another_generation(
    build_run: BuildRun, write_rows: Rows, tmp_path: Path
) -> None:
    error = ShardliftError("outside", out_of_memory=True, failed="too small")
    files = [write_rows("a", [1, 2]), write_rows("b", [3])]
    run = build_run({DAY: files}, FailingSpread(error, times=1), min_task_bytes=10**9)

    assert run_days(run) == []

    report = read_report(run)["report"]
    written = [name for name in list_lake(tmp_path) if name.endswith(".parquet")]
    assert written == sorted(file["key"] for file in report["files"])


def test_a_day_out_of_memory_with_one_thread_a_task_fails(build_run: BuildRun, write_rows: Rows) -> None:
    error = ShardliftError("outside", out_of_memory=True, failed="too small")
    run = build_run({DAY: [write_rows("a", [1]), write_rows("b", [2])]}, FailingSpread(error, times=1))

    assert run_days(run) == [f"ga4_events {DAY}"]
    assert read_report(run)["error"] == {"code": "outside", "retryable": False, "parts": {"failed": "too small"}}


def test_idle_slots_are_lent_only_where_all_days_leave_some(build_run: BuildRun, write_rows: Rows) -> None:
    file = write_rows("a", [1])
    days = {f"2026-11-{day}": [file] for day in range(11, 19)}
    assert [count_lent(build_run(some, HereSpread(slots=8))) for some in ({DAY: [file]}, days)] == [4, 1]


def test_a_stopped_run_leaves_neither_files_nor_reports(build_run: BuildRun, write_rows: Rows, tmp_path: Path) -> None:
    run = build_run({DAY: [write_rows("a", [1]), write_rows("b", [2])]}, FailingSpread(RuntimeError("cancelled")))
    run.stopped.set()
    run_days(run)

    assert [name for name in list_lake(tmp_path) if "progress" not in name] == []


def test_a_run_stopped_halfway_tells_nothing_of_its_day(build_run: BuildRun, write_rows: Rows, tmp_path: Path) -> None:
    stopped = threading.Event()

    class StoppingSpread(FailingSpread):
        def run(self, name: str, work: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
            if name.endswith("write"):
                stopped.set()
            return super().run(name, work, tasks)

    spread = StoppingSpread(RuntimeError("cancelled"))
    run = build_run({DAY: [write_rows("a", [1]), write_rows("b", [2])]}, spread)
    object.__setattr__(run, "stopped", stopped)
    run_days(run)

    assert [name for name in list_lake(tmp_path) if "progress" not in name] == []
