"""What a run is to do, as `src/runs/run-spec.ts` writes it; read once by the driver and checked by its versions."""

import json
from typing import NotRequired, TypedDict

from .errors import ShardliftError

FORMAT_VERSION = 1


class Part(TypedDict):
    """One file of a shard; `path` is absolute, or begins with `s3://` or `gs://`. Or a table: `bigquery://p.d.t`.

    `etag` is of an object in a store; in Google's it is the object's generation.
    """

    path: str
    format: str
    bytes: int
    etag: NotRequired[str]


class Column(TypedDict):
    name: str
    type: str
    mode: str
    fields: NotRequired[list["Column"]]
    json: NotRequired[str]


class Recipe(TypedDict):
    """Named statements of DuckDB; what each is, docs/recipe.md tells."""

    formatVersion: int
    duckdbVersion: str
    needsHashKey: bool
    columns: list[Column]
    statements: dict[str, list[str]]


class SourceVersion(TypedDict):
    kind: str
    modified: str
    rows: int | None
    bytes: int


class Shard(TypedDict):
    version: SourceVersion
    schema: list[Column]
    parts: list[Part]


class Extract(TypedDict):
    pipeline: str
    family: str
    day: str
    shard: Shard
    recipe: Recipe
    prefix: str
    duplicatesPrefix: str | None


class SpecDay(TypedDict):
    key: str
    extract: Extract


class Spec(TypedDict):
    formatVersion: int
    runKey: str
    days: list[SpecDay]


def parse_spec(key: str, body: bytes) -> Spec:
    """Gives the spec; raises `data` where it is none that this script knows."""
    try:
        spec: Spec = json.loads(body)
        versions = {
            spec["formatVersion"],
            *(day["extract"]["recipe"]["formatVersion"] for day in spec["days"]),
        }
    except (ValueError, KeyError, TypeError) as cause:
        raise build_spec_error(key, f"{type(cause).__name__}: {cause}") from cause
    if versions != {FORMAT_VERSION}:
        raise build_spec_error(key, f"format versions {sorted(map(str, versions))}")
    return spec


def build_spec_error(key: str, received: str) -> ShardliftError:
    return ShardliftError(
        "data",
        failed=f"The run spec {key} cannot be read.",
        rule=f"a spec and its recipes have format version {FORMAT_VERSION}",
        received=received,
        remedy="push the script again (`shardlift push-script`): script and command must be of one release",
    )
