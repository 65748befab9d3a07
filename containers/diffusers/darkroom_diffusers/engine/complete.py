"""Whether a file had all the tensors of its model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import UnsupportedTask


@contextmanager
def complete(what: str) -> Iterator[None]:
    """Around loading. diffusers leaves a tensor that it did not find on the "meta" device and fails on moving it; here
    that becomes UnsupportedTask."""
    try:
        yield
    except NotImplementedError as error:
        if "meta tensor" not in str(error):
            raise
        raise UnsupportedTask(
            f"{what} lacks tensors that its model needs, or is in a layout that is not read."
        ) from error
