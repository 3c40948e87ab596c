"""From a manifest's entry to Airflow's DAG: a few pure functions. Rules stand in none of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from shardlift_airflow.compat import DAG, CronTriggerTimetable, Param, build_asset
from shardlift_airflow.manifest import BrokenManifestError, DagEntry, Json, Manifest, Step, TaskEntry, parse_dag
from shardlift_airflow.tell import tell_failure


def draw_dags(manifest: Manifest) -> tuple[list[DAG], list[str]]:
    """The DAGs that can be drawn, and for each that cannot a text that names it."""
    drawn: list[DAG] = []
    faults: list[str] = []
    for position, raw in enumerate(manifest.entries):
        try:
            entry = parse_dag(raw)
            refuse_second(entry.id, drawn)
            drawn.append(draw_dag(entry, manifest))
        except Exception as error:  # noqa: BLE001 whatever is wrong with one entry is no matter of the others
            name = raw.get("id") if isinstance(raw, dict) else None
            faults.append(f"{name or f'entry {position}'}: {error}")
    return drawn, faults


def draw_dag(entry: DagEntry, manifest: Manifest) -> DAG:
    """One DAG with its tasks; raises where Airflow refuses it."""
    dag = DAG(
        dag_id=entry.id,
        description=entry.description,
        doc_md=entry.doc,
        schedule=None if entry.schedule is None else CronTriggerTimetable(entry.schedule, timezone="UTC"),
        start_date=datetime.fromisoformat(entry.start).replace(tzinfo=UTC),
        # A run looks at the last days as they are now: what was missed is in the next one.
        catchup=False,
        max_active_runs=entry.max_active_runs,
        max_active_tasks=entry.max_active_tasks,
        tags=entry.tags,
        params={field["name"]: draw_param(field) for field in entry.fields},
    )
    operator = pick_operator(manifest.runner)
    tasks: dict[str, Any] = {}
    for task in entry.tasks:
        step = Step(task, entry, manifest.environment, manifest.runner, manifest.alerts)
        tasks[task.id] = draw_task(operator, step, dag, tasks)
        for before in task.after:
            if before == task.id or before not in tasks:
                raise BrokenManifestError(f"{task.id} comes after {before}, which is not before it")
            tasks[before] >> tasks[task.id]
    # What Airflow would refuse later, with an import error that stops all DAGs of the file, it refuses here.
    # It looked at the form when the DAG was made; looking again would take longer than drawing.
    dag.timetable.validate()
    return dag


def refuse_second(name: str, drawn: list[DAG]) -> None:
    """Airflow would silently keep one of the two."""
    if any(dag.dag_id == name for dag in drawn):
        raise BrokenManifestError("there is another of this name")


def draw_param(field: Json) -> Param:
    """A field of the form; without a default it must be filled in."""
    default = {"default": field["default"]} if "default" in field else {}
    return Param(**default, **field["schema"])


def draw_task(operator: type, step: Step, dag: DAG, drawn: dict[str, Any]) -> Any:
    """One task, or one for each item of another's result."""
    arguments = build_arguments(step)
    spread = step.task.spread
    if spread is None:
        # Told of its DAG afterwards: told before, each task would take a copy of the form, which nobody reads there.
        drawn_task = operator(**arguments)
        dag.add_task(drawn_task)
        return drawn_task
    if spread["task"] not in drawn:
        raise BrokenManifestError(f"{step.task.id} is spread over {spread['task']}, which is not before it")
    mapped = operator.partial(**arguments, dag=dag, map_index_template="{{ task.item }}")
    return mapped.expand(item=drawn[spread["task"]].output)


def build_arguments(step: Step) -> Json:
    """What every operator takes."""
    task: TaskEntry = step.task
    return {
        "task_id": task.id,
        "owner": step.dag.owner,
        "step": step,
        # What follows a skipped task still does what it must.
        "trigger_rule": "none_failed",
        "retries": task.retries,
        "retry_delay": timedelta(seconds=task.retry_delay_seconds),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(seconds=task.max_retry_delay_seconds),
        "execution_timeout": timedelta(seconds=task.timeout_seconds),
        "outlets": [build_asset(outlet["name"], outlet["uri"]) for outlet in task.outlets],
        "on_failure_callback": partial(tell_failure, step=step),
        **({} if task.pool is None else {"pool": task.pool}),
    }


def pick_operator(runner: Json) -> type:
    """By the environment's runner; the amazon provider is imported only where it is used."""
    if runner["type"] == "ecs":
        from shardlift_airflow.ecs_operator import EcsOperator

        return EcsOperator
    from shardlift_airflow.process_operator import ProcessOperator

    return ProcessOperator
