"""Errors for people: four parts, a code, and whether asking again helps; `src/errors.ts` has the same."""

import re
from collections.abc import Callable
from typing import TypedDict


class ReportedError(TypedDict):
    """An error as a day's report tells it (`src/runs/day-report.ts`)."""

    code: str
    retryable: bool
    parts: dict[str, str]


class ShardliftError(Exception):
    """A known error. Codes: data, balance, config, outside, refused, bug."""

    def __init__(self, code: str, *, retryable: bool = False, out_of_memory: bool = False, **parts: str) -> None:
        super().__init__("\n".join(f"{name}: {text}" for name, text in parts.items()))
        self.code = code
        self.retryable = retryable
        self.out_of_memory = out_of_memory
        self.parts = parts

    def __reduce__(self) -> tuple[Callable[..., "ShardliftError"], tuple[str, bool, bool, dict[str, str]]]:
        return rebuild_error, (self.code, self.retryable, self.out_of_memory, self.parts)


def rebuild_error(code: str, retryable: bool, out_of_memory: bool, parts: dict[str, str]) -> ShardliftError:
    """Brings an error back from a worker: exceptions with named arguments do not pickle by themselves."""
    return ShardliftError(code, retryable=retryable, out_of_memory=out_of_memory, **parts)


def tell_error(error: BaseException) -> ReportedError:
    """Anything else than a known error is our bug, told by its kind and first line."""
    if isinstance(error, ShardliftError):
        return {"code": error.code, "retryable": error.retryable, "parts": error.parts}
    text = f"{type(error).__name__}: {first_line(str(error))}"
    remedy = "look into the run's error log for the whole of it, and report it"
    return {"code": "bug", "retryable": False, "parts": {"failed": text, "remedy": remedy}}


def first_line(text: str) -> str:
    return text.split("\n", 1)[0]


def build_late_error() -> ShardliftError:
    return ShardliftError(
        "outside",
        retryable=True,
        failed="The extract took too long and was stopped.",
        rule="an attempt ends after half of `keep`, so that repair never removes what is still being written",
        remedy="raise `keep`, or give the engine more workers or fewer days a run",
    )


def build_file_error(path: str, text: str) -> ShardliftError:
    """A file that cannot be read as what it claims to be."""
    return ShardliftError(
        "data",
        failed=f"The file {path} cannot be read.",
        rule="every row of a shard can be read with the declared types; nothing is skipped",
        received=correct_line(first_line(text)),
        remedy="extract the shard again; the day keeps its former generation until then",
    )


def correct_line(text: str) -> str:
    """DuckDB 1.5.5 names the line after a broken one."""
    if "Malformed JSON in file" not in text:
        return text
    return re.sub(r" in line (\d+)", lambda found: f" in line {int(found[1]) - 1}", text)


def build_disk_error(text: str) -> ShardliftError:
    return ShardliftError(
        "outside",
        failed="A worker's disk is full: the day could not be extracted.",
        rule="a worker's disk has room for the files it reads and writes, and for what does not fit into memory",
        received=first_line(text),
        remedy="take more workers (`engine.workers.max`) or larger ones (`engine.worker_type`), then run again",
    )


def build_memory_error(text: str) -> ShardliftError:
    return ShardliftError(
        "outside",
        out_of_memory=True,
        failed="A task's memory is too small for this day's rows.",
        rule="`engine.task_memory` holds some thousand rows a thread at once; 1 GB is enough for ordinary rows",
        received=first_line(text),
        remedy="raise `engine.task_memory` or take larger workers (`engine.worker_type`)",
    )


# What DuckDB's words mean for a day; the first that fits counts.
MEANINGS: tuple[tuple[str, Callable[[str], ShardliftError]], ...] = (
    (r"No space left on device|disk quota|max_temp_directory_size|failed to offload", build_disk_error),
    (r"^Out of Memory Error", build_memory_error),
)

OURS = re.compile(r"^(Parser|Binder|Catalog|Internal|INTERNAL) Error")


def build_statement_error(cause: Exception, reading: str | None) -> Exception:
    """Turns what a statement raised into an error that tells what to do; `reading` is the file it read, if one."""
    text = str(cause)
    for words, build in MEANINGS:
        if re.search(words, text, re.IGNORECASE):
            return build(text)
    if reading is None or OURS.match(text):
        return cause
    return build_file_error(reading, text)
