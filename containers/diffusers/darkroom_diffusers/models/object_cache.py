"""Model files on the local disk: each version of an S3 object once, at most so many bytes, least recently used first
out, never one that is in use."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .disk_room import DiskRoom
from .model_ref import ModelRef
from .object_source import ObjectFacts, ObjectSource
from .ranged_download import download
from .single_flight import SingleFlight

log = logging.getLogger("darkroom.cache")


def _entry_id(ref: ModelRef, facts: ObjectFacts) -> str:
    return hashlib.sha256(f"{ref.bucket}\n{ref.key}\n{facts.etag}".encode()).hexdigest()[:40]


class ObjectCache:
    """A directory of `<id>/<file name>`; an entry appears in it only when it is complete."""

    def __init__(self, directory: Path, limit_bytes: int, source: ObjectSource) -> None:
        self._directory = directory
        self._source = source
        self._flights = SingleFlight()
        self._room = DiskRoom(limit_bytes, self._remove)
        directory.mkdir(parents=True, exist_ok=True)
        self._restore()

    def _restore(self) -> None:
        for path in self._directory.glob("*.part"):
            shutil.rmtree(path, ignore_errors=True)
        entries = sorted(
            (path for path in self._directory.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime
        )
        for path in entries:
            self._room.restore(path.name, sum(file.stat().st_size for file in path.iterdir()))

    def _remove(self, entry_id: str) -> None:
        log.info("evicting %s", entry_id)
        shutil.rmtree(self._directory / entry_id, ignore_errors=True)
        shutil.rmtree(self._directory / f"{entry_id}.part", ignore_errors=True)

    @contextmanager
    def file(self, ref: ModelRef, facts: ObjectFacts, check: Callable[[], None]) -> Iterator[Path]:
        """The file of this version of the object, kept while the context is open."""
        entry_id = _entry_id(ref, facts)
        with self._flights.alone(entry_id):
            check()
            if not self._room.use(entry_id):
                self._fetch(entry_id, ref, facts, check)
        path = self._directory / entry_id / ref.model_name.rpartition("/")[2]
        try:
            os.utime(path.parent)
            yield path
        finally:
            self._room.release(entry_id)

    def _fetch(self, entry_id: str, ref: ModelRef, facts: ObjectFacts, check: Callable[[], None]) -> None:
        self._room.reserve(entry_id, facts.size)
        part = self._directory / f"{entry_id}.part"
        started = time.monotonic()
        try:
            part.mkdir()
            target = part / ref.model_name.rpartition("/")[2]
            download(self._source, ref.bucket, ref.key, facts=facts, target=target, check=check)
            part.rename(self._directory / entry_id)
        except BaseException:
            self._room.forget(entry_id)
            raise
        log.info("fetched s3://%s/%s, %d bytes in %.1f s", ref.bucket, ref.key, facts.size, time.monotonic() - started)
