"""What a task may take follows the container that it runs in."""

import os
from pathlib import Path

import pytest
from shardlift_glue.machine_memory import read_limits, read_machine_memory

GB = 2**30
# What version 1 says where nobody set a limit.
NO_LIMIT = 9_223_372_036_854_771_712
HOST = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def write_files(root: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{content}\n")
    return root


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # Version 2, a container with a name space of its own.
        ({"proc/self/cgroup": "0::/", "sys/fs/cgroup/memory.max": 2 * GB}, [2 * GB]),
        ({"proc/self/cgroup": "0::/", "sys/fs/cgroup/memory.max": "max"}, []),
        # Version 2 on a host: a group above binds as well.
        (
            {
                "proc/self/cgroup": "0::/yarn.slice/container_7",
                "sys/fs/cgroup/yarn.slice/memory.max": 8 * GB,
                "sys/fs/cgroup/yarn.slice/container_7/memory.max": 3 * GB,
            },
            [3 * GB, 8 * GB],
        ),
        # Version 1; the path is the host's, and what is mounted is the container's own group.
        (
            {
                "proc/self/cgroup": "12:cpu,cpuacct:/docker/1f\n4:memory:/docker/1f\n1:name=systemd:/docker/1f",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": GB,
                "sys/fs/cgroup/cpu,cpuacct/docker/1f/memory.limit_in_bytes": 1,
            },
            [GB],
        ),
        ({"proc/self/cgroup": "4:memory:/", "sys/fs/cgroup/memory/memory.limit_in_bytes": NO_LIMIT}, [NO_LIMIT]),
        # No control groups at all.
        ({}, []),
    ],
)
def test_limits_of_control_groups_are_read(tmp_path: Path, files: dict[str, object], expected: list[int]) -> None:
    assert sorted(read_limits(write_files(tmp_path, files))) == expected


@pytest.mark.parametrize(("limit", "expected"), [(HOST // 4, HOST // 4), (NO_LIMIT, HOST), ("max", HOST)])
def test_memory_is_the_containers_where_that_is_less(tmp_path: Path, limit: object, expected: int) -> None:
    files = {"proc/self/cgroup": "0::/", "sys/fs/cgroup/memory.max": limit}
    assert read_machine_memory(write_files(tmp_path, files)) == expected


def test_a_process_of_this_machine_has_no_more_than_the_machine() -> None:
    assert 0 < read_machine_memory() <= HOST
