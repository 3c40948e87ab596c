"""Rows of one stream, as record batches of Arrow: no value is decoded here, and no row is an object."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from .bigquery_client import read_rows
from .bigquery_session import Stream, describe_table
from .errors import ShardliftError
from .google_errors import GoogleFaultError, is_session_over
from .options import Options
from .patience import Patience
from .session import Session


class SessionOverError(Exception):
    """The session's time is over: its rows so far are of no use, since another one deals them out otherwise."""


def stage_stream(session: Session, options: Options, stream: Stream, path: Path) -> None:
    """Batches go into Parquet as they come, a few in memory at once. Raises SessionOverError, or known errors."""
    schema = pa.ipc.read_schema(pa.py_buffer(stream.schema))
    failures: list[Exception] = []
    batches = keep_failure(read_batches(options, stream, schema), failures)
    session.connection.register("stream_rows", pa.RecordBatchReader.from_batches(schema, batches))
    try:
        session.run("stage_stream", staged=str(path))
    except Exception:
        if failures:
            raise failures[0] from None
        raise
    finally:
        session.connection.unregister("stream_rows")


def keep_failure(batches: Iterator[pa.RecordBatch], failures: list[Exception]) -> Iterator[pa.RecordBatch]:
    """DuckDB tells of an error in its source by a text: the error itself is kept here."""
    try:
        yield from batches
    except Exception as error:
        failures.append(error)
        raise


def read_batches(options: Options, stream: Stream, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Goes on where a broken call stopped; as long as each brings rows, it may break as often as it likes."""
    patience = Patience(describe_table(options, stream.part), options.deadline_ms)
    offset = 0
    while True:
        try:
            for message, rows in read_rows(options, stream.name, offset):
                yield unpack(message, schema, stream)
                offset += rows
                patience.failures = 0
                # A sample needs no more.
                if options.sample_rows is not None and offset >= options.sample_rows:
                    return
        except GoogleFaultError as error:
            if is_session_over(error.fault):
                raise SessionOverError from None
            patience.bear(error.fault)
        else:
            return


def unpack(message: bytes, schema: pa.Schema, stream: Stream) -> pa.RecordBatch:
    try:
        return pa.ipc.read_record_batch(pa.py_buffer(message), schema)
    except pa.ArrowException as cause:
        raise ShardliftError(
            "outside",
            failed=f"Rows of {stream.part['path']} cannot be read.",
            rule="the Storage Read API sends record batches of Arrow, packed by zstd",
            received=str(cause).split("\n", 1)[0][:500],
            remedy="run again; if it stays so, name a bucket as source.extracts: rows then come by extract jobs",
        ) from cause
