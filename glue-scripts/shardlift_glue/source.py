"""Brings a shard's files to where DuckDB can read them. One function per kind of place: one file, one local path."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from .errors import ShardliftError
from .options import Options
from .session import Session
from .spec import Part
from .staging import check_parquet, stage_json

# Of a disk that is fuller nothing is kept for the next step: it is fetched again.
FULL_SHARE = 0.5


@dataclass(frozen=True)
class Scratch:
    """Local folders: of this task alone, and of all tasks of the day that this machine gets."""

    own: Path
    kept: Path


def open_parts(session: Session, options: Options, scratch: Scratch, parts: list[Part]) -> list[Path]:
    """Checks every file, and opens the view `source` over all of them."""
    paths = [open_part(session, options, scratch, part) for part in parts]
    if options.sample_rows is not None:
        paths = take_sample(session, paths, scratch, options.sample_rows)
    show_source(session, paths)
    return paths


def show_source(session: Session, paths: list[Path]) -> None:
    if paths:
        session.run("source", parts=[str(path) for path in paths])
    else:
        session.run("source_empty")


def take_sample(session: Session, paths: list[Path], scratch: Scratch, rows: int) -> list[Path]:
    """Some rows of the shard, as they are, in a file that stands for all of it."""
    if not paths:
        return []
    sample = scratch.own / "some-rows.parquet"
    session.run("take_rows", parts=[str(path) for path in paths], rows=rows, target=str(sample))
    return [sample]


def open_part(session: Session, options: Options, scratch: Scratch, part: Part) -> Path:
    """Gives the Parquet file of a part, from an earlier step of this machine where it has one."""
    name = hash_path(part["path"])
    ready = scratch.kept / f"{name}.parquet"
    if ready.exists():
        return ready
    fetched = fetch_part(options, scratch.own, part)
    if part["format"] == "parquet":
        check_parquet(session, part, fetched)
        return keep(fetched, ready) if fetched.is_relative_to(scratch.own) else fetched
    staged = scratch.own / f"{name}.staged"
    stage_json(session, part, fetched, staged)
    if fetched.is_relative_to(scratch.own):
        fetched.unlink()
    return keep(staged, ready)


def fetch_part(options: Options, folder: Path, part: Part) -> Path:
    """A file of this machine where it lies, an object of S3 after its download."""
    place = urlsplit(part["path"])
    match place.scheme:
        case "":
            return Path(part["path"])
        case "s3":
            return fetch_object(options, part, folder)
        case _:
            raise build_scheme_error(part["path"])


def fetch_object(options: Options, part: Part, folder: Path) -> Path:
    """Exactly the object that was planned: another one under its name is refused."""
    from .aws import call_aws, open_client  # noqa: PLC0415
    from .s3_lake import download  # noqa: PLC0415

    uri = part["path"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    source = options.source
    endpoint = source.s3_endpoint if source.s3_region else options.lake.s3_endpoint
    client = open_client("s3", endpoint, source.s3_region)
    owner = {"ExpectedBucketOwner": source.s3_bucket_owner} if source.s3_bucket_owner else {}
    # The name's end tells DuckDB whether JSON is packed.
    path = folder / f"{hash_path(uri)}-{Path(key).name}"
    download(client, bucket, key, path, owner)
    # Afterwards: whatever was put there before or during the download is seen.
    found = call_aws(uri, client.head_object, Bucket=bucket, Key=key, **owner)
    require_version(part, found["ETag"])
    return path


def require_version(part: Part, etag: str) -> None:
    planned = part.get("etag")
    if planned is None or planned.strip('"') == etag.strip('"'):
        return
    raise ShardliftError(
        "outside",
        retryable=True,
        failed=f"The object {part['path']} was replaced while it was read.",
        rule="the rows of a day are those of one version of its shard, never a mixture",
        received=f"etag {etag} where {planned} was planned",
        remedy="run again: the day is planned anew",
    )


def build_scheme_error(path: str) -> ShardliftError:
    return ShardliftError(
        "config",
        failed=f"The script cannot read {path}.",
        rule="shards are files in S3, or of this machine",
        received=path,
        remedy="choose a source and an engine of the environment that fit together",
    )


def is_table(part: Part) -> bool:
    return part["path"].startswith("bigquery://")


def is_at_google(part: Part) -> bool:
    return part["path"].startswith(("bigquery://", "gs://"))


def hash_path(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:32]


def keep(made: Path, ready: Path) -> Path:
    """Renamed when whole, so that another task sees all of it or nothing."""
    usage = shutil.disk_usage(made)
    if usage.used / usage.total > FULL_SHARE:
        return made
    return made.replace(ready)


def drop_kept(scratch: Scratch, parts: list[Part]) -> None:
    """After the last step nobody reads them again."""
    for part in parts:
        (scratch.kept / f"{hash_path(part['path'])}.parquet").unlink(missing_ok=True)


@contextmanager
def blame_file(session: Session, parts: list[Part], paths: list[Path]) -> Iterator[None]:
    """Where a statement over several files fails, tells of the file that cannot be read, if it is one's fault."""
    try:
        yield
    except duckdb.Error:
        # A sample is a file of our own.
        if len(parts) == len(paths):
            for part, path in zip(parts, paths, strict=True):
                session.run("probe", reading=part["path"], part=str(path))
        raise
