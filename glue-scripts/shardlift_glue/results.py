"""What tasks tell the driver: numbers and names, never rows."""

from dataclasses import dataclass
from typing import TypedDict

from .spec import Column
from .writing import LakeFile


@dataclass(frozen=True)
class Counts:
    """Rows there are, and rows that the filter lets pass."""

    source: int
    passed: int


@dataclass(frozen=True)
class Sorted:
    """A group whose keys are in the exchange."""

    group: int
    counts: Counts


@dataclass(frozen=True)
class Suspects:
    """Hashes that occur twice, in one range: how many of them each group has."""

    range: int
    by_group: dict[int, int]


@dataclass(frozen=True)
class Written:
    """What one task wrote."""

    files: list[LakeFile]
    checksum: int
    non_null: dict[str, int]
    counts: Counts
    read_back: int
    source_bytes: int
    exact: int
    conflicting: int
    removed: list[LakeFile]


class Duplicates(TypedDict):
    exact: int
    conflicting: int


class Balance(TypedDict):
    source: int
    written: int
    duplicates: Duplicates
    filtered: int


class GenerationReport(TypedDict):
    """As `src/ports.ts` has it."""

    generation: str
    files: list[LakeFile]
    duplicatesFiles: list[LakeFile]
    balance: Balance
    checksum: str
    nonNull: dict[str, int]
    columns: list[Column]
    engine: dict[str, str]
    startedAtMs: int
