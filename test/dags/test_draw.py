"""Airflow's own DagBag over the files of `dags/`, without a database."""

import cProfile
import itertools
import json
import subprocess
import sys
import time
from collections import Counter

import pytest
from conftest import copy_dags, write_script

CHAIN = ["wait", "extract", "crawl", "load", "refresh", "prune", "reconcile"]


def load(folder, manifest):
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    (folder / "shardlift_manifest.json").write_text(text)
    for name in [name for name in sys.modules if name.startswith("unusual_prefix")]:
        del sys.modules[name]
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag
    options = {"include_examples": False, "safe_mode": True}
    try:
        return DagBag(str(folder), read_dags_from_db=False, **options)
    except TypeError:
        return DagBag(str(folder), **options)


def list_errors(bag):
    return {path.rpartition("/")[2]: text for path, text in bag.import_errors.items()}


def draw_edges(dag):
    return sorted(f"{task.task_id} > {after}" for task in dag.tasks for after in task.downstream_task_ids)


def test_every_entry_is_a_dag(dags_folder, manifest):
    bag = load(dags_folder, manifest)
    assert list_errors(bag) == {}
    assert sorted(bag.dags) == [
        "shardlift__app",
        "shardlift__app__intraday",
        "shardlift__backfill",
        "shardlift__shop",
        "shardlift__sweep",
    ]


def test_a_pipeline_is_its_chain(dags_folder, manifest):
    dag = load(dags_folder, manifest).dags["shardlift__shop"]
    assert draw_edges(dag) == sorted(f"{a} > {b}" for a, b in itertools.pairwise(CHAIN))
    assert (dag.catchup, dag.max_active_runs, sorted(dag.tags)) == (False, 2, ["local", "shardlift", "whole"])
    assert str(dag.start_date.date()) == "2026-11-01"
    entry = next(entry for entry in manifest["dags"] if entry["id"] == dag.dag_id)
    assert (entry["schedule"], type(dag.timetable).__name__) == ("30 5 * * *", "CronTriggerTimetable")


def test_what_follows_a_skip_still_runs_and_waits_grow(dags_folder, manifest):
    dag = load(dags_folder, manifest).dags["shardlift__shop"]
    told = {(task.trigger_rule.value, task.retries, task.retry_delay.seconds) for task in dag.tasks}
    assert told == {("none_failed", 4, 1)}
    assert all(task.retry_exponential_backoff and task.owner == "shop@example.com" for task in dag.tasks)
    assert all(task.on_failure_callback for task in dag.tasks)


def test_an_intraday_pipeline_ends_after_load(dags_folder, manifest):
    dag = load(dags_folder, manifest).dags["shardlift__app__intraday"]
    assert draw_edges(dag) == ["crawl > load", "extract > crawl"]


def test_a_hot_table_is_an_outlet_of_load_alone(dags_folder, manifest):
    dag = load(dags_folder, manifest).dags["shardlift__shop"]
    outlets = {task.task_id: [asset.uri for asset in task.outlets] for task in dag.tasks if task.outlets}
    assert outlets == {"load": ["shardlift/local/shop/shop"]}


def test_batches_are_mapped_over_the_plan(dags_folder, manifest):
    dag = load(dags_folder, manifest).dags["shardlift__backfill"]
    batch = dag.get_task("batch")
    assert type(batch).__name__ == "MappedOperator"
    assert draw_edges(dag) == ["plan > batch"]
    assert batch.partial_kwargs["pool"] == "default_pool"


def fill_in(params, given):
    params.update(given)
    return params.validate()


def test_the_form_refuses_what_its_schema_does(dags_folder, manifest):
    params = load(dags_folder, manifest).dags["shardlift__backfill"].params
    given = {"pipeline": "shop", "first_day": "2026-11-01", "last_day": "2026-11-09"}
    assert fill_in(params, given) == {
        **given,
        "order": "newest",
        "batch_days": 30,
        "at_once": 2,
        "dry_run": False,
        "go_on": False,
    }
    for wrong in ({"pipeline": "x; rm -rf"}, {"order": "random"}, {"at_once": 0}, {"batch_days": "many"}):
        with pytest.raises(Exception, match=next(iter(wrong))):
            fill_in(params, wrong)
        params.update({**given, "order": "newest", "batch_days": 30, "at_once": 2})


def break_task(entry):
    entry["tasks"][1]["retries"] = "many"


def break_order(entry):
    entry["tasks"][0]["after"] = ["reconcile"]


def break_schedule(entry):
    entry["schedule"] = "61 * * * *"


def break_start(entry):
    entry["start"] = "2026-13-01"


def break_twice(entry):
    entry["tasks"][1]["id"] = "wait"


def break_name(entry):
    entry["id"] = "x; rm -rf"


@pytest.mark.parametrize("change", [break_task, break_order, break_schedule, break_start, break_twice, break_name])
def test_a_broken_entry_takes_only_its_own_dag_down_and_is_named(dags_folder, manifest, change):
    entry = next(entry for entry in manifest["dags"] if entry["id"] == "shardlift__shop")
    change(entry)
    bag = load(dags_folder, manifest)
    assert sorted(bag.dags) == [
        "shardlift__app",
        "shardlift__app__intraday",
        "shardlift__backfill",
        "shardlift__sweep",
    ]
    # The file that holds the DAGs has no error: Airflow schedules nothing of one that has.
    errors = list_errors(bag)
    assert list(errors) == ["shardlift_faults.py"]
    assert entry["id"] in errors["shardlift_faults.py"]


def test_two_entries_of_one_name_are_told(dags_folder, manifest):
    manifest["dags"].append(manifest["dags"][0])
    errors = list_errors(load(dags_folder, manifest))
    assert "there is another of this name" in errors["shardlift_faults.py"]


@pytest.mark.parametrize("text", ["{", '{"version": 2}'])
def test_a_manifest_that_is_none_is_an_import_error(dags_folder, text):
    bag = load(dags_folder, text)
    assert (dict(bag.dags), sorted(list_errors(bag))) == ({}, ["shardlift_dags.py", "shardlift_faults.py"])


def test_a_hostile_name_that_slipped_through_stays_a_word(dags_folder, manifest, tmp_path):
    from conftest import build_context

    manifest["runner"]["command"] = write_script(tmp_path, "print(json.dumps(sys.argv[1:]))")
    task = next(entry for entry in manifest["dags"] if entry["id"] == "shardlift__shop")["tasks"][0]
    task["argv"] = ["wait", "--pipeline", f"x; touch {tmp_path}/owned", "{{ params }}"]
    dag = load(dags_folder, manifest).dags["shardlift__shop"]
    operator = dag.get_task("wait")
    said = []
    operator.log.info = lambda text, *_: said.append(text)
    operator.execute(build_context())
    assert json.dumps(task["argv"]) in said
    assert not (tmp_path / "owned").exists()


def test_ecs_draws_the_same_dags_by_another_operator(dags_folder, manifest):
    from test_ecs import RUNNER

    process = load(dags_folder, manifest)
    manifest["runner"] = RUNNER
    ecs = load(dags_folder, manifest)
    assert list_errors(ecs) == {}
    assert {dag.dag_id: draw_edges(dag) for dag in ecs.dags.values()} == {
        dag.dag_id: draw_edges(dag) for dag in process.dags.values()
    }
    kinds = Counter(task.task_type for dag in ecs.dags.values() for task in dag.tasks)
    assert list(kinds) == ["EcsOperator"]


def test_drawing_reaches_no_network_and_imports_nothing_heavy(dags_folder, manifest):
    (dags_folder / "shardlift_manifest.json").write_text(json.dumps(manifest))
    code = (
        "import socket, sys, airflow\n"
        f"sys.path.insert(0, {str(dags_folder)!r})\n"
        "import shardlift_airflow.compat\n"
        "before = set(sys.modules)\n"
        "def refuse(*_): raise OSError('network')\n"
        "socket.socket.connect = refuse\n"
        "import shardlift_dags\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new & {'boto3', 'botocore', 'pandas', 'numpy', 'requests', 'snowflake', 'duckdb'}))\n"
        "print(len([name for name in vars(shardlift_dags) if name.startswith('shardlift__')]))\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["[]", "5"]


def test_drawing_grows_with_the_pipelines_and_no_faster(tmp_path, manifest):
    """A ratio: machines differ, and ours are shared."""

    def measure(count):
        folder = tmp_path / str(count)
        copy_dags(folder)
        entry = next(entry for entry in manifest["dags"] if entry["id"] == "shardlift__shop")
        many = [{**entry, "id": f"shardlift__p{number}", "pipeline": f"p{number}"} for number in range(count)]
        begun = time.process_time()
        bag = load(folder, {**manifest, "dags": many})
        assert len(bag.dags) == count
        return time.process_time() - begun

    measure(5)
    assert measure(200) < 10 * measure(50)


def test_a_dag_takes_a_bounded_number_of_calls(manifest):
    """Counted, since times differ: at 14,000 calls each 300 pipelines take a second or so (npm run bench:dags)."""
    from shardlift_airflow.draw import draw_dags
    from shardlift_airflow.manifest import Manifest

    entry = next(entry for entry in manifest["dags"] if entry["id"] == "shardlift__shop")
    many = [{**entry, "id": f"shardlift__p{number}", "pipeline": f"p{number}"} for number in range(30)]
    whole = Manifest(manifest["environment"], manifest["runner"], manifest["alerts"], many)
    # The first time imports what Airflow imports lazily.
    draw_dags(whole)
    profile = cProfile.Profile()
    profile.enable()
    drawn, faults = draw_dags(whole)
    profile.disable()
    assert (len(drawn), faults) == (30, [])
    calls = sum(entry.callcount for entry in profile.getstats())
    assert calls / len(drawn) < 14_000
