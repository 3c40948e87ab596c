"""How much memory a process may have: the machine's, or less where it runs in a container."""

import os
from pathlib import Path

# By the version of Linux's control groups: where their folders lie, and the file that tells the limit.
UNIFIED = ("sys/fs/cgroup", "memory.max")
LEGACY = ("sys/fs/cgroup/memory", "memory.limit_in_bytes")


def read_machine_memory(root: Path = Path("/")) -> int:
    """The smallest of all that bound this process; `root` is where `/proc` and `/sys` are."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([total, *read_limits(root)])


def read_limits(root: Path) -> list[int]:
    """Limits of this process's control groups; none where nobody set one, or the system has none."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    return [limit for line in lines for limit in read_line_limits(root, line)]


def read_line_limits(root: Path, line: str) -> list[int]:
    """Of one line `number:controllers:path`; version 2 names no controllers."""
    _, controllers, path = line.split(":", 2)
    if controllers and "memory" not in controllers.split(","):
        return []
    folder, name = LEGACY if controllers else UNIFIED
    top = root / folder
    own = top / path.lstrip("/")
    # Groups above bind too. Inside of a container the path may be the host's, and the top is the container's own group.
    groups = [own, *own.parents[: len(own.parts) - len(top.parts)]]
    limits = [read_limit(group / name) for group in {*groups, top}]
    return [limit for limit in limits if limit is not None]


def read_limit(path: Path) -> int | None:
    """None where there is no such file, or no limit: `max`, or in version 1 a number beyond any machine."""
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isascii() and text.isdigit() else None
