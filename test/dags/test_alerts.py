"""Messages and their ways, against a receiver on this machine."""

import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
from shardlift_airflow.alerts import Alert, build_topic_message, build_webhook_body, read_secret, send_alert

ALERT = Alert(
    title="shardlift__shop: load failed in prod",
    pipeline="shop",
    owner="shop@example.com",
    days=["ga4_events 2026-11-20"],
    reason="Rows differ.\nreceived: 3 and 4",
    next_step="Look.",
    log_link="http://airflow/log/1",
)
TEXT = (
    "pipeline: shop (shop@example.com)\ndays: ga4_events 2026-11-20\nreason: Rows differ.\nreceived: 3 and 4\n"
    "to do: Look.\nlog: http://airflow/log/1"
)


class Receiver:
    """Takes posts and answers with a status."""

    def __init__(self, status=200):
        self.got = []
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got.append((self.path, self.headers["Content-Type"], json.loads(body)))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook/T1"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_webhook_gets_a_message_as_slack_takes_it(receiver, monkeypatch):
    monkeypatch.setenv("HOOK", receiver.url + "\n")
    assert send_alert({"type": "webhook", "url": {"from": "env", "name": "HOOK"}}, ALERT) is True
    section = {"type": "mrkdwn", "text": f"*{ALERT.title}*\n{TEXT}"}
    body = {"text": ALERT.title, "blocks": [{"type": "section", "text": section}]}
    assert receiver.got == [("/hook/T1", "application/json", body)]


def test_the_webhooks_address_may_stand_in_a_file(receiver, tmp_path):
    (tmp_path / "hook").write_text(receiver.url)
    assert send_alert({"type": "webhook", "url": {"from": "file", "path": str(tmp_path / "hook")}}, ALERT) is True
    assert len(receiver.got) == 1


def test_no_text_becomes_a_link_or_a_mention():
    body = build_webhook_body(replace(ALERT, reason="<!channel> a & b"))
    assert "&lt;!channel&gt; a &amp; b" in body["blocks"][0]["text"]["text"]


def test_a_message_keeps_slacks_bound():
    assert len(build_webhook_body(replace(ALERT, reason="x" * 9000))["blocks"][0]["text"]["text"]) == 3000


def test_many_days_are_counted():
    body = build_webhook_body(replace(ALERT, days=[f"e 2026-11-{n:02}" for n in range(1, 15)]))
    assert "e 2026-11-10 and 4 more" in body["blocks"][0]["text"]["text"]


def test_a_topic_gets_one_line_of_ascii_as_subject():
    message = build_topic_message(replace(ALERT, title="é" + "x" * 120 + "\nmore"), "arn:aws:sns:r:1:t")
    assert message["Subject"] == "?" + "x" * 99
    assert message["Message"].endswith(TEXT)


def test_a_topic_is_reached_in_its_own_region(monkeypatch):
    import boto3

    calls = []

    def client(name, region_name):
        return SimpleNamespace(publish=lambda **message: calls.append((name, region_name, message["TopicArn"])))

    monkeypatch.setattr(boto3, "client", client)
    topic = "arn:aws:sns:eu-central-1:123456789012:shardlift"
    assert send_alert({"type": "sns", "topic": topic}, ALERT) is True
    assert calls == [("sns", "eu-central-1", topic)]


def test_a_secret_by_arn_is_read_in_its_own_region(monkeypatch):
    import boto3

    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hook"

    def client(name, region_name):
        assert (name, region_name) == ("secretsmanager", "eu-west-1")
        return SimpleNamespace(get_secret_value=lambda **given: {"SecretString": given["SecretId"] + "\n"})

    monkeypatch.setattr(boto3, "client", client)
    assert read_secret({"from": "aws-secret", "arn": arn}) == arn


def test_none_tells_nobody():
    assert send_alert({"type": "none"}, ALERT) is False


@pytest.mark.parametrize("url", ["http://hooks.example.com/T1", "file:///etc/passwd", "ftp://127.0.0.1/"])
def test_an_address_that_is_not_https_is_not_used(url, monkeypatch, caplog):
    monkeypatch.setenv("HOOK", url)
    assert send_alert({"type": "webhook", "url": {"from": "env", "name": "HOOK"}}, ALERT) is False
    assert "ValueError" in caplog.text


def test_a_receiver_that_refuses_fails_nothing_and_its_address_stays_secret(monkeypatch, caplog):
    refusing = Receiver(status=500)
    monkeypatch.setenv("HOOK", refusing.url)
    assert send_alert({"type": "webhook", "url": {"from": "env", "name": "HOOK"}}, ALERT) is False
    refusing.server.shutdown()
    assert len(refusing.got) == 1
    assert "HTTPError" in caplog.text
    assert "T1" not in caplog.text


def test_a_reference_to_nothing_fails_nothing(monkeypatch, caplog):
    monkeypatch.delenv("HOOK", raising=False)
    assert send_alert({"type": "webhook", "url": {"from": "env", "name": "HOOK"}}, ALERT) is False
    assert "KeyError" in caplog.text
