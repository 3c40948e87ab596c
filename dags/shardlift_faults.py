"""Shows entries of the manifest that are no DAGs as an import error of Airflow; this file has none of its own.

Airflow schedules nothing of a file with an import error, so this is not where DAGs are.
"""

import sys
from pathlib import Path

_folder = Path(__file__).parent
if str(_folder) not in sys.path:
    sys.path.append(str(_folder))

from shardlift_airflow.draw import draw_dags  # noqa: E402
from shardlift_airflow.manifest import BrokenManifestError, read_manifest  # noqa: E402

_, _faults = draw_dags(read_manifest(_folder / "shardlift_manifest.json"))
if _faults:
    raise BrokenManifestError(
        "These DAGs cannot be drawn, all others are:\n" + "\n".join(_faults) + "\nto do: run shardlift compile again"
    )
