"""Rows from Google without Google and without a cluster: what is asked again, from where, and how long."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import BuildRun
from google.auth.exceptions import RefreshError
from shardlift_glue import bigquery_rows, fetch, google_storage
from shardlift_glue.bigquery_rows import SessionOverError, read_batches
from shardlift_glue.bigquery_session import Begun, Stream, choose_snapshot
from shardlift_glue.errors import ShardliftError
from shardlift_glue.google_auth import build_key_credentials, read_refusal
from shardlift_glue.google_errors import Doing, Fault, GoogleFaultError, build_google_error
from shardlift_glue.google_storage import download_object
from shardlift_glue.options import GoogleOptions, LakeOptions, Options, parse_options
from shardlift_glue.patience import MAX_FAILURES, Patience
from shardlift_glue.run import run_days
from shardlift_glue.spec import Part

FAR_MS = 4_000_000_000_000
OPTIONS = Options(lake=LakeOptions("/lake"), spec="spec.json", run_id="jr_1", deadline_ms=FAR_MS)
PART: Part = {"path": "bigquery://shop-prod.analytics_1.events_20261120", "format": "parquet", "bytes": 1_000}
DOING = Doing("The rows of t cannot be read.", "bigquery.readsessions.create", "shop-billing", "shop-prod.analytics_1")
SCHEMA = pa.schema([("n", pa.int64())])
STREAM = Stream(PART, "projects/p/locations/eu/sessions/s0/streams/0", SCHEMA.serialize().to_pybytes())
BROKEN = Fault(14, "the connection broke")
OVER = Fault(9, "there was an error: session expired at noon")

Calls = list[int]


def pack(number: int) -> bytes:
    """A batch of two rows."""
    message: bytes = pa.record_batch({"n": [number, number]}, SCHEMA).serialize().to_pybytes()
    return message


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[list[int | Fault]]], Calls]:
    """Plays calls for rows: each gives its batches, then ends, or fails where a fault stands."""

    def play(script: list[list[int | Fault]]) -> Calls:
        offsets: Calls = []

        def read_rows(_options: Options, _stream: str, offset: int) -> Iterator[tuple[bytes, int]]:
            offsets.append(offset)
            for item in script[len(offsets) - 1]:
                if isinstance(item, Fault):
                    raise GoogleFaultError(item)
                yield pack(item), 2

        monkeypatch.setattr(bigquery_rows, "read_rows", read_rows)
        return offsets

    return play


Play = Callable[[list[list[int | Fault]]], Calls]


def read_numbers(options: Options = OPTIONS) -> list[int]:
    return [number for batch in read_batches(options, STREAM, SCHEMA) for number in batch.column("n").to_pylist()]


def test_a_broken_stream_goes_on_behind_the_rows_that_came(answer: Play) -> None:
    calls = answer([[1, 2, BROKEN], [3, BROKEN], [4]])
    assert read_numbers() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert calls == [0, 4, 6]


def test_a_stream_may_break_as_often_as_it_likes_while_rows_come(answer: Play) -> None:
    script: list[list[int | Fault]] = [[number, BROKEN] for number in range(50)]
    calls = answer([*script, []])
    assert len(read_numbers()) == 100
    assert calls == list(range(0, 102, 2))


def test_a_session_that_is_over_is_no_matter_of_asking_again(answer: Play) -> None:
    calls = answer([[1, OVER]])
    with pytest.raises(SessionOverError):
        read_numbers()
    assert calls == [0]


def test_a_sample_reads_no_more_than_it_needs(answer: Play) -> None:
    answer([[1, 2, 3, 4]])
    assert read_numbers(replace(OPTIONS, sample_rows=3)) == [1, 1, 2, 2]


def test_batches_that_cannot_be_read_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bigquery_rows, "read_rows", lambda *_: iter([(b"no arrow at all", 2)]))
    with pytest.raises(ShardliftError, match="packed by zstd"):
        read_numbers()


def test_faults_that_may_pass_are_borne_eight_times_with_growing_pauses() -> None:
    pauses: list[float] = []
    patience = Patience(DOING, FAR_MS, pauses.append)
    for _ in range(MAX_FAILURES - 1):
        patience.bear(BROKEN)
    with pytest.raises(ShardliftError) as raised:
        patience.bear(BROKEN)
    assert pauses == [0, 2, 4, 8, 16, 32, 60]
    assert raised.value.retryable


def bear_for_ever(patience: Patience, fault: Fault) -> None:
    while True:
        patience.bear(fault)


def test_a_quota_is_waited_for_while_the_attempt_may_last(monkeypatch: pytest.MonkeyPatch) -> None:
    now_ms = [0]
    monkeypatch.setattr("shardlift_glue.patience.is_late", lambda deadline_ms: now_ms[0] >= deadline_ms)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        now_ms[0] += int(seconds * 1000)

    patience = Patience(DOING, 3_600_000, pause)
    with pytest.raises(ShardliftError) as raised:
        bear_for_ever(patience, Fault(8, "Quota exceeded"))
    assert len(pauses) > 50
    assert now_ms[0] < 3_600_000 <= now_ms[0] + 60_000
    assert "quota of shop-billing" in raised.value.parts["remedy"]


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (
            Fault(7, "request failed: the user does not have 'bigquery.readsessions.create' permission"),
            "config",
            "(roles/bigquery.readSessionUser) on the project shop-billing",
        ),
        (
            Fault(7, "Permission bigquery.tables.getData denied on table"),
            "config",
            "(roles/bigquery.dataViewer) on the dataset of shop-prod.analytics_1",
        ),
        (
            Fault(7, "sa@x does not have storage.objects.get access to the object"),
            "config",
            "(roles/storage.objectAdmin) on the bucket of source.extracts",
        ),
        (Fault(7, "BigQuery Storage API has not been used in project 1"), "config", "gcloud services enable"),
        (Fault(5, "Not found: Table t"), "data", "run again"),
        (Fault(3, "no such thing"), "outside", "documentation"),
    ],
)
def test_errors_say_what_to_do(fault: Fault, code: str, words: str) -> None:
    error = build_google_error(fault, DOING)
    assert (error.code, error.retryable) == (code, False)
    assert words in error.parts["remedy"]
    assert sorted(error.parts) == ["failed", "received", "remedy", "rule"]


def test_a_table_is_read_as_of_the_runs_start_or_of_a_change_after_it() -> None:
    version: Any = {"kind": "daily", "modified": "1000", "rows": 1, "bytes": 1}
    shard: Any = {"version": version, "schema": [], "parts": []}
    assert (choose_snapshot(shard, 5_000), choose_snapshot(shard, 1_000)) == (5_000, 2_000)


def test_sessions_that_end_are_begun_again_as_of_the_same_moment_and_not_for_ever(
    build_run: BuildRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def begin(_options: Options, _shard: Any, part: Part, _streams: int, snapshot_ms: int) -> Begun:
        asked.append(snapshot_ms)
        return Begun([replace(STREAM, part=part)], snapshot_ms)

    def read_rows(*_: Any) -> Iterator[tuple[bytes, int]]:
        raise GoogleFaultError(OVER)

    monkeypatch.setattr(fetch, "begin_session", begin)
    monkeypatch.setattr(bigquery_rows, "read_rows", read_rows)
    run = build_run({"2026-11-20": []})
    shard = run.spec["days"][0]["extract"]["shard"]
    shard["parts"] = [PART]
    shard["version"] |= {"modified": "5000", "bytes": 1_000}

    assert run_days(run) == ["ga4_events 2026-11-20"]

    assert asked == [6_000] * fetch.MAX_SESSIONS
    report = json.loads(run.lake.read("_runs/run/jr_1/ga4_events-2026-11-20.json"))
    assert "was not read within six hours, 3 times" in report["error"]["parts"]["failed"]


def test_nothing_of_a_token_or_a_key_comes_into_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = RefreshError("No access token in response.", '{"accessToken":"ya29.secret"}')
    refused = RefreshError("Unable to acquire", json.dumps({"error": {"message": "Permission 'iam.x' denied"}}))
    assert read_refusal(answered) == "No access token in response."
    assert read_refusal(refused) == "Unable to acquire Permission 'iam.x' denied"
    monkeypatch.setenv("GOOGLE_KEY", '{"private_key": "-----secret-----"}')
    with pytest.raises(ShardliftError) as raised:
        build_key_credentials(GoogleOptions(private_key="env:GOOGLE_KEY"), None)
    assert "secret" not in str(raised.value)
    assert raised.value.parts["received"].startswith("env:GOOGLE_KEY")


def test_arguments_say_how_google_is_reached() -> None:
    needed = ["--lake", "/lake", "--spec", "s", "--run_id", "r", "--attempt_deadline_ms", "1"]
    told = ["--google_auth", "workload_identity", "--google_audience", "//iam/a", "--google_region=eu-west-1"]
    expected = GoogleOptions(auth="workload_identity", audience="//iam/a", region="eu-west-1")
    assert parse_options([*needed, *told]).google == expected


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes, str], Options]]:
    """An object in Cloud Storage, with the checksum that is told of it."""
    monkeypatch.setattr(google_storage, "read_token", lambda *_: "token")
    servers: list[HTTPServer] = []

    def start(body: bytes, checksum: str) -> Options:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if body else 404)
                self.send_header("content-length", str(len(body)))
                self.send_header("x-goog-hash", f"crc32c={checksum},md5=x")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{servers[-1].server_port}"
        return replace(OPTIONS, google=GoogleOptions(storage_endpoint=endpoint))

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


OBJECT: Part = {"path": "gs://bucket/a b.parquet", "format": "parquet", "bytes": 9, "etag": "1"}


# Of "123456789", as every description of CRC32C has it: 0xe3069283.
@pytest.mark.parametrize(("checksum", "is_whole"), [("4waSgw==", True), ("AAAAAA==", False)])
def test_an_object_is_what_its_checksum_says(
    serve: Callable[[bytes, str], Options], tmp_path: Path, checksum: str, is_whole: bool
) -> None:
    options = serve(b"123456789", checksum)
    if is_whole:
        download_object(options, OBJECT, tmp_path / "object")
        assert (tmp_path / "object").read_bytes() == b"123456789"
        return
    with pytest.raises(ShardliftError, match="CRC32C") as raised:
        download_object(options, OBJECT, tmp_path / "object")
    assert raised.value.retryable


def test_an_object_that_is_gone_is_extracted_again_by_the_next_run(
    serve: Callable[[bytes, str], Options], tmp_path: Path
) -> None:
    with pytest.raises(ShardliftError, match="is not there") as raised:
        download_object(serve(b"", ""), OBJECT, tmp_path / "object")
    assert raised.value.retryable
