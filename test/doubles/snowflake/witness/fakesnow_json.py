"""fakesnow's server, its answers told as JSON rows: the Node driver does not read the Arrow that it sends."""

import base64
import datetime
import json

import pyarrow
from fakesnow.server import app as fakesnow


def cell(value):
    """A value as text, the way the wire has it: dates as days, instants as seconds, booleans as 1 and 0."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime.datetime):
        return f"{value.replace(tzinfo=value.tzinfo or datetime.timezone.utc).timestamp():.9f}"
    if isinstance(value, datetime.date):
        return str((value - datetime.date(1970, 1, 1)).days)
    if isinstance(value, dict) and "epoch" in value:
        return f"{value['epoch']}.{value.get('fraction', 0):09d}"
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def tell_as_json(body):
    answer = json.loads(body)
    data = answer.get("data")
    if not isinstance(data, dict) or "rowtype" not in data:
        return body
    packed = data.pop("rowsetBase64", None)
    if packed:
        table = pyarrow.ipc.open_stream(base64.b64decode(packed)).read_all()
        columns = [column.to_pylist() for column in table.columns]
        data["rowset"] = [[cell(value) for value in row] for row in zip(*columns)]
    data.update(queryResultFormat="json", rowset=data.get("rowset") or [])
    data["returned"] = len(data["rowset"])
    return json.dumps(answer).encode()


async def app(scope, receive, send):
    if scope["type"] != "http" or not scope["path"].endswith("query-request"):
        return await fakesnow(scope, receive, send)
    start, parts = {}, []

    async def collect(message):
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await fakesnow(scope, receive, collect)
    body = tell_as_json(b"".join(parts))
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
