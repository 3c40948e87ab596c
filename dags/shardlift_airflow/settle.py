"""How a task ends after its command: Airflow's words for the task contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shardlift_airflow.answers import explain, find_error, judge, list_days, parse_line
from shardlift_airflow.compat import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
    build_asset,
)
from shardlift_airflow.manifest import Step
from shardlift_airflow.run_process import Ended
from shardlift_airflow.tell import FailureFacts, tell_missing


class CommandFailed(AirflowFailException, FailureFacts):
    """Trying again would give the same."""


class CommandToRetry(AirflowException, FailureFacts):
    """Trying again may help."""


def settle(step: Step, ended: Ended, context: dict[str, Any]) -> Any:
    """Gives the task's result, or raises what Airflow skips, puts off, fails or retries it by."""
    line = parse_line(ended.last_line)
    if step.task.tells_missing and line:
        tell_missing(context, step, line)
    match judge(ended.code):
        case "done":
            return finish(step, line, context)
        case "skip":
            raise AirflowSkipException(line.get("reason") or "there was nothing to do")
        case "ask-again":
            return ask_again(step, ended, line, context)
        case "fail":
            raise build_failure(CommandFailed, ended, line)
        case "retry":
            raise build_failure(CommandToRetry, ended, line)


def finish(step: Step, line: dict[str, Any], context: dict[str, Any]) -> Any:
    """Tells those who follow a table what came in, and hands the line on."""
    for outlet in step.task.outlets:
        loaded = (line.get("loaded") or {}).get(outlet["table"], {})
        asset = build_asset(outlet["name"], outlet["uri"])
        context["outlet_events"][asset].extra = {"pipeline": step.dag.pipeline, **loaded}
    if step.task.result is None:
        return line
    if step.task.result not in line:
        raise AirflowFailException(f"the command's line has no {step.task.result}")
    return line[step.task.result]


def ask_again(step: Step, ended: Ended, line: dict[str, Any], context: dict[str, Any]) -> Any:
    """Puts the task off without holding a worker, until its patience with this run is over."""
    now = datetime.now(UTC)
    begun = context["dag_run"].start_date or now
    if now - begun < timedelta(seconds=step.task.patience_seconds):
        raise AirflowRescheduleException(now + timedelta(seconds=step.task.poke_seconds))
    # Going on without days that are not there is one thing, without having looked another.
    if step.task.after_patience == "go-on" and line and not find_error(line):
        return line
    # Patience is the run's, and another task may have used it up: this one has its tries left.
    raise build_failure(CommandToRetry, ended, line)


def build_failure(kind: type[Any], ended: Ended, line: dict[str, Any]) -> Exception:
    """An exception that says what failed and what to do, and carries it to the alert."""
    reason, next_step = explain(ended.code, line, ended.tail)
    error: Any = kind(f"exit code {ended.code}: {reason}\nto do: {next_step}")
    error.reason, error.next_step, error.days = reason, next_step, tuple(list_days(line))
    return error
