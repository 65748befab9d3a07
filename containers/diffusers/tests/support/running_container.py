"""The whole container on a free port of this machine, with an engine and a source of the test's."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from darkroom_diffusers.models.object_source import ObjectSource
from darkroom_diffusers.serve import Container, MakeEngine
from darkroom_diffusers.settings import read_settings


class Client:
    def __init__(self, container: Container, thread: threading.Thread) -> None:
        self.container = container
        self.thread = thread
        self.status: list[int] = []
        self.url = f"http://127.0.0.1:{container.server.server_address[1]}"

    def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, Any]:
        request = urllib.request.Request(self.url + path, data=body, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def ping(self) -> tuple[int, Any]:
        return self.send("GET", "/ping")

    def invoke(self, body: object) -> tuple[int, Any]:
        return self.send("POST", "/invocations", json.dumps(body).encode())

    def draw(self, payload: object, models: object = None, task: str = "txt2img") -> tuple[int, Any]:
        return self.invoke({"task": task, "models": models, "payload_string": json.dumps(payload), "param_s3": None})


@contextmanager
def running_container(directory: Path, source: ObjectSource, make: MakeEngine, **env: str) -> Iterator[Client]:
    settings = read_settings(
        {
            "DARKROOM_BIND_HOST": "127.0.0.1",
            "SAGEMAKER_BIND_TO_PORT": "0",
            "DARKROOM_MODEL_DIR": str(directory / "model"),
            "DARKROOM_CACHE_DIR": str(directory / "cache"),
            "DARKROOM_CACHE_BYTES": "1000000000",
            "DARKROOM_GRACE_S": "5",
            "DARKROOM_DEVICE": "cpu",
            **env,
        }
    )
    container = Container(settings, source, make)
    client: Client
    thread = threading.Thread(target=lambda: client.status.append(container.run()))
    client = Client(container, thread)
    thread.start()
    try:
        yield client
    finally:
        container.stop()
        thread.join(30)
