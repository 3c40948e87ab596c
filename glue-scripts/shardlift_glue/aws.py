"""AWS by boto3: clients with deadlines, and what its errors mean."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .errors import ShardliftError, first_line

CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 8},
    connect_timeout=10,
    read_timeout=60,
    s3={"addressing_style": "auto"},
)
STAND_IN = CONFIG.merge(Config(s3={"addressing_style": "path"}))

DENIED = ("AccessDenied", "AccessDeniedException", "403", "KMS.AccessDeniedException", "ExpiredToken")
MISSING = ("NoSuchBucket", "NoSuchKey", "404", "ResourceNotFoundException")


@lru_cache(maxsize=8)
def open_client(service: str, endpoint: str | None, region: str | None = None) -> Any:
    """One client per worker process and service; a stand-in knows buckets by path only. No region: the job's own."""
    return boto3.client(service, region, endpoint_url=endpoint, config=STAND_IN if endpoint else CONFIG)


def call_aws(name: str, call: Callable[..., Any], **values: Any) -> Any:
    """`name` is what the call is about, for messages."""
    try:
        return call(**values)
    except (ClientError, BotoCoreError) as cause:
        raise build_aws_error(cause, name) from cause


def build_aws_error(cause: Exception, name: str) -> ShardliftError:
    """What cannot be had for want of rights or existence needs a person; the rest may pass."""
    code = cause.response["Error"]["Code"] if isinstance(cause, ClientError) else type(cause).__name__
    received = f"{code}: {first_line(str(cause))}"
    if code in DENIED:
        return ShardliftError(
            "outside",
            failed=f"The run may not use {name}.",
            rule="the job's role reads the source, reads and writes the lake, and uses its key",
            received=received,
            remedy="give the role the right that is named, then run again",
        )
    if code in MISSING:
        return ShardliftError(
            "outside",
            failed=f"There is no {name}.",
            rule="what a run spec names is there until the run has ended",
            received=received,
            remedy="look whether the shard was extracted again or removed, then run again",
        )
    return ShardliftError(
        "outside",
        retryable=True,
        failed=f"AWS failed at {name}, several times in a row.",
        rule="a call is repeated up to eight times",
        received=received,
        remedy="run again later",
    )
