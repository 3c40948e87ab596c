"""Secrets by reference: read where they are used, never told, never stored."""

import os
from pathlib import Path


def read_secret(reference: str, endpoint: str | None) -> str:
    """`aws-secret:ARN`, `env:NAME` or `file:PATH`; empty where there is none."""
    kind, _, name = reference.partition(":")
    match kind:
        case "aws-secret":
            return read_aws_secret(name, endpoint)
        case "env":
            return os.environ.get(name, "")
        case "file":
            return read_secret_file(Path(name))
        case _:
            return ""


def read_aws_secret(arn: str, endpoint: str | None) -> str:
    """A secret of bytes is no text of ours."""
    # A folder needs no SDK.
    from .aws import call_aws, open_client  # noqa: PLC0415

    secrets = open_client("secretsmanager", endpoint)
    text: str = call_aws(f"secret {arn}", secrets.get_secret_value, SecretId=arn).get("SecretString", "")
    return text


def read_secret_file(path: Path) -> str:
    """Editors and `echo` end a file with a newline that nobody means."""
    return path.read_text().removesuffix("\n").removesuffix("\r") if path.is_file() else ""
