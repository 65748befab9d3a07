"""One object to one file, several ranges at a time: a single stream from S3 does not fill the network."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .object_source import ObjectFacts, ObjectSource

_RANGE_BYTES = 32 * 1024 * 1024
_AT_ONCE = 8


def download(
    source: ObjectSource, bucket: str, key: str, *, facts: ObjectFacts, target: Path, check: Callable[[], None]
) -> None:
    """Writes the whole object; every range is of the version in `facts`. `check` may raise between ranges.

    On any error the file is incomplete and the caller removes it.
    """
    starts = range(0, facts.size, _RANGE_BYTES)
    file = os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o644)

    def fetch(start: int) -> None:
        check()
        data = source.read(bucket, key, facts, start, min(_RANGE_BYTES, facts.size - start))
        written = 0
        while written < len(data):
            written += os.pwrite(file, data[written:], start + written)

    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        os.truncate(file, facts.size)
        for done in [pool.submit(fetch, start) for start in starts]:
            done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        os.close(file)
