"""What an exception of the engine means, and what to do about it. Told by names and texts, without torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from ..errors import ContainerError, InferenceFailed, OutOfMemory
from ..server.health import Health

T = TypeVar("T")


class Droppable(Protocol):
    def drop(self) -> None: ...


def is_out_of_memory(error: BaseException) -> bool:
    """torch.OutOfMemoryError (torch.cuda.OutOfMemoryError before 2.5), and the same told by cuBLAS or cuDNN."""
    text = str(error)
    return type(error).__name__ == "OutOfMemoryError" or (
        isinstance(error, RuntimeError)
        and any(sign in text for sign in ("CUDA out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "not enough memory"))
    )


def is_beyond_repair(error: BaseException) -> bool:
    """After these every later call on the device fails too."""
    text = str(error)
    return isinstance(error, RuntimeError) and any(
        sign in text for sign in ("CUDA error", "CUDNN_STATUS_EXECUTION_FAILED", "CUDNN_STATUS_INTERNAL_ERROR")
    )


def _explain(error: Exception) -> ContainerError:
    if isinstance(error, ContainerError):
        return error
    if is_out_of_memory(error):
        advice = "Ask for fewer or smaller images (batch_size, width, height, hires), or use a larger instance type."
        return OutOfMemory(f"The GPU's memory did not suffice: {error!s:.300} {advice}")
    return InferenceFailed(f"{type(error).__name__}: {error!s:.1000}")


def guard_gpu(engine: Droppable, health: Health, work: Callable[[], T]) -> T:
    """Runs the work. Raises ContainerError only; out of memory drops the pipelines, a broken device ends `/ping`'s 200.

    The exception itself is let go before the memory is given back: its frames hold the tensors.
    """
    failure: ContainerError
    beyond_repair = False
    try:
        return work()
    except Exception as error:
        failure = _explain(error)
        beyond_repair = is_beyond_repair(error) and not is_out_of_memory(error)
        if failure is error:
            raise
    if isinstance(failure, OutOfMemory):
        engine.drop()
    if beyond_repair:
        health.broken(failure.message)
    raise failure
