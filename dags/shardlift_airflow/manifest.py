"""Reads what `shardlift compile` wrote: JSON to dataclasses, each DAG's entry by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from shardlift_airflow.check import find_problem

VERSION = 1

Json = dict[str, Any]


class BrokenManifestError(Exception):
    """The manifest, or entries of it, cannot be drawn."""


@dataclass(frozen=True)
class TaskEntry:
    """One command; seconds throughout. The manifest's JSON Schema says what each key means."""

    id: str
    argv: list[str]
    form: list[Json]
    after: list[str]
    retries: int
    retry_delay_seconds: int
    max_retry_delay_seconds: int
    timeout_seconds: int
    poke_seconds: int
    patience_seconds: int
    after_patience: str
    tells_missing: bool
    outlets: list[Json]
    result: str | None
    spread: Json | None
    pool: str | None


@dataclass(frozen=True)
class DagEntry:
    """One DAG."""

    id: str
    kind: str
    pipeline: str | None
    description: str
    doc: str
    schedule: str | None
    start: str
    tags: list[str]
    owner: str
    max_active_runs: int
    max_active_tasks: int
    fields: list[Json]
    backfill: Json | None
    tasks: list[TaskEntry]


@dataclass(frozen=True)
class Manifest:
    """What holds for all DAGs, and their entries, unread: a broken one must not take the others down."""

    environment: str
    runner: Json
    alerts: Json
    entries: list[Json]


@dataclass(frozen=True)
class Step:
    """All that one task is drawn and run by."""

    task: TaskEntry
    dag: DagEntry
    environment: str
    runner: Json
    alerts: Json


def read_manifest(path: Path) -> Manifest:
    """Raises BrokenManifestError where the file is missing, no JSON, of another version, or not as its schema says."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenManifestError(
            f"{path.name} cannot be read: {error}\n"
            "  to do: run shardlift compile and copy what it writes beside the DAGs"
        ) from error
    version = raw.get("version") if isinstance(raw, dict) else None
    if version != VERSION:
        raise BrokenManifestError(
            f"{path.name} has version {version!r}; these DAG files read version {VERSION}\n"
            "  to do: copy the manifest and dags/ of the same release of Shardlift"
        )
    problem = find_problem(_read_schema("manifest"), {**raw, "dags": []})
    if problem is None and not isinstance(raw.get("dags"), list):
        problem = "dags is no list"
    if problem is not None:
        raise BrokenManifestError(
            f"{path.name} is not as its schema says: {problem}\n  to do: run shardlift compile again"
        )
    return Manifest(raw["environment"], raw["runner"], raw["alerts"], raw["dags"])


def parse_dag(raw: Json) -> DagEntry:
    """Raises BrokenManifestError with the entry's first problem."""
    problem = find_problem(_read_schema("dag"), raw)
    if problem is not None:
        raise BrokenManifestError(problem)
    known = {field.name: raw[field.name] for field in fields(DagEntry)}
    return DagEntry(**{**known, "tasks": [TaskEntry(**task) for task in raw["tasks"]]})


@cache
def _read_schema(part: str) -> Json:
    schema = json.loads(Path(__file__).with_name("dag-manifest.schema.json").read_text(encoding="utf-8"))
    return schema if part == "manifest" else schema["properties"]["dags"]["items"]
