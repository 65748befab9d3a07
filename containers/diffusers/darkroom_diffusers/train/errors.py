"""How a training ends before its last step."""

from __future__ import annotations


class TrainingError(Exception):
    """Something that a person can put right; the message is one sentence that says what."""


class StopRequested(Exception):
    """SIGTERM: the job was stopped, or the spot instance is being taken away."""
