"""A world for each test: DAG files, a manifest that `shardlift compile` wrote, and commands that are small scripts."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# Before anything of Airflow is imported: nothing of this machine's Airflow is touched.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="shardlift-airflow-")
atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = os.environ["AIRFLOW_HOME"] + "/dags"

import pytest  # noqa: E402

ROOT = Path(__file__).parents[2]
DAGS = ROOT / "dags"
sys.path.insert(0, str(DAGS))

PIPELINES = {
    "shop": ("daily", "30 5 * * *"),
    "app": ("daily, intraday", "0 */3 * * *"),
}

Json = dict[str, Any]


def write_config(folder: Path, pipelines: dict[str, tuple[str, str]], *lines: str) -> None:
    (folder / "pipelines").mkdir(parents=True)
    (folder / "environments").mkdir()
    for name, (shards, schedule) in pipelines.items():
        text = (
            f"name: {name}\nowner: {name}@example.com\n"
            "property: { dataset: analytics_1, time_zone: America/New_York, start: 2026-11-01 }\n"
            f"families: [{{ family: ga4_events, table: shop.{name.replace('-', '_')}, shards: [{shards}] }}]\n"
            f'schedule: "{schedule}"\n'
        )
        (folder / "pipelines" / f"{name}.yaml").write_text(text)
    environment = [
        "source: { type: files, root: ./source }",
        "lake: { type: folder, root: ./lake }",
        "warehouse: { type: duckdb, path: ./w.duckdb }",
        *lines,
    ]
    (folder / "environments" / "local.yaml").write_text("\n".join(environment) + "\n")


def compile_manifest(folder: Path, to: Path) -> None:
    node = str(ROOT / "node_modules" / ".bin" / "node")
    words = [node, "bin/shardlift.mjs", "compile", "--config", str(folder), "--to", str(to)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)


def copy_dags(to: Path) -> None:
    shutil.copytree(DAGS, to, ignore=shutil.ignore_patterns("shardlift_manifest.json", "__pycache__"))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Json:
    """What compile makes of two pipelines on one machine."""
    folder = tmp_path_factory.mktemp("compiled")
    write_config(folder, PIPELINES, "airflow: { retry_delay: 1 second, poke: 5 minutes }")
    compile_manifest(folder, folder / "dags")
    return json.loads((folder / "dags" / "shardlift_manifest.json").read_text())


@pytest.fixture
def manifest(compiled: Json) -> Json:
    """A copy to change."""
    return json.loads(json.dumps(compiled))


@pytest.fixture
def dags_folder(tmp_path: Path) -> Path:
    """The files of `dags/`, without a manifest."""
    copy_dags(tmp_path / "dags")
    return tmp_path / "dags"


def write_script(folder: Path, text: str) -> list[str]:
    """A command in place of Shardlift's: this Python, with a script."""
    script = folder / "command.py"
    script.write_text(f"import json, os, signal, sys, time\n{text}\n")
    return [sys.executable, "-S", str(script)]


def build_step(manifest: Json, dag: str = "shardlift__shop", task: str = "extract", **changes: Any) -> Any:
    from dataclasses import replace

    from shardlift_airflow.manifest import Step, parse_dag

    entry = parse_dag(next(raw for raw in manifest["dags"] if raw["id"] == dag))
    found = next(one for one in entry.tasks if one.id == task)
    return Step(replace(found, **changes), entry, manifest["environment"], manifest["runner"], manifest["alerts"])


def build_context(**changes: Any) -> Json:
    """What Airflow hands to a task, as far as ours read it."""
    now = datetime.now(UTC)
    run = SimpleNamespace(run_type="scheduled", logical_date=now, start_date=now, run_id="r1")
    ti = SimpleNamespace(map_index=-1, dag_id="d", task_id="t", run_id="r1", log_url="http://airflow/log/1")
    events: Any = defaultdict(lambda: SimpleNamespace(extra=None))
    return {"params": {}, "dag_run": run, "ti": ti, "outlet_events": events, **changes}
