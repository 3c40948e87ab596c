"""BigQueryRead over gRPC, each call asked once: who asks again knows how far it has come."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

import grpc
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import BigQueryReadGrpcTransport
from google.cloud.bigquery_storage_v1.types import CreateReadSessionRequest, ReadRowsRequest, ReadSession

from .google_auth import read_token
from .google_errors import Fault, GoogleFaultError, read_line
from .options import Options

GOOGLE_ENDPOINT = "https://bigquerystorage.googleapis.com"
# Longest wait for a session: large tables take their time.
SESSION_S = 120.0
# Longest life of one call for rows: what is silent by then is asked anew, from where it stopped.
READ_S = 600.0

CHANNEL = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    # Network devices forget connections that are silent; nobody tells either end.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
)


@lru_cache(maxsize=4)
def open_transport(endpoint: str | None) -> Any:
    """One channel per worker process. Tokens go with each call: the channel's own are refused without TLS."""
    place = urlsplit(endpoint or GOOGLE_ENDPOINT)
    is_plain = place.scheme == "http"
    target = f"{place.hostname}:{place.port or (80 if is_plain else 443)}"
    if is_plain:
        channel = grpc.insecure_channel(target, options=CHANNEL)
    else:
        channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(), options=CHANNEL)
    return BigQueryReadGrpcTransport(channel=channel)


def create_session(options: Options, request: CreateReadSessionRequest) -> ReadSession:
    """Raises GoogleFaultError."""
    transport = open_transport(options.google.read_endpoint)
    metadata = build_metadata(options, f"read_session.table={quote(request.read_session.table, safe='')}")
    with tell_faults():
        timeout_s = choose_timeout_s(options, SESSION_S)
        session: ReadSession = transport.create_read_session(request, metadata=metadata, timeout=timeout_s)
        return session


def read_rows(options: Options, stream: str, offset: int) -> Iterator[tuple[bytes, int]]:
    """Batches as Arrow messages with their rows, as they are asked for. Raises GoogleFaultError."""
    transport = open_transport(options.google.read_endpoint)
    metadata = build_metadata(options, f"read_stream={quote(stream, safe='')}")
    request = ReadRowsRequest(read_stream=stream, offset=offset)
    with tell_faults():
        call = transport.read_rows(request, metadata=metadata, timeout=choose_timeout_s(options, READ_S))
        try:
            for answer in call:
                # The bare message: its wrapper would copy the batch.
                bare = type(answer).pb(answer)
                yield bare.arrow_record_batch.serialized_record_batch, bare.row_count
        finally:
            call.cancel()


def build_metadata(options: Options, routing: str) -> list[tuple[str, str]]:
    """Google routes by the second one; the bare calls add none."""
    token = read_token(options.google, options.secrets_endpoint)
    return [("authorization", f"Bearer {token}"), ("x-goog-request-params", routing)]


def choose_timeout_s(options: Options, longest_s: float) -> float:
    return max(0.001, min(longest_s, options.deadline_ms / 1000 - time.time()))


@contextmanager
def tell_faults() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as cause:
        # An error of a call is the call itself, which holds its metadata and so the token.
        raise GoogleFaultError(Fault(cause.code().value[0], read_line(cause.details() or ""))) from None
