"""From task, form and run to a command's words."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from conftest import build_step
from shardlift_airflow.words import build_words, day_before

SCHEDULED = SimpleNamespace(run_type="scheduled", logical_date=datetime(2026, 11, 21, 5, 30, tzinfo=UTC))
BACKFILL = SimpleNamespace(run_type="backfill", logical_date=datetime(2026, 11, 21, 5, 30, tzinfo=UTC))
BASE = ["extract", "--pipeline", "shop", "--environment", "local", "--progress", "lines"]


def test_a_scheduled_run_takes_the_last_days(manifest):
    assert build_words(build_step(manifest), {"days": None, "accept": False}, SCHEDULED) == BASE


def test_the_form_adds_its_flags(manifest):
    params = {"days": "2026-11-01..2026-11-02", "accept": True}
    added = ["--days", "2026-11-01..2026-11-02", "--accept"]
    assert build_words(build_step(manifest), params, SCHEDULED) == BASE + added


def test_a_run_of_airflow_backfill_takes_the_day_before_it_in_the_propertys_zone(manifest):
    assert build_words(build_step(manifest), {}, BACKFILL) == [*BASE, "--days", "2026-11-20"]


def test_days_of_the_form_stand_before_the_runs_own(manifest):
    words = build_words(build_step(manifest), {"days": "2026-11-02"}, BACKFILL)
    assert words == [*BASE, "--days", "2026-11-02"]


def test_a_run_type_may_be_an_enumeration(manifest):
    run = SimpleNamespace(run_type=SimpleNamespace(value="backfill"), logical_date=BACKFILL.logical_date)
    assert build_words(build_step(manifest), {}, run)[-1] == "2026-11-20"


def test_a_run_by_hand_without_a_logical_date_takes_the_last_days(manifest):
    run = SimpleNamespace(run_type="manual", logical_date=None)
    assert build_words(build_step(manifest), {}, run) == BASE


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-11-21T04:59:00+00:00", "America/New_York", "2026-11-19"),
        ("2026-11-21T05:00:00+00:00", "America/New_York", "2026-11-20"),
        ("2026-11-21T00:00:00+00:00", "UTC", "2026-11-20"),
        ("2026-03-29T00:30:00+00:00", "Europe/Berlin", "2026-03-28"),
        ("2026-03-28T23:30:00+00:00", "Europe/Berlin", "2026-03-28"),
    ],
)
def test_days_follow_the_propertys_clock(instant, zone, day):
    assert day_before(datetime.fromisoformat(instant), zone) == day


def test_a_batch_gets_its_days_and_the_forms_pipeline(manifest):
    step = build_step(manifest, "shardlift__backfill", "batch")
    words = build_words(step, {"pipeline": "shop", "go_on": True, "at_once": 2}, SCHEDULED, "2026-11-01..2026-11-09")
    assert words[-5:] == ["--pipeline", "shop", "--yes", "--days", "2026-11-01..2026-11-09"]


def test_the_plan_of_a_backfill_gets_the_whole_form(manifest):
    step = build_step(manifest, "shardlift__backfill", "plan")
    params = {"pipeline": "shop", "first_day": "2026-11-01", "last_day": "2026-11-09", "order": "newest"}
    words = build_words(step, {**params, "batch_days": 7, "dry_run": False}, SCHEDULED)
    given = words[words.index("--pipeline") :]
    assert given == [
        *["--pipeline", "shop", "--first-day", "2026-11-01", "--last-day", "2026-11-09"],
        *["--order", "newest", "--batch-days", "7"],
    ]


@pytest.mark.parametrize("text", ["x; rm -rf ~", "$(reboot)", "`id`", "a\nb", "{{ dag_run }}", "--yes"])
def test_whatever_a_value_is_it_stays_one_word(manifest, text):
    step = build_step(manifest)
    assert build_words(step, {"days": text}, SCHEDULED) == [*BASE, "--days", text]
    hostile = replace(step, task=replace(step.task, argv=["extract", "--pipeline", text]))
    assert build_words(hostile, {}, SCHEDULED) == ["extract", "--pipeline", text]
