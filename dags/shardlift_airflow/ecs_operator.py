"""A command as a task of ECS. Imported only where the environment names that runner: it needs the amazon provider."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from airflow.providers.amazon.aws.operators.ecs import EcsRunTaskOperator

from shardlift_airflow.compat import IS_AIRFLOW_2, list_reschedule_deps
from shardlift_airflow.hold_back import hold_back
from shardlift_airflow.manifest import Json, Step
from shardlift_airflow.run_process import Ended
from shardlift_airflow.settle import settle
from shardlift_airflow.words import build_words


class EcsOperator(EcsRunTaskOperator):
    """The provider's operator, which retries 64 and 65 and cannot ask again on 75, with the task contract's ends."""

    reschedule = True
    if IS_AIRFLOW_2:
        deps = list_reschedule_deps(EcsRunTaskOperator)

    def __init__(self, *, step: Step, item: str | None = None, **kwargs: Any) -> None:
        super().__init__(**{**build_ecs_arguments(step.runner), **kwargs})
        self.step = step
        self.item = item
        self.exit_code: int | None = None

    def execute(self, context: dict[str, Any]) -> Any:
        """Starts the task, or joins the one that an earlier try of this task instance left running."""
        hold_back(self.step, context)
        words = build_words(self.step, dict(context["params"]), context["dag_run"], self.item)
        self.overrides = build_overrides(self.step.runner, words)
        return self._settle(super().execute(context), context)

    def execute_complete(self, context: dict[str, Any], event: dict[str, Any] | None = None) -> Any:
        """The same after a deferral."""
        return self._settle(super().execute_complete(context, event), context)

    def _settle(self, message: str | None, context: dict[str, Any]) -> Any:
        return settle(self.step, Ended(self.exit_code or 0, message or "", message or ""), context)

    def _check_success_task(self) -> None:
        """A container that gave an exit code ended as the contract says; one that gave none never ran."""
        response = self.client.describe_tasks(cluster=self.cluster, tasks=[self.arn])
        self.exit_code = read_exit_code(response, self.step.runner["container"])
        if self.exit_code is None:
            super()._check_success_task()

    @classmethod
    def get_serialized_fields(cls) -> frozenset[str]:
        """The scheduler must know that the task may be put off."""
        return frozenset(super().get_serialized_fields() | {"reschedule"})


def build_ecs_arguments(runner: Json) -> Json:
    """What the provider's operator takes for every command."""
    network = {
        "subnets": runner["subnets"],
        "securityGroups": runner["security_groups"],
        "assignPublicIp": "DISABLED",
    }
    return {
        "cluster": runner["cluster"],
        "task_definition": runner["task_definition"],
        "container_name": runner["container"],
        "launch_type": "FARGATE",
        # The cost tags of the task definition: AWS tells whose a task was by its own.
        "propagate_tags": "TASK_DEFINITION",
        "overrides": {},
        "network_configuration": {"awsvpcConfiguration": network},
        "awslogs_group": runner["log_group"],
        "awslogs_stream_prefix": runner["log_prefix"],
        "awslogs_region": runner["region"],
        "region_name": runner["region"],
        "reattach": True,
        "skip_on_exit_code": [99],
        # Waiting costs no worker where the provider can: its triggers need this package.
        "deferrable": find_spec("aiobotocore") is not None,
    }


def build_overrides(runner: Json, words: list[str]) -> Json:
    """The words as a list, which ECS hands to the program as they are; at most 8,192 characters in all."""
    variables = [{"name": name, "value": value} for name, value in runner["variables"].items()]
    return {"containerOverrides": [{"name": runner["container"], "command": words, "environment": variables}]}


def read_exit_code(response: Json, container: str) -> int | None:
    """Exit code of our container; None where it has none."""
    containers = [one for task in response["tasks"] for one in task.get("containers", [])]
    return next((one.get("exitCode") for one in containers if one.get("name") == container), None)
