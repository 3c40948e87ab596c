"""What the driver makes of Spark: a context, how many tasks run at once, and the memory of each."""

import atexit
import shutil
import tempfile
import zipfile
from pathlib import Path

from pyspark import SparkConf, SparkContext

from .machine_memory import read_machine_memory
from .options import Options
from .spark_spread import SparkSpread

MIN_TASK_BYTES = 256_000_000
MAX_TASK_BYTES = 4_000_000_000
# What Python, DuckDB's code and its allocator take beside the memory that DuckDB counts.
OVERHEAD_SHARE = 0.35
UNITS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def open_spread(options: Options) -> SparkSpread:
    """Joins the session that Glue or spark-submit has set up; without one, this machine's cores."""
    conf = SparkConf()
    # What is set here stands above the job's own settings. A second attempt at a task beside the first is never wanted;
    # and tasks that may use idle cores must not begin all on the first worker that is there.
    conf.set("spark.speculation", "false").set("spark.scheduler.minRegisteredResourcesRatio", "1.0")
    context = SparkContext.getOrCreate(conf)
    context.setLogLevel("WARN")
    ship_package(context)
    cpus = int(context.getConf().get("spark.task.cpus", "1") or "1")
    return SparkSpread(context, options.slots or max(1, context.defaultParallelism // cpus), cpus)


def ship_package(context: SparkContext) -> None:
    """Workers import this package too; an archive is shipped already by whoever named it to Spark."""
    package = Path(__file__).parent
    if not package.is_dir():
        return
    folder = Path(tempfile.mkdtemp(prefix="shardlift-package-"))
    # Workers ask for it when their first task comes.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    archive = folder / f"{package.name}.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for path in sorted(package.rglob("*")):
            if path.suffix in (".py", ".sql"):
                made.write(path, path.relative_to(package.parent))
    context.addPyFile(str(archive))


def read_task_memory(context: SparkContext) -> int:
    """An equal share of what the worker leaves beside Spark's heap, for as many tasks as it runs at once."""
    conf = context.getConf()
    is_local = (context.master or "").startswith("local")
    heap = conf.get("spark.driver.memory" if is_local else "spark.executor.memory", "1g") or "1g"
    cores = context.defaultParallelism if is_local else int(conf.get("spark.executor.cores", "4") or "4")
    tasks = max(1, cores // int(conf.get("spark.task.cpus", "1") or "1"))
    return choose_task_memory(read_machine_memory(), parse_size(heap), tasks)


def choose_task_memory(total_bytes: int, heap_bytes: int, tasks: int) -> int:
    """DuckDB's own limit in one task."""
    share = int((total_bytes - heap_bytes) * (1 - OVERHEAD_SHARE) / tasks)
    return max(MIN_TASK_BYTES, min(MAX_TASK_BYTES, share))


def parse_size(text: str) -> int:
    """As Spark writes sizes: `10g`, `512m`; a bare number is MB."""
    unit = text[-1].lower()
    return int(text[:-1]) * UNITS[unit] if unit in UNITS else int(text) * UNITS["m"]
