"""A read session for a table: begun by the driver, once per shard; its streams are read by tasks."""

from dataclasses import dataclass

from google.cloud.bigquery_storage_v1.types import (
    ArrowSerializationOptions,
    CreateReadSessionRequest,
    DataFormat,
    ReadSession,
)
from google.protobuf.timestamp_pb2 import Timestamp

from .bigquery_client import create_session
from .errors import ShardliftError
from .google_errors import Doing, GoogleFaultError, is_ahead_of_google
from .options import Options
from .patience import Patience
from .spec import Part, Shard

# Between a table's last change, told in ms, and a moment that is surely behind it.
AFTER_CHANGE_MS = 1_000


@dataclass(frozen=True)
class Stream:
    """One stream of a session; `schema` is Arrow's, as the session has it."""

    part: Part
    name: str
    schema: bytes


@dataclass(frozen=True)
class Begun:
    """A session's streams, none where the table has no rows, and the moment as of which they are read."""

    streams: list[Stream]
    snapshot_ms: int


def begin_session(options: Options, shard: Shard, part: Part, streams: int, snapshot_ms: int) -> Begun:
    """Where Google's clock is behind the snapshot, the table is read as of its last change."""
    patience = Patience(describe_table(options, part), options.deadline_ms)
    while True:
        try:
            made = create_session(options, build_request(options, shard, part, streams, snapshot_ms))
            schema = made.arrow_schema.serialized_schema
            return Begun([Stream(part, stream.name, schema) for stream in made.streams], snapshot_ms)
        except GoogleFaultError as error:
            if not is_ahead_of_google(error.fault):
                patience.bear(error.fault)
            elif snapshot_ms == just_after_change(shard):
                raise build_clock_error(part) from None
            else:
                snapshot_ms = just_after_change(shard)


def build_request(
    options: Options, shard: Shard, part: Part, streams: int, snapshot_ms: int
) -> CreateReadSessionRequest:
    """Columns are those of the version that was opened, all of which the recipe reads. Rows are not filtered: the
    day's balance counts those that the filter takes away."""
    project, dataset, table = split_table(part)
    snapshot = Timestamp(seconds=snapshot_ms // 1000, nanos=snapshot_ms % 1000 * 1_000_000)
    wanted = ReadSession(
        table=f"projects/{project}/datasets/{dataset}/tables/{table}",
        data_format=DataFormat.ARROW,
        table_modifiers=ReadSession.TableModifiers(snapshot_time=snapshot),
        read_options=ReadSession.TableReadOptions(
            selected_fields=[field["name"] for field in shard["schema"]],
            arrow_serialization_options=ArrowSerializationOptions(
                buffer_compression=ArrowSerializationOptions.CompressionCodec.ZSTD
            ),
        ),
    )
    billed = options.google.project or project
    return CreateReadSessionRequest(parent=f"projects/{billed}", read_session=wanted, max_stream_count=streams)


def choose_snapshot(shard: Shard, now_ms: int) -> int:
    """Now; but where this clock is behind, not before the version that was opened: that would be the former one."""
    return now_ms if now_ms > int(shard["version"]["modified"]) else just_after_change(shard)


def just_after_change(shard: Shard) -> int:
    return int(shard["version"]["modified"]) + AFTER_CHANGE_MS


def split_table(part: Part) -> tuple[str, str, str]:
    """`bigquery://project.dataset.table`; projects of domains have dots."""
    project, dataset, table = part["path"].removeprefix("bigquery://").rsplit(".", 2)
    return project, dataset, table


def describe_table(options: Options, part: Part) -> Doing:
    project, dataset, table = split_table(part)
    return Doing(
        failed=f"The rows of {project}.{dataset}.{table} cannot be read.",
        permission="bigquery.readsessions.create",
        billed=options.google.project or project,
        place=f"{project}.{dataset}",
    )


def build_clock_error(part: Part) -> ShardliftError:
    return ShardliftError(
        "outside",
        retryable=True,
        failed=f"{part['path']} cannot be read as of its last change.",
        rule="a table is read as of a moment that has passed by Google's clock",
        received="a change within the last second",
        remedy="run again",
    )
