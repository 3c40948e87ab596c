"""When people are told: a task failed for good, or days are missing that nobody was told of yet."""

from __future__ import annotations

import json
import logging
from typing import Any

from shardlift_airflow.alerts import Alert, send_alert
from shardlift_airflow.answers import list_days
from shardlift_airflow.compat import read_variable, write_variable
from shardlift_airflow.manifest import Step
from shardlift_airflow.words import is_backfill

_log = logging.getLogger(__name__)


class FailureFacts:
    """What a failed command told; its exception carries it to the callback."""

    reason = ""
    next_step = ""
    days: tuple[str, ...] = ()


def tell_failure(context: dict[str, Any], step: Step) -> None:
    """Airflow's on_failure_callback: after the last try."""
    error = context.get("exception")
    facts = error if isinstance(error, FailureFacts) else FailureFacts()
    alert = Alert(
        title=f"{step.dag.id}: {step.task.id} failed in {step.environment}",
        pipeline=find_pipeline(step, context),
        owner=step.dag.owner,
        days=list(facts.days) or list_asked(context),
        reason=facts.reason or str(error or "the task was ended from outside"),
        next_step=facts.next_step or "Look at the log, then clear the task: it goes on with what is missing.",
        log_link=find_log_link(context),
    )
    send_alert(step.alerts, alert)


def tell_missing(context: dict[str, Any], step: Step, line: dict[str, Any]) -> None:
    """Tells of days that are missing since the last time anybody was told; each day once, however often it is asked."""
    missing = list_days(line, "missing")
    key = f"shardlift_missing__{step.environment}__{step.dag.pipeline}"
    told = _read_told(key)
    news = find_news(missing, told)
    alert = Alert(
        title=f"{step.dag.id}: {count_days(news)} missing in {step.environment}",
        pipeline=find_pipeline(step, context),
        owner=step.dag.owner,
        days=news,
        reason="late_after has passed, and there is no shard",
        next_step="Ask whoever exports the property; the runs go on waiting for it, and no other day is held up.",
        log_link=find_log_link(context),
    )
    is_told = not news or send_alert(step.alerts, alert) or step.alerts["type"] == "none"
    if is_told:
        # A look at some days only knows nothing of the others.
        _write_told(key, missing if not list_asked(context) else [*news, *told])


def find_news(missing: list[str], told: list[str]) -> list[str]:
    """Days that are missing and were not told of."""
    return [day for day in missing if day not in told]


def count_days(days: list[str]) -> str:
    """`1 day`, `2 days`."""
    return f"{len(days)} day{'' if len(days) == 1 else 's'}"


def list_asked(context: dict[str, Any]) -> list[str]:
    """The days that a form, a batch or a run of `airflow backfill` named, as ranges; none: the last days."""
    params = context.get("params") or {}
    item = getattr(context.get("task"), "item", None)
    if isinstance(item, str):
        return [item]
    if params.get("first_day") and params.get("last_day"):
        return [f"{params['first_day']}..{params['last_day']}"]
    if params.get("days"):
        return [str(params["days"])]
    return ["the day of this run"] if is_backfill(context.get("dag_run")) else []


def find_pipeline(step: Step, context: dict[str, Any]) -> str:
    """The DAG's, or the one that a form names."""
    return step.dag.pipeline or str(context.get("params", {}).get("pipeline") or "all")


def find_log_link(context: dict[str, Any]) -> str:
    """Where Airflow shows the task's log; not every release knows it where callbacks run."""
    return getattr(context.get("ti"), "log_url", None) or "see the task's log in Airflow"


def _read_told(key: str) -> list[str]:
    """Unreadable counts as nobody told: better twice than never."""
    try:
        told = json.loads(read_variable(key) or "[]")
    except Exception:  # noqa: BLE001 whatever it is
        _log.exception("Airflow's variable %s cannot be read", key)
        return []
    return told if isinstance(told, list) else []


def _write_told(key: str, days: list[str]) -> None:
    try:
        if _read_told(key) != days:
            write_variable(key, json.dumps(days))
    except Exception:  # noqa: BLE001 whatever it is
        _log.exception("Airflow's variable %s cannot be set; the next look tells of these days again", key)
