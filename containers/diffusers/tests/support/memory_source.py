"""S3 in memory: an ObjectSource that counts, waits and fails on request."""

from __future__ import annotations

import hashlib
import threading

from darkroom_diffusers.errors import InferenceFailed
from darkroom_diffusers.models.object_source import ObjectFacts


class MemorySource:
    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.reads: list[tuple[str, int, int]] = []
        self.heads = 0
        self.gate: threading.Event | None = None
        self.fail_after: int | None = None

    def put(self, key: str, body: bytes, bucket: str = "models") -> None:
        self.objects[bucket, key] = body

    def head(self, bucket: str, key: str) -> ObjectFacts | None:
        self.heads += 1
        body = self.objects.get((bucket, key))
        return None if body is None else ObjectFacts(hashlib.md5(body).hexdigest(), len(body))

    def read(self, bucket: str, key: str, facts: ObjectFacts, start: int, length: int) -> bytes:
        if self.gate is not None:
            self.gate.wait(10)
        if self.fail_after is not None and len(self.reads) >= self.fail_after:
            raise InferenceFailed("the network went away")
        self.reads.append((key, start, length))
        return self.objects[bucket, key][start : start + length]
