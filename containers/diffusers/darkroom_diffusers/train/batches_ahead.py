"""The next batch is read and scaled while the GPU is busy with this one."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from .make_batch import Collection, make_batch
from .noise_loss import Batch
from .training_settings import TrainingSettings


class BatchesAhead:
    """One batch ahead; `batch(position)` gives that of the position, whatever was expected."""

    def __init__(self, settings: TrainingSettings, collection: Collection) -> None:
        self._settings = settings
        self._collection = collection
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._expected: tuple[int, Future[Batch]] | None = None

    def __enter__(self) -> BatchesAhead:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._reader.shutdown(wait=True, cancel_futures=True)

    def _start(self, first: int) -> Future[Batch]:
        return self._reader.submit(make_batch, self._settings, self._collection, first)

    def batch(self, first: int) -> Batch:
        """Raises TrainingError naming a picture that cannot be read."""
        expected = self._expected
        future = expected[1] if expected is not None and expected[0] == first else self._start(first)
        following = first + self._settings.batch_size
        self._expected = (following, self._start(following))
        return future.result()
