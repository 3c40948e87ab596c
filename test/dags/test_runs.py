"""Whole runs by Airflow itself, over a database of its own: skips, mapped batches, what is resumed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import write_script

# Does what the words say to a file with one line per day, as Shardlift does to a warehouse: twice is once.
COMMAND = """
from datetime import date, timedelta
words = sys.argv[1:]
book = os.environ["BOOK"]
def read():
    return open(book).read().split() if os.path.exists(book) else []
def value(flag):
    return words[words.index(flag) + 1]
with open(book + ".calls", "a") as calls:
    calls.write(json.dumps(words) + chr(10))
if words[0] == "batches":
    first, last = date.fromisoformat(value("--first-day")), date.fromisoformat(value("--last-day"))
    days = [str(first + timedelta(n)) for n in range((last - first).days + 1)]
    todo = [day for day in days if day not in read()]
    if not todo:
        print(json.dumps({"batches": []})); sys.exit(99)
    dry = "--dry-run" in words
    print(json.dumps({"batches": [] if dry else [f"{day}..{day}" for day in reversed(todo)]}))
elif words[0] == "backfill":
    day = value("--days").partition("..")[0]
    if day == os.environ.get("BROKEN"):
        print(json.dumps({"error": {"failed": "Wrong.", "remedy": "Mend."}})); sys.exit(65)
    with open(book, "a") as out:
        out.write(day + chr(10))
    print(json.dumps({"outcome": "done"}))
elif words[0] in os.environ.get("IDLE", "").split(","):
    print(json.dumps({"outcome": "nothing to do"})); sys.exit(99)
else:
    print(json.dumps({"task": words[0], "loaded": {}}))
"""

RUN = """
import json, sys, pendulum
sys.path.insert(0, sys.argv[1])
import shardlift_dags
from airflow.utils.state import TaskInstanceState
dag = getattr(shardlift_dags, sys.argv[2])
import airflow
if not airflow.__version__.startswith("3"):
    import airflow.providers.fab.auth_manager.models  # its users are named by a key of the runs
instant = pendulum.parse(sys.argv[4])
three = airflow.__version__.startswith("3")
given = {"logical_date": instant} if three else {"execution_date": instant}
run = dag.test(run_conf=json.loads(sys.argv[3]), **given)
states = {}
for ti in run.get_task_instances():
    name = ti.task_id if ti.map_index < 0 else f"{ti.task_id}[{ti.map_index}]"
    states[name] = str(getattr(ti.state, "value", ti.state))
print("STATES" + json.dumps([str(getattr(run.state, "value", run.state)), states]))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An Airflow with a database; nothing of it runs."""
    folder = tmp_path_factory.mktemp("home")
    env = {
        **os.environ,
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    }
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=env, check=True, capture_output=True)
    return env


class World:
    """DAG files, a manifest whose command is the script above, and runs one after the other."""

    def __init__(self, folder, manifest, env):
        self.folder, self.env = (
            folder,
            {**env, "BOOK": str(folder / "book"), "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags")},
        )
        manifest["runner"]["command"] = write_script(folder, COMMAND)
        for entry in manifest["dags"]:
            for task in entry["tasks"]:
                task["retries"] = 0
        (folder / "dags" / "shardlift_manifest.json").write_text(json.dumps(manifest))
        self.runs = 0

    def run(self, dag, conf=None, **variables):
        self.runs += 1
        words = [str(self.folder / "dags"), dag, json.dumps(conf or {}), f"2026-11-{self.runs:02}T05:30:00Z"]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", RUN, *words],
            env={**self.env, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        found = [line for line in done.stdout.splitlines() if "STATES" in line]
        assert found, done.stdout[-3000:] + done.stderr[-3000:]
        return json.loads(found[-1].partition("STATES")[2])

    def read_calls(self):
        return [json.loads(line) for line in Path(self.env["BOOK"] + ".calls").read_text().splitlines()]

    def read_days(self):
        return Path(self.env["BOOK"]).read_text().split()


@pytest.fixture
def world(dags_folder, manifest, home):
    return World(dags_folder.parent, manifest, home)


def test_what_follows_a_skipped_task_runs(world):
    state, states = world.run("shardlift__shop", IDLE="extract,crawl,prune")
    assert (state, states) == (
        "success",
        {
            "wait": "success",
            "extract": "skipped",
            "crawl": "skipped",
            "load": "success",
            "refresh": "success",
            "prune": "skipped",
            "reconcile": "success",
        },
    )
    assert [words[0] for words in world.read_calls()] == [
        *("wait", "extract", "crawl", "load", "refresh", "prune", "reconcile")
    ]


FORM = {"pipeline": "shop", "first_day": "2026-11-01", "last_day": "2026-11-04", "batch_days": 1, "at_once": 4}


def test_a_backfill_maps_its_batches_newest_first_and_goes_on_with_what_is_missing(world):
    state, states = world.run("shardlift__backfill", FORM, BROKEN="2026-11-02")
    assert (state, states) == (
        "failed",
        {
            "plan": "success",
            "batch[0]": "success",
            "batch[1]": "success",
            "batch[2]": "failed",
            "batch[3]": "success",
        },
    )
    assert sorted(world.read_days()) == ["2026-11-01", "2026-11-03", "2026-11-04"]
    state, states = world.run("shardlift__backfill", FORM)
    assert (state, states) == ("success", {"plan": "success", "batch[0]": "success"})
    assert sorted(world.read_days()) == ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]
    assert world.read_calls()[-1][-2:] == ["--days", "2026-11-02..2026-11-02"]


def test_a_dry_run_plans_and_does_nothing(world):
    state, states = world.run("shardlift__backfill", {**FORM, "dry_run": True})
    assert (state, states) == ("success", {"plan": "success", "batch": "skipped"})
    assert [words[0] for words in world.read_calls()] == ["batches"]
