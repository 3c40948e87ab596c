"""A command as a process of the worker."""

from __future__ import annotations

import subprocess
from typing import Any

from shardlift_airflow.compat import IS_AIRFLOW_2, BaseOperator, list_reschedule_deps
from shardlift_airflow.hold_back import hold_back
from shardlift_airflow.manifest import Step
from shardlift_airflow.run_process import follow_process, start_process, stop_process
from shardlift_airflow.settle import settle
from shardlift_airflow.words import build_words


class ProcessOperator(BaseOperator):
    """Airflow's BashOperator would retry what never gets better, and its sensor never what does.

    `item` is what a mapped task was given.
    """

    ui_color = "#e8f2ec"
    reschedule = True
    if IS_AIRFLOW_2:
        deps = list_reschedule_deps(BaseOperator)

    def __init__(self, *, step: Step, item: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step
        self.item = item
        self.process: subprocess.Popen[str] | None = None

    def execute(self, context: dict[str, Any]) -> Any:
        """Runs the command once and ends the task as the contract says."""
        hold_back(self.step, context)
        words = build_words(self.step, dict(context["params"]), context["dag_run"], self.item)
        runner = self.step.runner
        self.log.info("Command: %s", words)
        self.process = start_process([*runner["command"], *words], runner["variables"])
        return settle(self.step, follow_process(self.process, self.log.info), context)

    def on_kill(self) -> None:
        """Airflow ends the task: the command may reach its next safe step."""
        if self.process is not None and self.process.poll() is None:
            stop_process(self.process)

    @classmethod
    def get_serialized_fields(cls) -> frozenset[str]:
        """The scheduler must know that the task may be put off."""
        return frozenset(super().get_serialized_fields() | {"reschedule"})
