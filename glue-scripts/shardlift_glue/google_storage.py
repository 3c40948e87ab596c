"""Objects of Cloud Storage: what an extract job has left, brought into a file and checked by its CRC32C."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import google_crc32c
import requests

from .errors import ShardliftError
from .google_auth import read_token
from .google_errors import HTTP_CODES, NOT_FOUND, Doing, Fault, GoogleFaultError, read_line
from .options import Options
from .patience import Patience
from .spec import Part

GOOGLE_ENDPOINT = "https://storage.googleapis.com"
CHUNK_BYTES = 1024 * 1024
# Connecting, and the longest silence.
TIMEOUTS_S = (10, 60)
UNKNOWN, UNAVAILABLE = 2, 14
SERVER_FAULT = 500


@dataclass
class Arrived:
    """How far an object has come; `checksum` and `size` are as Cloud Storage keeps them."""

    at: int = 0
    size: int | None = None
    expected: str | None = None
    checksum: Any = field(default_factory=google_crc32c.Checksum)


def download_object(options: Options, part: Part, path: Path) -> None:
    """A connection that breaks is gone on with where it stopped. Raises `outside`."""
    doing = describe_object(options, part)
    patience = Patience(doing, options.deadline_ms)
    arrived = Arrived()
    with path.open("wb") as file:
        while arrived.size is None or arrived.at < arrived.size:
            before = arrived.at
            try:
                read_on(options, part, arrived, file)
            except GoogleFaultError as error:
                if error.fault.code == NOT_FOUND:
                    raise build_gone_error(part, error.fault) from None
                patience.failures = 0 if arrived.at > before else patience.failures
                patience.bear(error.fault)
    check_arrived(arrived, part, doing)


def read_on(options: Options, part: Part, arrived: Arrived, file: IO[bytes]) -> None:
    with open_answer(options, part, arrived.at) as answer:
        arrived.size, arrived.expected = read_facts(answer, arrived)
        for chunk in read_chunks(answer):
            file.write(chunk)
            arrived.checksum.update(chunk)
            arrived.at += len(chunk)
    if arrived.at < arrived.size:
        raise GoogleFaultError(Fault(UNAVAILABLE, f"{arrived.at} of {arrived.size} bytes came"))


def open_answer(options: Options, part: Part, start: int) -> requests.Response:
    bucket, _, name = part["path"].removeprefix("gs://").partition("/")
    origin = options.google.storage_endpoint or GOOGLE_ENDPOINT
    url = f"{origin}/download/storage/v1/b/{bucket}/o/{quote(name, safe='')}"
    asked = {"alt": "media"} | ({"generation": part["etag"]} if "etag" in part else {})
    token = read_token(options.google, options.secrets_endpoint)
    headers = {"Authorization": f"Bearer {token}", "Range": f"bytes={start}-", "Accept-Encoding": "identity"}
    try:
        answer = requests.get(url, params=asked, headers=headers, stream=True, timeout=TIMEOUTS_S)
    except requests.RequestException as cause:
        raise GoogleFaultError(Fault(UNAVAILABLE, read_line(f"{type(cause).__name__}: {cause}"))) from None
    if answer.status_code in (200, 206):
        return answer
    with answer:
        raise GoogleFaultError(read_fault(answer))


def read_fault(answer: requests.Response) -> Fault:
    code = HTTP_CODES.get(answer.status_code, UNAVAILABLE if answer.status_code >= SERVER_FAULT else UNKNOWN)
    try:
        text = str(answer.json()["error"]["message"])
    except (requests.RequestException, ValueError, KeyError, TypeError):
        text = f"HTTP {answer.status_code}"
    return Fault(code, read_line(text))


def read_facts(answer: requests.Response, arrived: Arrived) -> tuple[int, str | None]:
    """Size and checksum of the whole object, from whichever answer."""
    ranged = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("content-range", ""))
    if (int(ranged[1]) if ranged else 0) != arrived.at:
        raise GoogleFaultError(Fault(UNAVAILABLE, "an answer that does not begin where it was asked to"))
    size = int(ranged[2]) if ranged else int(answer.headers.get("content-length", "0"))
    hashes = dict(pair.strip().split("=", 1) for pair in answer.headers.get("x-goog-hash", "").split(",") if pair)
    return size, hashes.get("crc32c", arrived.expected)


def read_chunks(answer: requests.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_content(CHUNK_BYTES)
    except requests.RequestException as cause:
        raise GoogleFaultError(Fault(UNAVAILABLE, read_line(f"{type(cause).__name__}: {cause}"))) from None


def check_arrived(arrived: Arrived, part: Part, doing: Doing) -> None:
    found = base64.b64encode(arrived.checksum.digest()).decode()
    if arrived.at == arrived.size and found == arrived.expected:
        return
    raise ShardliftError(
        "outside",
        retryable=True,
        failed=doing.failed,
        rule="an object arrives as Cloud Storage keeps it: its CRC32C says so",
        received=f"{arrived.at} bytes of {part['path']} with {found}, where {arrived.expected} is kept",
        remedy="run again; if it stays so, look for a proxy that changes what passes",
    )


def describe_object(options: Options, part: Part) -> Doing:
    return Doing(
        failed=f"The object {part['path']} cannot be brought here.",
        permission="storage.objects.get",
        billed=options.google.project or "the project",
        place=part["path"],
    )


def build_gone_error(part: Part, fault: Fault) -> ShardliftError:
    return ShardliftError(
        "outside",
        retryable=True,
        failed=f"The object {part['path']} is not there.",
        rule="an extract's objects stay until their rows are in the lake",
        received=fault.text,
        remedy="look at the bucket's lifecycle rules and at who else deletes in source.extracts, then run again",
    )
