"""`/invocations`: from bytes to the reply's object."""

from __future__ import annotations

import threading
import time

from ..cancel import Cancel
from ..errors import InferenceFailed, InvalidPayload
from ..models.object_source import ObjectSource
from .extra_single_image import extra_single_image
from .invocation import ReadObject, read_invocation
from .rembg import rembg
from .render import Studio, render

_MOST_PARAMETER_BYTES = 256 * 1024 * 1024


def object_reader(source: ObjectSource) -> ReadObject:
    """Reads a whole small object, or None when there is none."""

    def read(bucket: str, key: str) -> bytes | None:
        facts = source.head(bucket, key)
        if facts is None:
            return None
        if facts.size > _MOST_PARAMETER_BYTES:
            raise InvalidPayload(f"param_s3: s3://{bucket}/{key} is larger than {_MOST_PARAMETER_BYTES} bytes.")
        return source.read(bucket, key, facts, 0, facts.size) if facts.size else b""

    return read


class Invoker:
    """Callable with a body. Raises ContainerError, or any other exception for what nobody foresaw."""

    def __init__(self, studio: Studio, timeout_s: float, stop: threading.Event) -> None:
        self._studio = studio
        self._timeout_s = timeout_s
        self._stop = stop

    def __call__(self, body: bytes) -> dict[str, object]:
        status, state = self._studio.health.answer()
        if status != 200:
            raise InferenceFailed(f"The container cannot serve now: {state}")
        cancel = Cancel(time.monotonic, self._timeout_s, self._stop)
        invocation = read_invocation(body, object_reader(self._studio.source))
        if invocation.task == "extra-single-image":
            return extra_single_image(invocation.payload)
        if invocation.task == "rembg":
            return rembg(invocation.payload, self._studio.model_dir)
        return render(self._studio, invocation, cancel)
