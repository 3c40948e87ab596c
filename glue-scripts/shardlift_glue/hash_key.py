"""The secret of `hash` rules: read by its reference where it is used, never told, never stored."""

import hashlib
from functools import lru_cache

import duckdb

from .errors import ShardliftError
from .secret import read_secret

BLOCK_BYTES = 64


@lru_cache(maxsize=1)
def read_hash_key(reference: str | None, endpoint: str | None) -> bytes:
    """`aws-secret:ARN`, `env:NAME` or `file:PATH`; once per worker process. Raises `config`."""
    text = read_secret(reference or "", endpoint)
    if text.strip():
        return text.encode()
    raise ShardliftError(
        "config",
        failed="The secret of `hash` cannot be read.",
        rule="a recipe with hashed columns needs a secret that is there and not empty",
        received=reference or "no --hash_key",
        remedy="name it as `secrets.hash_key` in the environment: aws-secret:ARN",
    )


def bind_hash_key(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Binds the two padded blocks of HMAC-SHA-256 (RFC 2104); the key is in no statement's text."""
    short = hashlib.sha256(key).digest() if len(key) > BLOCK_BYTES else key
    block = short.ljust(BLOCK_BYTES, b"\0")
    for name, pad in (("hash_inner", 0x36), ("hash_outer", 0x5C)):
        padded = bytes(byte ^ pad for byte in block)
        connection.execute(f"SET VARIABLE {name} = $value::BLOB", {"value": padded})
