"""The script's package lies beside the script; tests of it need no cluster."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "glue-scripts"))

from shardlift_glue.folder_lake import FolderLake
from shardlift_glue.options import LakeOptions, Options
from shardlift_glue.run import Run
from shardlift_glue.spec import Recipe, parse_spec
from shardlift_glue.spread import HereSpread, Spread

FAR_MS = 4_000_000_000_000

BuildRun = Callable[..., Run]


@pytest.fixture
def recipe() -> Recipe:
    """A recipe as TypeScript renders it, kept whole beside this file; a test there keeps it fresh."""
    made: Recipe = json.loads((Path(__file__).parent / "recipe.json").read_text())
    return made


@pytest.fixture
def build_run(tmp_path: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> BuildRun:
    """A run of days in a folder lake; each day is a list of its files."""

    def build(days: dict[str, list[Path]], spread: Spread | None = None, **options: Any) -> Run:
        lake = FolderLake(tmp_path / "lake")
        spec = {"formatVersion": 1, "runKey": "run", "days": [build_day(recipe, *day) for day in days.items()]}
        monkeypatch.setenv("HASH_KEY", "a secret of ours")
        told: dict[str, Any] = {
            "deadline_ms": FAR_MS,
            "hash_key": "env:HASH_KEY",
            "scratch": str(tmp_path / "scratch"),
            "min_task_bytes": 1,
        } | options
        made = Options(lake=LakeOptions(str(tmp_path / "lake")), spec="spec.json", run_id="jr_1", **told)
        parsed = parse_spec("spec.json", json.dumps(spec).encode())
        return Run(made, parsed, lake, spread or HereSpread(slots=2), 300_000_000, 1)

    return build


class Rows:
    """Writes events as newline JSON; equal numbers are exact copies, `n.5` conflicts with `n`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str, numbers: list[float], **changes: object) -> Path:
        path = self.folder / f"{name}.jsonl"
        path.write_text("".join(f"{json.dumps(build_row(number) | changes)}\n" for number in numbers))
        return path


@pytest.fixture
def write_rows(tmp_path: Path) -> Rows:
    return Rows(tmp_path)


def build_row(number: float) -> dict[str, Any]:
    return {
        "event_name": "page_view",
        "event_timestamp": 1_763_600_000_000_000,
        "user_pseudo_id": f"user-{int(number)}",
        "user_id": "somebody",
        "platform": "WEB" if number % 1 == 0 else "IOS",
        "batch_event_index": 1,
    }


def build_day(recipe: Recipe, day: str, files: list[Path]) -> dict[str, Any]:
    parts = [{"path": str(file), "format": read_format(file), "bytes": read_size(file)} for file in files]
    extract = {
        "pipeline": "web-shop",
        "family": "ga4_events",
        "day": day,
        "shard": {"version": {"kind": "daily", "rows": None}, "parts": parts},
        "recipe": recipe,
        "prefix": f"web-shop/ga4_events/day={day}/",
        "duplicatesPrefix": f"web-shop/ga4_events/_duplicates/day={day}/",
    }
    return {"key": f"key of {day}", "extract": extract}


def read_format(file: Path) -> str:
    return file.name.split(".", 1)[1]


def read_size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 1
