"""Runs one function for many tasks in Spark's workers. Spark moves tasks and results, no rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from pyspark import SparkContext

from .errors import ShardliftError, first_line
from .spread import Counter, run_guarded, take_results

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class SparkSpread:
    """One partition a task. `name` is what Spark's own pages show."""

    context: SparkContext
    slots: int
    cores: int

    def run(self, name: str, work: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
        if not tasks:
            return []
        self.context.setJobGroup(name, name, interruptOnCancel=True)
        spread = self.context.parallelize(list(tasks), len(tasks)).map(partial(run_guarded, work))
        try:
            results = spread.collect()
        except Exception as cause:
            raise build_lost_task_error(name, cause) from cause
        return take_results(results)

    def count(self) -> Counter:
        return self.context.accumulator(0)

    def stop(self) -> None:
        self.context.cancelAllJobs()


def build_lost_task_error(name: str, cause: Exception) -> ShardliftError:
    """What came to a task otherwise: our bug, or a worker that died, mostly for want of memory."""
    text = find_reason(str(cause))
    return ShardliftError(
        "outside",
        retryable=False,
        failed=f"A task of {name} failed and was not to be saved by repeating it.",
        rule="a task has the memory it may take, and its worker lives until it has ended",
        received=text,
        remedy="take larger workers (`engine.worker_type`), or look into the run's error log for what it says",
    )


def find_reason(text: str) -> str:
    """The line that tells most of what Spark says of a failed stage."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or "exited" in line or "Lost" in line or "lost" in line]
    return first_line((telling or lines or [text])[-1])[:500]
