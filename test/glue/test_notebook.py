"""The notebook in docs: its cells run from the first to the last, and find what the change changed."""

import json
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]
NOTEBOOK = CHECKOUT / "docs" / "notebooks" / "try-a-rule.ipynb"


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(NOTEBOOK.read_text())
    return made


def test_it_is_a_notebook_of_version_4_without_outputs(notebook: dict[str, Any]) -> None:
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    needed = {"markdown": {"cell_type", "id", "metadata", "source"}}
    needed["code"] = needed["markdown"] | {"execution_count", "outputs"}
    for cell in notebook["cells"]:
        assert set(cell) == needed[cell["cell_type"]]
        assert cell.get("outputs", []) == []


def test_its_cells_run_in_order(notebook: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(NOTEBOOK.parent)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    state: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), state)  # noqa: S102

    assert state["before_report"]["balance"]["source"] == 1_000
    rows = state["after_report"]["balance"]["written"]
    nobody = rows - state["after_report"]["nonNull"]["user_pseudo_id"]
    assert state["changed"].keys() == {"event_params", "user_pseudo_id"}
    assert state["changed"]["user_pseudo_id"] == rows - nobody
    assert state["gone"] == []
