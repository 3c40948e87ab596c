"""The job's script: lifts the days of a run spec, in tasks of Spark (docs/glue-script.md).

usage: shardlift_extract.py --lake s3://BUCKET/PREFIX --spec KEY --JOB_RUN_ID ID --attempt_deadline_ms MS
    [--NAME VALUE ...], see `options.py`
"""

import signal
import sys
from types import FrameType

from shardlift_glue.cluster import open_spread, read_task_memory
from shardlift_glue.errors import ShardliftError
from shardlift_glue.lake import open_lake
from shardlift_glue.options import Options, parse_options
from shardlift_glue.run import Run, run_days
from shardlift_glue.spec import parse_spec

TERMINATED = 143


class Stopped(BaseException):
    """SIGTERM; no `Exception`, so that nobody takes it for a day's error."""


def raise_stopped(_signal: int, _frame: FrameType | None) -> None:
    raise Stopped


def build_run(options: Options) -> Run:
    lake = open_lake(options.lake)
    # Ages count from here, so the clock is read before anything is written.
    started_at_ms = lake.now_ms()
    spec = parse_spec(options.spec, lake.read(options.spec))
    spread = open_spread(options)
    memory_bytes = options.task_memory_bytes or read_task_memory(spread.context)
    return Run(options, spec, lake, spread, memory_bytes, started_at_ms)


def main(arguments: list[str]) -> None:
    """Raises where a day failed, so that the job service calls the run failed; the reports say more."""
    signal.signal(signal.SIGTERM, raise_stopped)
    try:
        run = build_run(parse_options(arguments))
        failed = run_days(run)
    except Stopped:
        sys.exit(TERMINATED)
    except ShardliftError as error:
        sys.exit(f"The run could not begin or end.\n{error}")
    days = len(run.spec["days"])
    if failed:
        sys.exit(f"{len(failed)} of {days} days failed, each has its report: {', '.join(failed)}")
    print(f"{days} days written", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
