"""Runs a program and tells what it and all that it started have taken: seconds, CPU seconds, memory at once.

usage: measure.py PROGRAM [ARGUMENT ...]; one line of JSON on stdout. Linux only: it reads /proc.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

EVERY_S = 0.2
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
# Places in /proc/<pid>/stat behind the program's name.
SESSION, USER, SYSTEM, RESIDENT = 3, 11, 12, 21


def read_processes(session: int) -> dict[int, tuple[float, int]]:
    """CPU seconds and bytes of each process of the session, whoever its parent is by now."""
    found: dict[int, tuple[float, int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[SESSION]) == session:
            cpu = (int(fields[USER]) + int(fields[SYSTEM])) / TICKS
            found[int(path.parent.name)] = (cpu, int(fields[RESIDENT]) * PAGE)
    return found


def main(command: list[str]) -> int:
    started = time.monotonic()
    cpu: dict[int, float] = {}
    peak = 0
    with subprocess.Popen(command, start_new_session=True, stdout=sys.stderr) as program:
        while program.poll() is None:
            processes = read_processes(program.pid)
            cpu |= {pid: seconds for pid, (seconds, _) in processes.items()}
            peak = max(peak, sum(size for _, size in processes.values()))
            time.sleep(EVERY_S)
    seconds = time.monotonic() - started
    print(json.dumps({"seconds": seconds, "cpuSeconds": sum(cpu.values()), "peakMb": peak / 1e6}))
    return program.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
