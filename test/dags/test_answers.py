"""What exit codes and lines mean."""

import pytest
from shardlift_airflow.answers import explain, judge, list_days, parse_line


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (0, "done"),
        (99, "skip"),
        (75, "ask-again"),
        (64, "fail"),
        (65, "fail"),
        (70, "fail"),
        (69, "retry"),
        (130, "retry"),
        (143, "retry"),
        (137, "retry"),
        (1, "retry"),
        (127, "retry"),
    ],
)
def test_each_code_has_its_answer(code, answer):
    assert judge(code) == answer


@pytest.mark.parametrize("text", [None, "", "Killed", "[1]", "7", '{"a":'])
def test_a_last_line_that_is_none_is_empty(text):
    assert parse_line(text) == {}


def test_digits_beyond_floats_stay():
    assert parse_line('{"rows": 9218924040658817653}') == {"rows": 9218924040658817653}


ERROR = {"code": "balance", "failed": "Rows differ.", "rule": "equal", "received": "3 and 4", "remedy": "look"}


@pytest.mark.parametrize(
    "line", [{"error": ERROR}, {"notable": [{"day": "d", "outcome": "missing"}, {"day": "e", "error": ERROR}]}]
)
def test_an_error_is_told_in_its_parts(line):
    assert explain(65, line, "much log") == ("Rows differ.\nrule: equal\nreceived: 3 and 4", "look")


def test_without_a_line_the_end_of_the_log_is_told():
    reason, next_step = explain(69, {}, "connecting\nrefused\n")
    assert reason == "connecting\nrefused"
    assert "clear" in next_step


def test_without_anything_the_code_is_told():
    assert explain(137, {}, "") == ("exit code 137", "Look at the log, then clear the task.")


def test_days_are_listed_by_outcome():
    line = {"notable": [{"family": "ga4_events", "day": "2026-11-20", "outcome": "missing"}, "odd", {"outcome": "x"}]}
    assert list_days(line, "missing") == ["ga4_events 2026-11-20"]
    assert list_days({"notable": None}) == []
