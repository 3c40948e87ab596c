"""When people are told, and when not again."""

from types import SimpleNamespace

import pytest
from conftest import build_context, build_step
from shardlift_airflow import tell
from shardlift_airflow.answers import parse_line
from shardlift_airflow.run_process import Ended
from shardlift_airflow.settle import CommandFailed, build_failure


@pytest.fixture
def told(monkeypatch):
    """Alerts that were sent, and Airflow's variables as a dictionary."""
    sent = []
    variables = {}

    def send(route, alert):
        sent.append(alert)
        return route["type"] != "none"

    monkeypatch.setattr(tell, "send_alert", send)
    monkeypatch.setattr(tell, "read_variable", variables.get)
    monkeypatch.setattr(tell, "write_variable", variables.__setitem__)
    return sent, variables


def missing(*days):
    return {"notable": [{"family": "ga4_events", "day": day, "outcome": "missing"} for day in days]}


def step_with_hook(manifest, task="wait"):
    manifest["alerts"] = {"type": "webhook", "url": {"from": "env", "name": "HOOK"}}
    return build_step(manifest, task=task)


def test_a_missing_day_is_told_once_however_often_it_is_asked(manifest, told):
    sent, variables = told
    step = step_with_hook(manifest)
    for days in (["2026-11-20"], ["2026-11-20"], ["2026-11-21", "2026-11-20"]):
        tell.tell_missing(build_context(), step, missing(*days))
    assert [alert.days for alert in sent] == [["ga4_events 2026-11-20"], ["ga4_events 2026-11-21"]]
    assert variables == {
        "shardlift_missing__local__shop": '["ga4_events 2026-11-21", "ga4_events 2026-11-20"]',
    }
    assert sent[0].title == "shardlift__shop: 1 day missing in local"
    assert (sent[0].pipeline, sent[0].owner, sent[0].log_link) == (
        "shop",
        "shop@example.com",
        "http://airflow/log/1",
    )


def test_a_day_that_came_and_went_missing_again_is_told_again(manifest, told):
    sent, _ = told
    step = step_with_hook(manifest)
    for days in (["2026-11-20"], [], ["2026-11-20"]):
        tell.tell_missing(build_context(), step, missing(*days))
    assert len(sent) == 2


def test_a_look_at_some_days_forgets_none_of_the_others(manifest, told):
    sent, _ = told
    step = step_with_hook(manifest)
    tell.tell_missing(build_context(), step, missing("2026-11-20"))
    by_hand = build_context(params={"days": "2026-11-10"})
    tell.tell_missing(by_hand, step, missing("2026-11-10"))
    backfill = build_context()
    backfill["dag_run"].run_type = "backfill"
    tell.tell_missing(backfill, step, missing())
    tell.tell_missing(build_context(), step, missing("2026-11-20"))
    assert [alert.days for alert in sent] == [["ga4_events 2026-11-20"], ["ga4_events 2026-11-10"]]


def test_days_that_only_wait_are_no_news(manifest, told):
    sent, variables = told
    line = {"notable": [{"family": "ga4_events", "day": "2026-11-22", "outcome": "waiting"}]}
    tell.tell_missing(build_context(), step_with_hook(manifest), line)
    assert (sent, variables) == ([], {})


def test_an_alert_that_was_not_sent_is_sent_at_the_next_look(manifest, told, monkeypatch):
    step = step_with_hook(manifest)
    sent, variables = told
    monkeypatch.setattr(tell, "send_alert", lambda *_: False)
    tell.tell_missing(build_context(), step, missing("2026-11-20"))
    assert variables == {}
    monkeypatch.setattr(tell, "send_alert", lambda _, alert: sent.append(alert) or True)
    tell.tell_missing(build_context(), step, missing("2026-11-20"))
    assert len(sent) == 1


def test_variables_that_cannot_be_reached_fail_nothing(manifest, told, monkeypatch):
    def refuse(*_):
        raise ConnectionError("no API")

    sent, _ = told
    monkeypatch.setattr(tell, "read_variable", refuse)
    monkeypatch.setattr(tell, "write_variable", refuse)
    tell.tell_missing(build_context(), step_with_hook(manifest), missing("2026-11-20"))
    assert len(sent) == 1


def test_a_failure_is_told_with_what_the_command_said(manifest, told):
    sent, _ = told
    text = '{"notable": [{"family": "ga4_events", "day": "2026-11-20", "outcome": "failed",' + (
        ' "error": {"code": "balance", "failed": "Rows differ.", "remedy": "Look."}}]}'
    )
    error = build_failure(CommandFailed, Ended(65, text, ""), parse_line(text))
    tell.tell_failure(build_context(exception=error), build_step(manifest, task="load"))
    assert sent == [
        tell.Alert(
            title="shardlift__shop: load failed in local",
            pipeline="shop",
            owner="shop@example.com",
            days=["ga4_events 2026-11-20"],
            reason="Rows differ.",
            next_step="Look.",
            log_link="http://airflow/log/1",
        )
    ]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(RuntimeError("boom"), "boom"), (None, "the task was ended from outside"), ("a text", "a text")],
)
def test_a_failure_of_another_kind_is_told_too(manifest, told, error, reason):
    sent, _ = told
    tell.tell_failure(build_context(exception=error), build_step(manifest))
    assert (sent[0].reason, sent[0].days) == (reason, [])
    assert "clear the task" in sent[0].next_step


def test_a_backfill_names_the_pipeline_of_its_form(manifest, told):
    sent, _ = told
    step = build_step(manifest, "shardlift__backfill", "batch")
    tell.tell_failure(build_context(params={"pipeline": "app"}), step)
    assert sent[0].pipeline == "app"


@pytest.mark.parametrize(
    ("params", "item", "days"),
    [
        ({"days": "2026-11-10..2026-11-12"}, None, ["2026-11-10..2026-11-12"]),
        ({"first_day": "2026-10-01", "last_day": "2026-10-31"}, None, ["2026-10-01..2026-10-31"]),
        ({"first_day": "2026-10-01", "last_day": "2026-10-31"}, "2026-10-05..2026-10-08", ["2026-10-05..2026-10-08"]),
        ({"days": None}, None, []),
    ],
)
def test_a_failure_without_days_of_its_own_names_those_that_were_asked_for(manifest, told, params, item, days):
    sent, _ = told
    tell.tell_failure(build_context(params=params, task=SimpleNamespace(item=item)), build_step(manifest))
    assert sent[0].days == days
