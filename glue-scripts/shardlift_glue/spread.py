"""Runs one function for many tasks: what that means, and the plainest way, in this process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from .errors import ShardliftError

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

    @property
    def cores(self) -> int:
        """Cores that each of them has."""

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


@dataclass
class Sum:
    value: int = 0

    def add(self, term: int) -> None:
        self.value += term


@dataclass(frozen=True)
class HereSpread:
    """One task after the other in this process: for tests and notebooks."""

    slots: int = 1
    cores: int = 1

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
