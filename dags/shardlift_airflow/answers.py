"""What a command's exit code and last line mean. Pure."""

from __future__ import annotations

import json
from typing import Any, Literal

Answer = Literal["done", "skip", "ask-again", "fail", "retry"]

_ANSWERS: dict[int, Answer] = {
    0: "done",
    99: "skip",
    75: "ask-again",
    64: "fail",  # configuration: the same tomorrow
    65: "fail",  # data: somebody must look
    70: "fail",  # a fault of Shardlift
    69: "retry",  # something outside
    130: "retry",  # ended: it goes on with what is missing
    143: "retry",
}

_NEXT_STEPS = {
    64: "Correct the configuration, run shardlift compile, and clear the task.",
    65: "Look at the day with shardlift status and reconcile; nothing was made worse.",
    69: "Look at the outside system; the task goes on with what is missing when it is cleared.",
    70: "Report it: this is a fault of Shardlift.",
    75: "See who holds the warehouse or the day, then clear the task.",
}


def judge(code: int) -> Answer:
    """A code that is not ours (a killed process, a missing program) may go away by itself."""
    return _ANSWERS.get(code, "retry")


def parse_line(text: str | None) -> dict[str, Any]:
    """The one line of JSON of a task; empty where there is none, as after a kill."""
    try:
        line = json.loads(text or "")
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def find_error(line: dict[str, Any]) -> dict[str, Any]:
    """The command's error, or the first of one of its days; empty where there is none."""
    return line.get("error") or next((day["error"] for day in _list_notable(line) if day.get("error")), {})


def explain(code: int, line: dict[str, Any], tail: str) -> tuple[str, str]:
    """Why a command failed, and what to do next, in words for people."""
    error = find_error(line)
    parts = [error.get("failed"), *(f"{key}: {error[key]}" for key in ("rule", "received") if error.get(key))]
    reason = "\n".join(part for part in parts if part) or tail.strip()[-1500:] or f"exit code {code}"
    return reason, error.get("remedy") or _NEXT_STEPS.get(code, "Look at the log, then clear the task.")


def list_days(line: dict[str, Any], *outcomes: str) -> list[str]:
    """Days that the line names, `ga4_events 2026-11-20`; with outcomes only those."""
    return [
        f"{day.get('family')} {day.get('day')}"
        for day in _list_notable(line)
        if not outcomes or day.get("outcome") in outcomes
    ]


def _list_notable(line: dict[str, Any]) -> list[dict[str, Any]]:
    notable = line.get("notable")
    return [day for day in notable if isinstance(day, dict)] if isinstance(notable, list) else []
