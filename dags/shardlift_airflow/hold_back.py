"""Mapped tasks run so many at once as the form says: those further back are put off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shardlift_airflow.compat import AirflowRescheduleException, read_states
from shardlift_airflow.manifest import Step

_ENDED = {"success", "skipped", "failed", "upstream_failed", "removed"}
_POKE_SECONDS = 30


def hold_back(step: Step, context: dict[str, Any]) -> None:
    """Raises AirflowRescheduleException while as many before this one, in the plan's order, have not ended."""
    spread, index = step.task.spread, context["ti"].map_index
    if spread is None or index < 0:
        return
    at_once = int(context["params"].get(spread["at_once"]) or 1)
    if index >= at_once and count_before(read_states(context, step.task.id), index) >= at_once:
        later = timedelta(seconds=min(_POKE_SECONDS, step.task.poke_seconds))
        raise AirflowRescheduleException(datetime.now(UTC) + later)


def count_before(states: dict[int, str | None], index: int) -> int:
    """Mapped tasks with a smaller index that are not at their end."""
    return sum(1 for other, state in states.items() if 0 <= other < index and str(state) not in _ENDED)
