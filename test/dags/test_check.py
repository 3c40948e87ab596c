"""Our small check and a whole validator of JSON Schema come to the same verdict on every change of a manifest."""

import copy
import json

import pytest
from conftest import DAGS
from jsonschema import Draft7Validator
from shardlift_airflow.check import find_problem

SCHEMA = json.loads((DAGS / "shardlift_airflow" / "dag-manifest.schema.json").read_text())
ODD = [None, True, 0, -1, 1.5, 2.0, "", "x", "x; rm -rf", "é" * 300, "y" * 5000, [], [1], {}, {"a": 1}]


def list_places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from list_places(inner, (*path, key))


def change(value, path, odd):
    changed = copy.deepcopy(value)
    if not path:
        return odd
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = odd
    return changed


def drop(value, path):
    changed = copy.deepcopy(value)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    return changed


def shrink(manifest):
    """One DAG with two tasks of each kind says all that the whole does, in less time."""
    keep = [entry for entry in manifest["dags"] if entry["kind"] in ("whole", "backfill")][:1]
    backfill = next(entry for entry in manifest["dags"] if entry["kind"] == "backfill")
    keep[0]["tasks"] = [keep[0]["tasks"][3], backfill["tasks"][1]]
    return {**manifest, "dags": keep}


RUNNERS = [
    {"type": "bash", "command": ["shardlift"], "variables": {"A": "b"}},
    {
        **{"type": "ecs", "cluster": "c", "task_definition": "t", "container": "c", "subnets": ["s"]},
        **{"security_groups": ["g"], "log_group": "l", "log_prefix": "p", "region": "r", "variables": {}},
    },
]
ALERTS = [{"type": "webhook", "url": {"from": "env", "name": "HOOK"}}, {"type": "sns", "topic": "arn"}]


@pytest.mark.parametrize(("runner", "alerts"), list(zip(RUNNERS, ALERTS, strict=True)))
def test_every_place_with_every_odd_value(manifest, runner, alerts):
    right = {**shrink(manifest), "runner": runner, "alerts": alerts}
    assert find_problem(SCHEMA, right) is None
    whole = Draft7Validator(SCHEMA)
    places = list(list_places(right))
    wrong = [change(right, path, odd) for path in places for odd in ODD]
    wrong += [drop(right, path) for path in places if path]
    verdicts = [(find_problem(SCHEMA, value) is None, whole.is_valid(value)) for value in wrong]
    differing = [wrong[number] for number, (ours, theirs) in enumerate(verdicts) if ours != theirs]
    assert differing == []
    # Neither says yes, or no, to everything.
    assert 100 < sum(theirs for _, theirs in verdicts) < len(verdicts) - 100


def test_a_keyword_that_it_does_not_know_is_no_silent_yes():
    with pytest.raises(NotImplementedError, match="multipleOf"):
        find_problem({"multipleOf": 2}, 3)
