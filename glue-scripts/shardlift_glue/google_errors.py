"""What Google's errors mean, in four parts; `src/adapters/bigquery` says the same."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from .errors import ShardliftError

# Codes of gRPC. Cancelled, unknown, deadline exceeded, aborted, internal, unavailable may go well another time.
INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED = 3, 5, 7
RESOURCE_EXHAUSTED, FAILED_PRECONDITION, UNAUTHENTICATED = 8, 9, 16
PASSING = (1, 2, 4, 10, 13, 14)

# Of HTTP, as gRPC would say it; what is left out passes where it is a server's fault.
HTTP_CODES = {
    400: INVALID_ARGUMENT,
    401: UNAUTHENTICATED,
    403: PERMISSION_DENIED,
    404: NOT_FOUND,
    408: 4,
    429: RESOURCE_EXHAUSTED,
}


@dataclass(frozen=True)
class Doing:
    """What was being done, for messages. `permission` is what it needs, where Google does not name it."""

    failed: str
    permission: str
    billed: str
    place: str


@dataclass(frozen=True)
class Fault:
    """What Google said; `code` is gRPC's."""

    code: int
    text: str


@dataclass(frozen=True)
class Meaning:
    fits: Callable[[Fault], bool]
    code: str
    retryable: bool
    rule: Callable[[Doing, Fault], str]
    remedy: Callable[[Doing, Fault], str]


ROLES = {
    "bigquery.tables": (
        '"BigQuery Data Viewer" (roles/bigquery.dataViewer) on the dataset of {place}: in the console, BigQuery > the '
        "dataset > Share > Manage permissions > Add principal"
    ),
    "bigquery.readsessions": (
        '"BigQuery Read Session User" (roles/bigquery.readSessionUser) on the project {billed}: in the console, IAM & '
        "Admin > IAM > Grant access"
    ),
    "storage.objects": (
        '"Storage Object Admin" (roles/storage.objectAdmin) on the bucket of source.extracts: in the console, Cloud '
        "Storage > Buckets > the bucket > Permissions > Grant access"
    ),
}


def find_permission(text: str) -> str | None:
    found = re.search(r"[Pp]ermission '?([a-z]+(?:\.[A-Za-z]+){2,3})'?", text) or re.search(
        r"does not have (storage\.objects\.[a-z]+) access", text
    )
    return found[1] if found else None


def name_permission(doing: Doing, fault: Fault) -> str:
    return find_permission(fault.text) or doing.permission


def render_grant(doing: Doing, fault: Fault) -> str:
    permission = name_permission(doing, fault)
    known = ROLES.get(permission.rsplit(".", 1)[0])
    if known is None:
        return f"grant {permission} to the one who signs in: in the console, IAM & Admin > IAM"
    return f"grant the one who signs in {known.format(place=doing.place, billed=doing.billed)}"


MEANINGS: tuple[Meaning, ...] = (
    Meaning(
        lambda fault: fault.code == RESOURCE_EXHAUSTED,
        "outside",
        True,
        lambda _doing, _fault: "Google has room for another read: streams, bytes and requests have quotas",
        lambda doing, _fault: (
            f"run again later: nothing is half done; who uses the quota of {doing.billed} is told in the console, "
            "IAM & Admin > Quotas > BigQuery Storage API"
        ),
    ),
    Meaning(
        lambda fault: fault.code in PASSING,
        "outside",
        True,
        lambda _doing, _fault: "Google is reached from the job's workers, and answers",
        lambda _doing, _fault: (
            "check the way out of the job's network (NAT, proxy, endpoint), then run again: nothing is half done; "
            "https://status.cloud.google.com tells of outages"
        ),
    ),
    Meaning(
        lambda fault: fault.code == UNAUTHENTICATED,
        "outside",
        True,
        lambda _doing, _fault: "Google takes the token that was given out at sign-in",
        lambda _doing, _fault: "check whether the account was disabled or deleted; then run again",
    ),
    Meaning(
        lambda fault: bool(re.search("SERVICE_DISABLED|API has not been used in project|it is disabled", fault.text)),
        "config",
        False,
        lambda _doing, _fault: "the BigQuery Storage API is on in the project that is billed",
        lambda doing, _fault: f"run: gcloud services enable bigquerystorage.googleapis.com --project {doing.billed}",
    ),
    Meaning(
        lambda fault: fault.code == PERMISSION_DENIED,
        "config",
        False,
        lambda doing, fault: f"this needs the permission {name_permission(doing, fault)}",
        render_grant,
    ),
    Meaning(
        lambda fault: fault.code == INVALID_ARGUMENT and "selected fields" in fault.text.lower(),
        "outside",
        True,
        lambda _doing, _fault: "a table keeps its columns while it is read",
        lambda _doing, _fault: "run again when the table stands still",
    ),
    Meaning(
        lambda fault: fault.code == NOT_FOUND,
        "data",
        False,
        lambda _doing, _fault: "what a run spec names is there until the run has ended",
        lambda _doing, _fault: "run again: the plan tells what is there now",
    ),
)


def build_google_error(fault: Fault, doing: Doing) -> ShardliftError:
    received = f"{fault.text or 'no message'} (code {fault.code})"
    for meaning in MEANINGS:
        if meaning.fits(fault):
            return ShardliftError(
                meaning.code,
                retryable=meaning.retryable,
                failed=doing.failed,
                rule=meaning.rule(doing, fault),
                received=received,
                remedy=meaning.remedy(doing, fault),
            )
    return ShardliftError(
        "outside",
        failed=doing.failed,
        rule="Google does its part",
        received=received,
        remedy="look the message up in Google's documentation, then run again: nothing is half done",
    )


def read_line(text: str) -> str:
    """Texts of others in a message of ours: one line, and no longer than it takes."""
    return re.sub(r"\s+", " ", text).strip()[:500]


def is_session_over(fault: Fault) -> bool:
    """The session's six hours are over, or nobody knows it any more: its streams cannot be gone on with."""
    if fault.code == FAILED_PRECONDITION:
        return "expired" in fault.text.lower()
    return fault.code == NOT_FOUND and "sessions/" in fault.text


def is_ahead_of_google(fault: Fault) -> bool:
    """Google's clock has not come to the moment as of which the table is to be read."""
    return fault.code == INVALID_ARGUMENT and bool(re.search("snapshot.*future", fault.text, re.IGNORECASE))


class GoogleFaultError(Exception):
    """Google's answer to one call, before anybody knows what it means there."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault
