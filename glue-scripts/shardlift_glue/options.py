"""What a run is told by its arguments, in the form that Glue passes them: `--name value`."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from .errors import ShardliftError

MB = 1_000_000


@dataclass(frozen=True)
class LakeOptions:
    """Where the lake is: `s3://bucket/prefix`, or a folder; None means the service's own default."""

    url: str
    s3_endpoint: str | None = None
    s3_kms_key: str | None = None
    s3_bucket_owner: str | None = None


@dataclass(frozen=True)
class SourceOptions:
    """Where shards are objects of S3: with a region, as the source has it; without one, as the lake's store."""

    s3_region: str | None = None
    s3_endpoint: str | None = None
    s3_bucket_owner: str | None = None


@dataclass(frozen=True)
class GoogleOptions:
    """How Google is reached, as `source` of the environment has it; None means Google's own, or not needed."""

    project: str | None = None
    auth: str | None = None
    audience: str | None = None
    region: str | None = None
    private_key: str | None = None
    impersonate: str | None = None
    read_endpoint: str | None = None
    storage_endpoint: str | None = None
    token_endpoint: str | None = None


@dataclass(frozen=True)
class Options:
    """All of it; sizes in bytes, instants in ms since the epoch. Goes to every task, so it holds no secret."""

    lake: LakeOptions
    spec: str
    run_id: str
    deadline_ms: int
    hash_key: str | None = None
    secrets_endpoint: str | None = None
    file_bytes: int = 400 * MB
    min_task_bytes: int = 300 * MB
    task_memory_bytes: int | None = None
    slots: int | None = None
    scratch: str | None = None
    sample_rows: int | None = None
    source: SourceOptions = SourceOptions()
    google: GoogleOptions = GoogleOptions()


def parse_options(arguments: Sequence[str]) -> Options:
    """Names that are not ours are Glue's own and left alone; raises `config` for one that is missing or wrong."""
    given = split_arguments(arguments)
    lake = LakeOptions(
        require(given, "lake"),
        given.get("s3_endpoint"),
        given.get("s3_kms_key"),
        given.get("s3_bucket_owner"),
    )
    return Options(
        lake=lake,
        spec=require(given, "spec"),
        run_id=given.get("run_id") or require(given, "JOB_RUN_ID"),
        deadline_ms=parse_count("attempt_deadline_ms", require(given, "attempt_deadline_ms")),
        hash_key=given.get("hash_key"),
        secrets_endpoint=given.get("secrets_endpoint"),
        file_bytes=parse_count("file_bytes", given.get("file_bytes", str(Options.file_bytes))),
        min_task_bytes=parse_count("min_task_bytes", given.get("min_task_bytes", str(Options.min_task_bytes))),
        task_memory_bytes=find_count(given, "task_memory_bytes"),
        slots=find_count(given, "slots"),
        scratch=given.get("scratch"),
        sample_rows=find_count(given, "sample_rows"),
        source=SourceOptions(**{field.name: given.get(f"source_{field.name}") for field in fields(SourceOptions)}),
        google=GoogleOptions(**{field.name: given.get(f"google_{field.name}") for field in fields(GoogleOptions)}),
    )


def split_arguments(arguments: Sequence[str]) -> dict[str, str]:
    """`--name value` and `--name=value`; of a name given twice the last counts, as in Glue."""
    found: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            continue
        name, equals, value = word[2:].partition("=")
        if not equals and rest and not rest[0].startswith("--"):
            value = rest.pop(0)
        found[name] = value
    return found


def require(given: dict[str, str], name: str) -> str:
    value = given.get(name)
    if value:
        return value
    raise build_argument_error(name, "is needed", "nothing")


def find_count(given: dict[str, str], name: str) -> int | None:
    return parse_count(name, given[name]) if given.get(name) else None


def parse_count(name: str, text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise build_argument_error(name, "is a whole number", text)


def build_argument_error(name: str, rule: str, received: str) -> ShardliftError:
    return ShardliftError(
        "config",
        failed=f"The script cannot run with this value of --{name}.",
        rule=f"--{name} {rule}",
        received=received,
        remedy="start runs by `shardlift extract`, which gives all arguments",
    )
