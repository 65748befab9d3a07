"""The HTTP server. The standard library suffices: two routes, one GPU, and nothing to keep patched beside Python."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ..errors import ContainerError, InvalidPayload, error_body
from .health import Health
from .in_flight import InFlight

Invoke = Callable[[bytes], dict[str, object]]

log = logging.getLogger("darkroom.http")


def strict_json(value: Any) -> Any:
    """The same value with numbers that JSON cannot say (Infinity, NaN) as null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): strict_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [strict_json(item) for item in value]
    return value


class Server(ThreadingHTTPServer):
    """Threads, so that `/ping` is answered while an image is drawn."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], health: Health, invoke: Invoke, max_body_bytes: int) -> None:
        super().__init__(address, _Handler)
        self.health = health
        self.invoke = invoke
        self.max_body_bytes = max_body_bytes
        self.in_flight = InFlight()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "darkroom-diffusers"
    server: Server

    def do_GET(self) -> None:
        if self.path.partition("?")[0] == "/ping":
            self._reply(*self.server.health.answer())
        else:
            self._not_routed()

    def do_POST(self) -> None:
        started = time.monotonic()
        if self.path.partition("?")[0] != "/invocations":
            self._not_routed()
            return
        with self.server.in_flight:
            status, body = self._invoke()
            self._reply(status, body)
        log.info("POST /invocations %d in %.2f s", status, time.monotonic() - started)

    def _invoke(self) -> tuple[int, dict[str, object]]:
        try:
            return 200, self.server.invoke(self._read_body())
        except ContainerError as error:
            log.warning("%s: %s", error.name, error.message)
            return error_body(error)
        except Exception as error:  # every other error is told as well: a null body tells nobody anything
            log.exception("request failed")
            return error_body(error)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._read_chunks()
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            raise self._closing(InvalidPayload("Content-Length is missing."))
        self._check_size(int(length))
        return self.rfile.read(int(length))

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while True:
            try:
                size = int(self.rfile.readline(1024).partition(b";")[0].strip(), 16)
            except ValueError as error:
                raise self._closing(InvalidPayload("The chunked body is broken.")) from error
            if size == 0:
                while self.rfile.readline(65536).strip():
                    pass
                return bytes(body)
            self._check_size(len(body) + size)
            body += self.rfile.read(size)
            self.rfile.readline(16)

    def _check_size(self, size: int) -> None:
        if size > self.server.max_body_bytes:
            limit = self.server.max_body_bytes
            raise self._closing(InvalidPayload(f"The body is larger than {limit} bytes; put it into param_s3."))

    def _closing(self, error: InvalidPayload) -> InvalidPayload:
        self.close_connection = True
        return error

    def _not_routed(self) -> None:
        self.close_connection = True
        message = f"{self.command} {self.path} is not routed: GET /ping, POST /invocations."
        self._reply(404, {"error": {"name": "InvalidPayload", "message": message}})

    def _reply(self, status: int, body: dict[str, object]) -> None:
        data = json.dumps(strict_json(body), allow_nan=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)
