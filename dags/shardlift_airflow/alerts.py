"""Tells people: a message from what is known, and its way to a webhook or a topic."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 10
_NAMED_DAYS = 10
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alert:
    """What people are told."""

    title: str
    pipeline: str
    owner: str
    days: list[str]
    reason: str
    next_step: str
    log_link: str


def render_text(alert: Alert) -> str:
    """Lines of plain text."""
    more = len(alert.days) - _NAMED_DAYS
    days = ", ".join(alert.days[:_NAMED_DAYS]) + (f" and {more} more" if more > 0 else "")
    lines = [
        alert.title,
        f"pipeline: {alert.pipeline} ({alert.owner})",
        f"days: {days or 'the last days'}",
        f"reason: {alert.reason}",
        f"to do: {alert.next_step}",
        f"log: {alert.log_link}",
    ]
    return "\n".join(lines)


def build_webhook_body(alert: Alert) -> dict[str, Any]:
    """A message as Slack takes it. Its special characters are escaped: no text becomes a link or a mention."""
    text = render_text(alert).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    title, _, rest = text.partition("\n")
    block = {"type": "section", "text": {"type": "mrkdwn", "text": f"*{title}*\n{rest}"[:3000]}}
    return {"text": title, "blocks": [block]}


def build_topic_message(alert: Alert, topic: str) -> dict[str, str]:
    """Arguments for SNS: subjects are one line of ASCII, at most 100 characters."""
    subject = " ".join(alert.title.split()).encode("ascii", "replace").decode()[:100]
    return {"TopicArn": topic, "Subject": subject, "Message": render_text(alert)}


def send_alert(route: dict[str, Any], alert: Alert) -> bool:
    """Whether it was sent. A route that fails is logged and never fails the task: the task's own end counts more."""
    try:
        if route["type"] == "webhook":
            _post(read_secret(route["url"]), build_webhook_body(alert))
        elif route["type"] == "sns":
            _publish(build_topic_message(alert, route["topic"]))
    except Exception as error:  # noqa: BLE001 whatever it is
        # The address is a secret, and errors of urllib may hold it.
        _log.error("The alert %r was not sent: %s", alert.title, type(error).__name__)
        return False
    return route["type"] != "none"


def read_secret(reference: dict[str, str]) -> str:
    """Resolves a reference where it is used, as the commands do."""
    if reference["from"] == "env":
        return os.environ[reference["name"]].strip()
    if reference["from"] == "file":
        return Path(reference["path"]).read_text(encoding="utf-8").strip()
    import boto3

    client = boto3.client("secretsmanager", region_name=reference["arn"].split(":")[3])
    return str(client.get_secret_value(SecretId=reference["arn"])["SecretString"]).strip()


def _post(url: str, body: dict[str, Any]) -> None:
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError("a webhook is reached by https")
    headers = {"Content-Type": "application/json"}
    request = Request(url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310 checked above
    with urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
        pass


def _publish(message: dict[str, str]) -> None:
    import boto3

    boto3.client("sns", region_name=message["TopicArn"].split(":")[3]).publish(**message)
