"""One place for what moved between Airflow 2.11 and 3."""

from __future__ import annotations

from typing import Any

try:  # Airflow 3
    from airflow.sdk import DAG, Asset, BaseOperator, Param, Variable

    IS_AIRFLOW_2 = False
except ImportError:  # Airflow 2.11
    from airflow.datasets import Dataset as Asset
    from airflow.models.baseoperator import BaseOperator
    from airflow.models.dag import DAG
    from airflow.models.param import Param
    from airflow.models.variable import Variable

    IS_AIRFLOW_2 = True

try:  # from 3.1 on
    from airflow.sdk import CronTriggerTimetable
except ImportError:
    from airflow.timetables.trigger import CronTriggerTimetable

try:  # from 3.2 on
    from airflow.sdk.exceptions import (
        AirflowException,
        AirflowFailException,
        AirflowRescheduleException,
        AirflowSkipException,
    )
except ImportError:
    from airflow.exceptions import (
        AirflowException,
        AirflowFailException,
        AirflowRescheduleException,
        AirflowSkipException,
    )

__all__ = [
    "DAG",
    "IS_AIRFLOW_2",
    "AirflowException",
    "AirflowFailException",
    "AirflowRescheduleException",
    "AirflowSkipException",
    "Asset",
    "BaseOperator",
    "CronTriggerTimetable",
    "Param",
    "build_asset",
    "list_reschedule_deps",
    "read_states",
    "read_variable",
    "write_variable",
]


def build_asset(name: str, uri: str) -> Asset:
    """Airflow 2 knows an asset by its address alone."""
    return Asset(uri) if IS_AIRFLOW_2 else Asset(name=name, uri=uri)


def list_reschedule_deps(operator: type) -> frozenset[Any]:
    """Airflow 2 holds a task back until it is to be asked again only if its class says so."""
    if not IS_AIRFLOW_2:
        return frozenset()
    from airflow.ti_deps.deps.ready_to_reschedule import ReadyToRescheduleDep

    return frozenset(operator.deps) | {ReadyToRescheduleDep()}


def read_variable(key: str) -> str | None:
    """Gives a Variable's text; None where there is none."""
    return Variable.get(key, None) if IS_AIRFLOW_2 else Variable.get(key, default=None)


def write_variable(key: str, text: str) -> None:
    """Sets a Variable."""
    Variable.set(key, text)


def read_states(context: dict[str, Any], task_id: str) -> dict[int, str | None]:
    """States of the mapped instances of a task in this run, by their index."""
    ti, run = context["ti"], context["dag_run"]
    if IS_AIRFLOW_2:
        return {one.map_index: one.state for one in run.get_task_instances() if one.task_id == task_id}
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[task_id], run_ids=[run.run_id])
    named = states.get(run.run_id, {})
    return {int(key.rpartition("_")[2]): state for key, state in named.items() if key != task_id}
