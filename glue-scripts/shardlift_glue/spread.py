"""Runs one function for many tasks: in this process, or in Spark's workers. Spark moves tasks and results, no rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from pyspark import SparkContext

from .errors import ShardliftError, first_line

T = TypeVar("T")
R = TypeVar("R")


class Counter(Protocol):
    """Added to by tasks; read where they were spread from."""

    @property
    def value(self) -> int: ...

    def add(self, term: int) -> None: ...


class Spread(Protocol):
    """Where tasks run."""

    @property
    def slots(self) -> int:
        """Tasks that run at once."""

    def run(self, name: str, work: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
        """Results in the order of the tasks; raises the first task's error that is known, else any."""

    def count(self) -> Counter: ...

    def stop(self) -> None:
        """Ends what runs; `run` raises."""


@dataclass(frozen=True)
class Failure:
    """An error on its way back from a worker."""

    error: ShardliftError


def run_guarded(work: Callable[[T], R], task: T) -> R | Failure:
    """Spark would repeat a task that raises and tell its trace as text: known errors come back as values."""
    try:
        return work(task)
    except ShardliftError as error:
        return Failure(error)


@dataclass(frozen=True)
class SparkSpread:
    """One partition a task. `name` is what Spark's own pages show."""

    context: SparkContext
    slots: int

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


@dataclass
class Sum:
    value: int = 0

    def add(self, term: int) -> None:
        self.value += term


@dataclass(frozen=True)
class HereSpread:
    """One task after the other in this process: for tests and notebooks."""

    slots: int = 1

    def run(self, name: str, work: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
        del name
        return take_results([run_guarded(work, task) for task in tasks])

    def count(self) -> Counter:
        return Sum()

    def stop(self) -> None:
        """Nothing runs beside the caller."""


def take_results(results: list[R | Failure]) -> list[R]:
    for result in results:
        if isinstance(result, Failure):
            raise result.error
    return [result for result in results if not isinstance(result, Failure)]


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
