"""A task's life by the command's exit code: real processes, Airflow's own operator classes."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from conftest import build_context, build_step, write_script
from shardlift_airflow import tell
from shardlift_airflow.compat import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
    build_asset,
)
from shardlift_airflow.process_operator import ProcessOperator
from shardlift_airflow.settle import CommandToRetry

LINE = {"task": "extract", "outcome": "done", "rows": 9218924040658817653}


def build_operator(manifest, tmp_path, script, task="extract", dag="shardlift__shop", item=None, **changes):
    manifest["runner"] = {"type": "bash", "command": write_script(tmp_path, script), "variables": {"SEEN": "yes"}}
    step = build_step(manifest, dag, task, **changes)
    return ProcessOperator(task_id=task, step=step, item=item)


def say(code, line=LINE):
    return f"print('log', file=sys.stderr); print({json.dumps(json.dumps(line))}); sys.exit({code})"


def begun(seconds_ago):
    start = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return SimpleNamespace(run_type="scheduled", logical_date=start, start_date=start, run_id="r")


def test_0_gives_the_line_with_all_its_digits(manifest, tmp_path):
    assert build_operator(manifest, tmp_path, say(0)).execute(build_context()) == LINE


def test_the_command_gets_words_and_variables(manifest, tmp_path):
    script = "print(json.dumps({'words': sys.argv[1:], 'seen': os.environ['SEEN']}))"
    operator = build_operator(manifest, tmp_path, script)
    given = operator.execute(build_context(params={"days": "x; rm -rf ~", "accept": True}))
    assert given == {
        "words": [
            *["extract", "--pipeline", "shop", "--environment", "local", "--progress", "lines"],
            *["--days", "x; rm -rf ~", "--accept"],
        ],
        "seen": "yes",
    }


def test_99_is_skipped(manifest, tmp_path):
    with pytest.raises(AirflowSkipException):
        build_operator(manifest, tmp_path, say(99)).execute(build_context())


@pytest.mark.parametrize("code", [64, 65, 70])
def test_64_65_and_70_fail_without_a_retry(manifest, tmp_path, code):
    line = {"error": {"failed": "Wrong.", "remedy": "Mend it."}}
    with pytest.raises(AirflowFailException, match=f"exit code {code}: Wrong.\nto do: Mend it."):
        build_operator(manifest, tmp_path, say(code, line)).execute(build_context())


@pytest.mark.parametrize("code", [69, 130, 143, 137, 1])
def test_69_and_what_ended_from_outside_is_retried(manifest, tmp_path, code):
    with pytest.raises(AirflowException) as caught:
        build_operator(manifest, tmp_path, say(code)).execute(build_context())
    assert not isinstance(caught.value, (AirflowFailException, AirflowSkipException, AirflowRescheduleException))


def test_75_is_asked_again_after_the_environments_pace(manifest, tmp_path):
    before = datetime.now(UTC)
    with pytest.raises(AirflowRescheduleException) as caught:
        build_operator(manifest, tmp_path, say(75)).execute(build_context())
    later = caught.value.reschedule_date - before
    assert timedelta(minutes=5) <= later < timedelta(minutes=6)


def test_wait_asks_again_while_the_run_is_patient_then_lets_it_go_on(manifest, tmp_path):
    operator = build_operator(manifest, tmp_path, say(75), task="wait")
    patience = operator.step.task.patience_seconds
    assert patience == 36 * 3600
    with pytest.raises(AirflowRescheduleException):
        operator.execute(build_context(dag_run=begun(patience - 60)))
    assert operator.execute(build_context(dag_run=begun(patience + 1))) == LINE


def test_others_have_their_tries_left_when_patience_is_over(manifest, tmp_path):
    operator = build_operator(manifest, tmp_path, say(75), task="load")
    with pytest.raises(CommandToRetry, match="who holds"):
        operator.execute(build_context(dag_run=begun(operator.step.task.patience_seconds + 1)))


@pytest.mark.parametrize(
    "line",
    [
        {"error": {"failed": "The warehouse file is held."}},
        {"notable": [{"day": "2026-11-20", "outcome": "waiting", "error": {"failed": "The warehouse file is held."}}]},
    ],
)
def test_none_goes_on_without_having_looked(manifest, tmp_path, line):
    operator = build_operator(manifest, tmp_path, say(75, line), task="reconcile")
    with pytest.raises(CommandToRetry, match="is held"):
        operator.execute(build_context(dag_run=begun(operator.step.task.patience_seconds + 1)))


def test_reconcile_lets_days_under_way_be_after_an_hour(manifest, tmp_path):
    line = {"task": "reconcile", "outcome": "does not balance yet", "differences": 1}
    operator = build_operator(manifest, tmp_path, say(75, line), task="reconcile")
    with pytest.raises(AirflowRescheduleException):
        operator.execute(build_context(dag_run=begun(3000)))
    assert operator.execute(build_context(dag_run=begun(3601))) == line


def test_missing_days_are_told_while_the_task_asks_on(manifest, tmp_path, monkeypatch):
    sent, variables = [], {}
    monkeypatch.setattr(tell, "send_alert", lambda _, alert: sent.append(alert.days) or True)
    monkeypatch.setattr(tell, "read_variable", variables.get)
    monkeypatch.setattr(tell, "write_variable", variables.__setitem__)
    line = {"notable": [{"family": "ga4_events", "day": "2026-11-20", "outcome": "missing"}]}
    operator = build_operator(manifest, tmp_path, say(75, line), task="wait")
    for _ in range(2):
        with pytest.raises(AirflowRescheduleException):
            operator.execute(build_context())
    assert sent == [["ga4_events 2026-11-20"]]


def test_a_load_tells_those_who_follow_its_table(manifest, tmp_path):
    line = {"loaded": {"shop.shop": {"days": ["2026-11-20"], "count": 1, "rows": 7}}}
    context = build_context()
    build_operator(manifest, tmp_path, say(0, line), task="load").execute(context)
    asset = build_asset("local.shop.shop", "shardlift/local/shop/shop")
    extra = {"pipeline": "shop", "days": ["2026-11-20"], "count": 1, "rows": 7}
    assert {key.uri: event.extra for key, event in context["outlet_events"].items()} == {asset.uri: extra}


def test_a_skipped_load_tells_nobody(manifest, tmp_path):
    context = build_context()
    with pytest.raises(AirflowSkipException):
        build_operator(manifest, tmp_path, say(99), task="load").execute(context)
    assert dict(context["outlet_events"]) == {}


def test_the_plan_of_a_backfill_gives_its_batches(manifest, tmp_path):
    line = {"batches": ["2026-11-02..2026-11-03", "2026-11-01..2026-11-01"]}
    operator = build_operator(manifest, tmp_path, say(0, line), "plan", "shardlift__backfill")
    assert operator.execute(build_context(params={"pipeline": "shop"})) == line["batches"]


def test_a_plan_without_batches_in_its_line_fails(manifest, tmp_path):
    operator = build_operator(manifest, tmp_path, say(0, {}), "plan", "shardlift__backfill")
    with pytest.raises(AirflowFailException, match="batches"):
        operator.execute(build_context())


def build_batch(manifest, tmp_path, index, states, at_once=2):
    script = "print(json.dumps(sys.argv[-2:]))"
    operator = build_operator(manifest, tmp_path, script, "batch", "shardlift__backfill", item="2026-11-01..2026-11-01")
    named = {"r": {f"batch_{other}": state for other, state in states.items()}}
    instances = [SimpleNamespace(task_id="batch", map_index=one, state=state) for one, state in states.items()]
    ti = SimpleNamespace(map_index=index, dag_id="d", task_id="batch", get_task_states=lambda **_: named)
    run = begun(0)
    run.get_task_instances = lambda: instances
    return operator, build_context(ti=ti, dag_run=run, params={"pipeline": "shop", "at_once": at_once})


@pytest.mark.parametrize(
    ("index", "states", "runs"),
    [
        (0, {0: "running", 1: None, 2: None}, True),
        (1, {0: "running", 1: "running", 2: None}, True),
        (2, {0: "running", 1: "queued", 2: "running"}, False),
        (2, {0: "running", 1: "up_for_retry", 2: "running"}, False),
        (2, {0: "success", 1: "running", 2: "running"}, True),
        (2, {0: "skipped", 1: "failed", 2: "running", 3: "running"}, True),
        (3, {0: "success", 1: "up_for_reschedule", 2: None, 3: "running"}, False),
    ],
)
def test_batches_run_so_many_at_once_in_the_plans_order(manifest, tmp_path, index, states, runs):
    operator, context = build_batch(manifest, tmp_path, index, states)
    if runs:
        operator.execute(context)
        assert operator.process.returncode == 0
    else:
        with pytest.raises(AirflowRescheduleException):
            operator.execute(context)
        assert operator.process is None


def test_a_kill_stops_the_command(manifest, tmp_path):
    script = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143)); print('ready', flush=True); time.sleep(60)"
    operator = build_operator(manifest, tmp_path, script)
    operator.log.info = lambda text, *_: operator.on_kill() if text == "ready" else None
    with pytest.raises(AirflowException, match="exit code 143"):
        operator.execute(build_context())
    assert operator.process.returncode == 143


def test_a_kill_before_the_command_is_nothing(manifest, tmp_path):
    build_operator(manifest, tmp_path, say(0)).on_kill()
