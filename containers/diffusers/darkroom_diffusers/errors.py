"""The container's published errors: a literal name, a status, a message a person can act on."""

from __future__ import annotations


class ContainerError(Exception):
    """Base of every error that is told to the caller. `name` and `status` are part of the contract."""

    name = "InferenceFailed"
    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidPayload(ContainerError):
    """The request is wrong; the message names the field."""

    name = "InvalidPayload"
    status = 400


class ModelNotFound(ContainerError):
    """A named model does not exist. There is never a fallback to another one."""

    name = "ModelNotFound"
    status = 404


class UnsupportedTask(ContainerError):
    """The request is well formed, but this container cannot do it."""

    name = "UnsupportedTask"
    status = 422


class OutOfMemory(ContainerError):
    """The GPU's memory did not suffice. The pipeline was dropped, the container can go on."""

    name = "OutOfMemory"
    status = 507


class InferenceFailed(ContainerError):
    """Anything else: the reason is in the message, the trace in the log."""


def error_body(error: BaseException) -> tuple[int, dict[str, object]]:
    """Status and body for any exception; what is not a ContainerError becomes InferenceFailed."""
    known = error if isinstance(error, ContainerError) else InferenceFailed(f"{type(error).__name__}: {error}")
    return known.status, {"error": {"name": known.name, "message": known.message}}
