"""From a task, a form and a run to the words of a command. Words stay a list: no shell ever reads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shardlift_airflow.manifest import Step


def build_words(step: Step, params: dict[str, Any], run: Any, item: str | None = None) -> list[str]:
    """The command's words: the task's own, those that the form adds, and the days of this run.

    `run` has `run_type` and `logical_date` as Airflow's DagRun has them; `item` is what a mapped task was given.
    """
    words = [*step.task.argv, *_list_form_words(step, params)]
    if item is not None and step.task.spread is not None:
        words += [step.task.spread["flag"], item]
    elif step.dag.backfill is not None and is_backfill(run) and not _names_days(step, params):
        words += [step.dag.backfill["flag"], day_before(run.logical_date, step.dag.backfill["time_zone"])]
    return words


def day_before(instant: datetime, time_zone: str) -> str:
    """The day that was over when a run was due: `2026-11-20` of an instant on the 21st in that zone."""
    return str(instant.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=1))


def _list_form_words(step: Step, params: dict[str, Any]) -> list[str]:
    words: list[str] = []
    for binding in step.task.form:
        value = params.get(binding["param"])
        if value in (None, "", False):
            continue
        words += [binding["flag"]] if binding["as"] == "switch" else [binding["flag"], str(value)]
    return words


def is_backfill(run: Any) -> bool:
    """Whether `airflow backfill` made the run: it is of one day then."""
    # A plain text in some releases, an enumeration in others.
    run_type = getattr(run, "run_type", None)
    return getattr(run_type, "value", run_type) == "backfill" and run.logical_date is not None


def _names_days(step: Step, params: dict[str, Any]) -> bool:
    flag = step.dag.backfill["flag"] if step.dag.backfill else None
    return any(binding["flag"] == flag and params.get(binding["param"]) for binding in step.task.form)
