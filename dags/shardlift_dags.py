"""Every pipeline as a DAG of Airflow: reads shardlift_manifest.json, which `shardlift compile` wrote beside it."""

import sys
from pathlib import Path

_folder = Path(__file__).parent
if str(_folder) not in sys.path:
    sys.path.append(str(_folder))

from shardlift_airflow.draw import draw_dags  # noqa: E402
from shardlift_airflow.manifest import read_manifest  # noqa: E402

# Entries that cannot be drawn are told by shardlift_faults.py: an import error here would stop all DAGs of this file.
_drawn, _ = draw_dags(read_manifest(_folder / "shardlift_manifest.json"))
globals().update({dag.dag_id: dag for dag in _drawn})
