"""The body of `/invocations`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidPayload, UnsupportedTask
from ..models.s3_location import parse_s3

TASKS = ("txt2img", "img2img", "extra-single-image", "rembg")
ReadObject = Callable[[str, str], bytes | None]


@dataclass(frozen=True)
class Invocation:
    """`models` is still unread; `payload` is the A1111 object, wherever it came from."""

    task: str
    models: Any
    payload: Mapping[str, Any]


def _json_object(where: str, text: str | bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidPayload(f"{where} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidPayload(f"{where} must be a JSON object.")
    return value


def _payload(body: Mapping[str, Any], read_object: ReadObject) -> Mapping[str, Any]:
    inline = body.get("payload_string")
    if isinstance(inline, dict):
        return inline
    if inline is not None:
        if not isinstance(inline, str):
            raise InvalidPayload("payload_string must be a JSON text.")
        return _json_object("payload_string", inline)
    if body.get("param_s3") is None:
        raise InvalidPayload("payload_string and param_s3 are both missing; one of them must hold the parameters.")
    bucket, key = parse_s3("param_s3", body["param_s3"])
    text = read_object(bucket, key)
    if text is None:
        raise InvalidPayload(f"param_s3: there is no object s3://{bucket}/{key}.")
    return _json_object("param_s3", text)


def read_invocation(raw: bytes, read_object: ReadObject) -> Invocation:
    """`read_object(bucket, key)` returns the bytes, or None. Raises InvalidPayload, UnsupportedTask."""
    body = _json_object("The body", raw)
    task = body.get("task")
    if not isinstance(task, str):
        raise InvalidPayload(f"task must be one of {', '.join(TASKS)}.")
    if task not in TASKS:
        raise UnsupportedTask(f"task {task!r} is not supported by this container; it does {', '.join(TASKS)}.")
    return Invocation(task, body.get("models"), _payload(body, read_object))
