"""The lake in S3, against a stand-in: what is created once stays, and a lost answer is no refusal."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from conftest import BuildRun, Rows
from shardlift_glue import s3_lake
from shardlift_glue.errors import ShardliftError
from shardlift_glue.hash_key import read_hash_key
from shardlift_glue.options import LakeOptions, Options, SourceOptions
from shardlift_glue.run import run_days
from shardlift_glue.s3_lake import S3Lake
from shardlift_glue.secret import read_secret
from shardlift_glue.source import fetch_part
from shardlift_glue.spec import Part

PYTHON = os.environ.get("SHARDLIFT_MOTO")

pytestmark = pytest.mark.skipif(PYTHON is None, reason="no SHARDLIFT_MOTO, the Python of a stand-in for S3")


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server of its own, ended by its process."""
    port = find_port()
    command = [str(PYTHON), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise TimeoutError("the stand-in did not start")


@pytest.fixture
def lake(endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> S3Lake:
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "eu-west-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    bucket = f"lake-{abs(hash(request.node.name))}"
    place = {"LocationConstraint": "eu-west-1"}
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    return S3Lake(LakeOptions(f"s3://{bucket}/some/prefix/", endpoint))


def write_file(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def list_keys(lake: S3Lake) -> list[str]:
    found = lake.client.list_objects_v2(Bucket=lake.bucket).get("Contents", [])
    return [item["Key"] for item in found]


def test_objects_lie_below_the_lakes_prefix(lake: S3Lake, tmp_path: Path) -> None:
    lake.write("_runs/a/progress.json", b"1")
    lake.write("_runs/a/progress.json", b"2")
    lake.create("x/day=1/f.parquet", write_file(tmp_path / "f", b"rows"))

    assert list_keys(lake) == ["some/prefix/_runs/a/progress.json", "some/prefix/x/day=1/f.parquet"]
    assert lake.read("_runs/a/progress.json") == b"2"
    lake.fetch("x/day=1/f.parquet", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"rows"


def test_a_key_is_created_once(lake: S3Lake, tmp_path: Path) -> None:
    lake.create("k", write_file(tmp_path / "a", b"first"))
    with pytest.raises(ShardliftError, match="already"):
        lake.create("k", write_file(tmp_path / "b", b"second"))
    assert lake.read("k") == b"first"


def test_a_large_file_goes_in_parts_and_is_created_once_too(
    lake: S3Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Parts of S3 have 5 MB at least, but for the last.
    monkeypatch.setattr(s3_lake, "PART_BYTES", 5 * 2**20)
    body = os.urandom(12 * 2**20)
    lake.create("k", write_file(tmp_path / "a", body))

    assert lake.read("k") == body
    assert lake.client.head_object(Bucket=lake.bucket, Key="some/prefix/k")["ETag"].endswith('-3"')


def test_an_answer_that_was_lost_is_no_refusal(lake: S3Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put = lake.client.put_object

    def put_twice(**values: Any) -> Any:
        values["Body"] = values["Body"].read()
        put(**values)
        return put(**values)

    monkeypatch.setattr(lake.client, "put_object", put_twice)
    lake.create("k", write_file(tmp_path / "a", b"rows"))

    assert lake.read("k") == b"rows"


def test_a_prefix_is_removed_whole_and_no_more(lake: S3Lake, tmp_path: Path) -> None:
    for name in ("a/1", "a/b/2", "ab/3"):
        lake.replace(name, write_file(tmp_path / "f", b""))
    lake.remove("a/")
    lake.remove("nothing/")

    assert list_keys(lake) == ["some/prefix/ab/3"]


def test_objects_that_may_not_be_deleted_are_told(lake: S3Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.write("a/1", b"")
    refused = {"Errors": [{"Key": "some/prefix/a/1", "Code": "AccessDenied"}]}
    monkeypatch.setattr(lake.client, "delete_objects", lambda **_: refused)
    with pytest.raises(ShardliftError) as caught:
        lake.remove("a/")
    assert caught.value.parts["received"] == "AccessDenied"


def test_a_shards_file_is_fetched_under_its_own_ending(lake: S3Lake, endpoint: str, tmp_path: Path) -> None:
    lake.write("events.jsonl.gz", b"packed")
    options = Options(LakeOptions("/lake", endpoint), "spec.json", "jr_1", 1)
    uri = f"s3://{lake.bucket}/some/prefix/events.jsonl.gz"

    path = fetch_part(options, tmp_path, {"path": uri, "format": "jsonl.gz", "bytes": 6})

    assert path.read_bytes() == b"packed"
    assert path.name.endswith(".jsonl.gz")


def test_a_shards_file_that_was_replaced_is_refused(lake: S3Lake, endpoint: str, tmp_path: Path) -> None:
    lake.write("events.parquet", b"planned")
    planned = lake.client.head_object(Bucket=lake.bucket, Key="some/prefix/events.parquet")["ETag"]
    options = Options(LakeOptions("/lake", endpoint), "spec.json", "jr_1", 1)
    uri = f"s3://{lake.bucket}/some/prefix/events.parquet"
    part: Part = {"path": uri, "format": "parquet", "bytes": 7, "etag": planned}
    assert fetch_part(options, tmp_path, part).read_bytes() == b"planned"

    lake.client.put_object(Bucket=lake.bucket, Key="some/prefix/events.parquet", Body=b"another")
    with pytest.raises(ShardliftError) as caught:
        fetch_part(options, tmp_path, part)
    assert caught.value.retryable is True
    assert caught.value.parts["failed"] == f"The object {uri} was replaced while it was read."


def test_a_source_is_asked_where_it_is_and_whose_it_is(
    lake: S3Lake, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.write("events.parquet", b"rows")
    asked: list[dict[str, Any]] = []
    opened: list[tuple[str | None, str | None]] = []

    def open_watched(_: str, at: str | None, region: str | None) -> Any:
        opened.append((at, region))
        lake.client.meta.events.register(
            "provide-client-params.s3.HeadObject", lambda params, **_: asked.append(params)
        )
        return lake.client

    monkeypatch.setattr("shardlift_glue.aws.open_client", open_watched)
    source = SourceOptions("eu-west-1", endpoint, "123456789012")
    options = Options(LakeOptions("/lake", "http://lake.invalid"), "spec.json", "jr_1", 1, source=source)
    fetch_part(
        options, tmp_path, {"path": f"s3://{lake.bucket}/some/prefix/events.parquet", "format": "parquet", "bytes": 4}
    )

    assert opened == [(endpoint, "eu-west-1")]
    assert {params["ExpectedBucketOwner"] for params in asked} == {"123456789012"}


def test_an_answer_that_breaks_off_is_told_in_words(lake: S3Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def read(self) -> bytes:
            raise ReadTimeoutError(endpoint_url="http://store")

    monkeypatch.setattr(lake.client, "get_object", lambda **_: {"Body": Broken()})
    with pytest.raises(ShardliftError) as caught:
        lake.read("spec.json")
    assert (caught.value.code, caught.value.retryable) == ("outside", True)


def test_what_is_missing_is_named(lake: S3Lake) -> None:
    with pytest.raises(ShardliftError) as caught:
        lake.read("nobody")
    assert caught.value.parts["failed"] == f"There is no s3://{lake.bucket}/some/prefix/nobody."
    assert caught.value.retryable is False


@pytest.mark.parametrize(
    ("cause", "retryable"),
    [
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutObject"), False),
        (ClientError({"Error": {"Code": "SlowDown", "Message": "later"}}, "PutObject"), True),
        (ConnectTimeoutError(endpoint_url="http://nowhere"), True),
    ],
)
def test_a_put_that_fails_otherwise_says_whether_to_ask_again(
    lake: S3Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: Exception, retryable: bool
) -> None:
    def fail(**_: Any) -> None:
        raise cause

    monkeypatch.setattr(lake.client, "put_object", fail)
    with pytest.raises(ShardliftError) as caught:
        lake.create("k", write_file(tmp_path / "a", b"rows"))
    assert (caught.value.code, caught.value.retryable) == ("outside", retryable)


def test_a_day_goes_from_s3_to_s3(lake: S3Lake, endpoint: str, build_run: BuildRun, write_rows: Rows) -> None:
    files = [write_rows("a", [1, 2, 2]), write_rows("b", [2.5, 3])]
    here = build_run({"2026-11-20": files})
    spec = json.loads(json.dumps(here.spec))
    for part in spec["days"][0]["extract"]["shard"]["parts"]:
        name = Path(part["path"]).name
        lake.replace(f"source/{name}", Path(part["path"]))
        part["path"] = f"s3://{lake.bucket}/some/prefix/source/{name}"
    options = replace(here.options, lake=LakeOptions(f"s3://{lake.bucket}/some/prefix", endpoint))

    assert run_days(replace(here, spec=spec, lake=lake, options=options)) == []

    key = "_runs/run/jr_1/ga4_events-2026-11-20.json"
    report = json.loads(lake.read(key))["report"]
    assert report["balance"]["duplicates"] == {"exact": 1, "conflicting": 1}
    named = [file["key"] for file in report["files"] + report["duplicatesFiles"]]
    own = [key, "_runs/run/jr_1/progress.json", "source/a.jsonl", "source/b.jsonl"]
    assert list_keys(lake) == sorted(f"some/prefix/{name}" for name in [*named, *own])
    sizes = {item["Key"]: item["Size"] for item in lake.client.list_objects_v2(Bucket=lake.bucket)["Contents"]}
    assert [sizes[f"some/prefix/{file['key']}"] for file in report["files"]] == [f["bytes"] for f in report["files"]]


def test_the_clock_is_the_stores(lake: S3Lake) -> None:
    assert abs(lake.now_ms() / 1000 - time.time()) < 60


def test_secrets_are_read_from_secrets_manager(endpoint: str, lake: S3Lake) -> None:
    del lake  # It says who asks.
    client = boto3.client("secretsmanager", endpoint_url=endpoint)
    text = client.create_secret(Name="text", SecretString="a secret of ours ")["ARN"]
    binary = client.create_secret(Name="bytes", SecretBinary=b"\x00\x01")["ARN"]

    assert read_hash_key(f"aws-secret:{text}", endpoint) == b"a secret of ours "
    assert read_secret(f"aws-secret:{text}", endpoint) == "a secret of ours "
    with pytest.raises(ShardliftError, match="cannot be read"):
        read_hash_key(f"aws-secret:{binary}", endpoint)
    with pytest.raises(ShardliftError, match="There is no secret"):
        read_secret(f"aws-secret:{text[:-3]}xyz", endpoint)
