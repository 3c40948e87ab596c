"""A command as a task of ECS: the provider's own operator, with a client that answers as ECS does."""

import json
from types import SimpleNamespace

import pytest
from conftest import build_context, build_step
from shardlift_airflow.compat import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
)

ARN = "arn:aws:ecs:eu-central-1:123456789012:task/shardlift/0a1b"
RUNNER = {
    "type": "ecs",
    "cluster": "shardlift",
    "task_definition": "shardlift:7",
    "container": "command",
    "subnets": ["subnet-0a1b2c3d"],
    "security_groups": ["sg-0a1b2c3d"],
    "log_group": "/ecs/shardlift",
    "log_prefix": "lift",
    "region": "eu-central-1",
    "variables": {"SHARDLIFT_CONFIG": "s3://shop/config/0a1b/"},
}


class Ecs:
    """One task that ends with an exit code; records what it is asked."""

    def __init__(self, exit_code, running=(), stop_code="EssentialContainerExited"):
        self.started = []
        self.running = list(running)
        container = {"name": "command", "lastStatus": "STOPPED"}
        if exit_code is not None:
            container["exitCode"] = exit_code
        sidecar = {"name": "logs", "lastStatus": "STOPPED", "exitCode": 0}
        task = {"stopCode": stop_code, "stoppedReason": "why", "containers": [sidecar, container]}
        self.described = {"failures": [], "tasks": [task]}

    def run_task(self, **options):
        self.started.append(options)
        return {"failures": [], "tasks": [{"taskArn": ARN}]}

    def list_tasks(self, **_):
        return {"taskArns": self.running}

    def describe_tasks(self, **_):
        return self.described

    def get_waiter(self, _):
        return SimpleNamespace(wait=lambda **_: None)


def build_operator(manifest, ecs, line, task="extract", **changes):
    from shardlift_airflow.ecs_operator import EcsOperator

    manifest["runner"] = RUNNER
    operator = EcsOperator(task_id=task, step=build_step(manifest, task=task, **changes), deferrable=False)
    fetcher = SimpleNamespace(
        start=lambda: None,
        stop=lambda: None,
        join=lambda: None,
        get_last_log_message=lambda: json.dumps(line),
        get_last_log_messages=lambda _: [],
    )
    operator._get_task_log_fetcher = lambda: fetcher
    operator.__dict__["client"] = ecs
    return operator


def execute(manifest, ecs, line=None, params=None, **changes):
    operator = build_operator(manifest, ecs, line or {"outcome": "done"}, **changes)
    context = build_context(params=params or {})
    context["ti"].xcom_push = lambda **_: None
    return operator.execute(context)


def test_the_words_go_to_the_container_as_a_list(manifest):
    ecs = Ecs(0)
    assert execute(manifest, ecs, {"rows": 7}, {"days": "x; rm -rf ~"}) == {"rows": 7}
    words = [
        *["extract", "--pipeline", "shop", "--environment", "local", "--progress", "lines"],
        *["--days", "x; rm -rf ~"],
    ]
    variables = [{"name": "SHARDLIFT_CONFIG", "value": "s3://shop/config/0a1b/"}]
    started = ecs.started[0]
    assert started["overrides"] == {
        "containerOverrides": [{"name": "command", "command": words, "environment": variables}]
    }
    assert (started["cluster"], started["taskDefinition"], started["launchType"]) == (
        "shardlift",
        "shardlift:7",
        "FARGATE",
    )
    assert started["propagateTags"] == "TASK_DEFINITION"
    assert started["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"


def test_a_task_that_an_earlier_try_left_running_is_joined(manifest):
    ecs = Ecs(0, running=[ARN])
    assert execute(manifest, ecs) == {"outcome": "done"}
    assert ecs.started == []


def test_99_is_skipped_although_another_container_ended_well(manifest):
    with pytest.raises(AirflowSkipException):
        execute(manifest, Ecs(99))


@pytest.mark.parametrize("code", [64, 65, 70])
def test_64_65_and_70_fail_without_a_retry(manifest, code):
    with pytest.raises(AirflowFailException, match=f"exit code {code}: Wrong."):
        execute(manifest, Ecs(code), {"error": {"failed": "Wrong.", "remedy": "Mend it."}})


def test_75_is_asked_again(manifest):
    with pytest.raises(AirflowRescheduleException):
        execute(manifest, Ecs(75))


@pytest.mark.parametrize("code", [69, 137, 143])
def test_69_and_a_killed_container_are_retried(manifest, code):
    with pytest.raises(AirflowException) as caught:
        execute(manifest, Ecs(code))
    assert not isinstance(caught.value, (AirflowFailException, AirflowSkipException, AirflowRescheduleException))


def test_a_container_that_never_ran_is_retried(manifest):
    with pytest.raises(Exception, match="why") as caught:
        execute(manifest, Ecs(None, stop_code="TaskFailedToStart"))
    assert not isinstance(caught.value, (AirflowFailException, AirflowSkipException, AirflowRescheduleException))


def test_after_a_deferral_the_contract_holds_too(manifest, monkeypatch):
    operator = build_operator(manifest, Ecs(75), {})
    monkeypatch.setattr(operator, "_aws_logs_enabled", lambda: False)
    event = {"status": "success", "task_arn": ARN, "cluster": "shardlift"}
    with pytest.raises(AirflowRescheduleException):
        operator.execute_complete(build_context(), event)
