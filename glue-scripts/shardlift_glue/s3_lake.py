"""A lake in S3: create-only puts (`If-None-Match`), in parts above 64 MB."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .aws import build_aws_error, call_aws, open_client
from .errors import ShardliftError
from .options import LakeOptions
from .taken_error import build_taken_error

PART_BYTES = 64 * 1024 * 1024
# S3 takes no more parts of one object.
MAX_PARTS = 10_000
MAX_DELETES = 1_000
CREATE = {"IfNoneMatch": "*"}
# What S3 answers where something is there already, where a second writer of the same key was faster, and where an
# upload was completed by a call whose answer was lost.
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409", "NoSuchUpload")


class S3Lake:
    def __init__(self, options: LakeOptions) -> None:
        self.bucket, _, prefix = options.url.removeprefix("s3://").partition("/")
        self.prefix = f"{prefix.rstrip('/')}/" if prefix.rstrip("/") else ""
        self.client = open_client("s3", options.s3_endpoint)
        self.owner = {"ExpectedBucketOwner": options.s3_bucket_owner} if options.s3_bucket_owner else {}
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": options.s3_kms_key}
        self.encryption = encryption if options.s3_kms_key else {}

    def now_ms(self) -> int:
        answer = self._call("head_bucket", None)
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        now = parsedate_to_datetime(date) if date else datetime.now(UTC)
        return int(now.timestamp() * 1000)

    def locate(self, key: str) -> str:
        return self._name(key)

    def read(self, key: str) -> bytes:
        answer = self._call("get_object", key)
        # A connection may break below the answer too.
        body: bytes = call_aws(self._name(key), answer["Body"].read)
        return body

    def write(self, key: str, body: bytes) -> None:
        self._call("put_object", key, Body=body, **self.encryption)

    def create(self, key: str, path: Path) -> None:
        token = uuid.uuid4().hex
        try:
            self._upload(key, path, token, CREATE)
        except (ClientError, BotoCoreError) as cause:
            if not isinstance(cause, ClientError) or cause.response["Error"]["Code"] not in TAKEN:
                raise build_aws_error(cause, self._name(key)) from cause
            if not self._is_ours(key, token):
                raise build_taken_error(key) from cause

    def replace(self, key: str, path: Path) -> None:
        call_aws(self._name(key), self._upload, key=key, path=path, token="", condition={})

    def fetch(self, key: str, path: Path) -> None:
        download(self.client, self.bucket, f"{self.prefix}{key}", path, self.owner)

    def remove(self, prefix: str) -> None:
        keys = [{"Key": item["Key"]} for page in self._list(prefix) for item in page.get("Contents", [])]
        for start in range(0, len(keys), MAX_DELETES):
            batch = {"Objects": keys[start : start + MAX_DELETES], "Quiet": True}
            refused = self._call("delete_objects", None, Delete=batch).get("Errors", [])
            if refused:
                raise build_refused_error(self._name(prefix), refused)

    def _list(self, prefix: str) -> Any:
        pages = self.client.get_paginator("list_objects_v2")
        return pages.paginate(Bucket=self.bucket, Prefix=f"{self.prefix}{prefix}", **self.owner)

    def _call(self, name: str, key: str | None, **values: Any) -> Any:
        place = {} if key is None else {"Key": f"{self.prefix}{key}"}
        call = getattr(self.client, name)
        return call_aws(self._name(key or ""), call, Bucket=self.bucket, **place, **self.owner, **values)

    def _name(self, key: str) -> str:
        return f"s3://{self.bucket}/{self.prefix}{key}"

    def _is_ours(self, key: str, token: str) -> bool:
        """An answer may be lost and the client ask again: then it is our own object that is there already."""
        found: str | None = self._call("head_object", key)["Metadata"].get("writer")
        return found == token

    def _upload(self, key: str, path: Path, token: str, condition: dict[str, str]) -> None:
        place = {"Bucket": self.bucket, "Key": f"{self.prefix}{key}", **self.owner}
        described = {**self.encryption, "Metadata": {"writer": token}}
        if path.stat().st_size <= PART_BYTES:
            with path.open("rb") as body:
                self.client.put_object(**place, **described, **condition, Body=body)
            return
        upload = self.client.create_multipart_upload(**place, **described)["UploadId"]
        try:
            parts = self._upload_parts(place, upload, path)
            done = {"MultipartUpload": {"Parts": parts}, **condition}
            self.client.complete_multipart_upload(**place, UploadId=upload, **done)
        except BaseException:
            with suppress(ClientError, BotoCoreError):
                self.client.abort_multipart_upload(**place, UploadId=upload)
            raise

    def _upload_parts(self, place: dict[str, str], upload: str, path: Path) -> list[dict[str, Any]]:
        size = max(PART_BYTES, -(-path.stat().st_size // MAX_PARTS))
        parts: list[dict[str, Any]] = []
        with path.open("rb") as file:
            while body := file.read(size):
                number = len(parts) + 1
                answer = self.client.upload_part(**place, UploadId=upload, PartNumber=number, Body=body)
                parts.append({"ETag": answer["ETag"], "PartNumber": number})
        return parts


def build_refused_error(name: str, refused: list[dict[str, str]]) -> ShardliftError:
    """A batch is answered item by item. A run need not have the right: repair has it."""
    return ShardliftError(
        "outside",
        failed=f"{len(refused)} objects below {name} were not deleted.",
        rule="what a failed attempt has left is deleted by it, or else by `shardlift repair`",
        received=refused[0].get("Code", "no code"),
        remedy="run `shardlift repair` in time",
    )


def download(client: Any, bucket: str, key: str, path: Path, owner: dict[str, str]) -> None:
    """Streams an object to a file."""
    call_aws(f"s3://{bucket}/{key}", client.download_file, Bucket=bucket, Key=key, Filename=str(path), ExtraArgs=owner)
