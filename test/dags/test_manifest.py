"""Reading the manifest: what is right becomes dataclasses, what is wrong says what and where."""

import json

import pytest
from conftest import PIPELINES
from shardlift_airflow.manifest import BrokenManifestError, parse_dag, read_manifest


def write(folder, value):
    path = folder / "shardlift_manifest.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_what_compile_writes_is_read_whole(tmp_path, manifest):
    read = read_manifest(write(tmp_path, manifest))
    assert (read.environment, read.runner["command"], read.alerts) == ("local", ["shardlift"], {"type": "none"})
    names = {entry.pipeline for entry in map(parse_dag, read.entries)}
    assert names == {*PIPELINES, None}


def test_entries_are_left_unread_so_that_a_broken_one_is_its_own_matter(tmp_path, manifest):
    manifest["dags"].append({"id": "broken"})
    assert len(read_manifest(write(tmp_path, manifest)).entries) == len(manifest["dags"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 2}, "version 2"),
        ({"version": None}, "version None"),
        ({"environment": "a b"}, "environment"),
        ({"runner": {"type": "bash", "command": "shardlift", "variables": {}}}, "runner"),
        ({"dags": {}}, "dags is no list"),
        ({"more": 1}, "more"),
    ],
)
def test_a_manifest_that_is_none_says_what_is_wrong(tmp_path, manifest, change, told):
    with pytest.raises(BrokenManifestError, match="to do") as caught:
        read_manifest(write(tmp_path, {**manifest, **change}))
    assert told in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\ufeff{}"])
def test_text_that_is_no_manifest_is_refused(tmp_path, text):
    with pytest.raises(BrokenManifestError):
        read_manifest(write(tmp_path, text))


def test_a_missing_manifest_says_what_writes_one(tmp_path):
    with pytest.raises(BrokenManifestError, match="shardlift compile"):
        read_manifest(tmp_path / "shardlift_manifest.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "x; rm -rf"}, "id"),
        ({"tasks": []}, "tasks"),
        ({"max_active_runs": 0}, "max_active_runs"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_an_entry_that_is_none_says_what_is_wrong(manifest, change, told):
    with pytest.raises(BrokenManifestError, match=told):
        parse_dag({**manifest["dags"][0], **change})


def test_a_problem_is_told_with_its_place(manifest):
    entry = manifest["dags"][0]
    entry["tasks"][2]["retries"] = "many"
    with pytest.raises(BrokenManifestError) as caught:
        parse_dag(entry)
    assert str(caught.value) == "$.tasks[2].retries: 'many' is no integer"
