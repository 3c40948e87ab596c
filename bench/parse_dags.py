"""CPU seconds that Airflow's own DagBag takes for one DAG file, as a line of JSON."""

import json
import os
import sys
import tempfile
import time
import warnings

warnings.simplefilter("ignore")
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="shardlift-airflow-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"

import airflow  # noqa: E402

try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models.dagbag import DagBag

# What Airflow has in memory long before it comes to ours.
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import shardlift_airflow.draw  # noqa: E402

begun = time.process_time()
try:
    bag = DagBag(sys.argv[1], read_dags_from_db=False, include_examples=False)
except TypeError:
    bag = DagBag(sys.argv[1], include_examples=False)
seconds = time.process_time() - begun
print(json.dumps({"airflow": airflow.__version__, "dags": len(bag.dags), "seconds": seconds, "errors": bag.import_errors}))
