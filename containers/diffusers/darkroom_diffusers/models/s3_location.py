"""`s3://bucket/prefix`."""

from __future__ import annotations

from ..errors import InvalidPayload


def parse_s3(where: str, location: object) -> tuple[str, str]:
    """Bucket and key (no slash at either end). Raises InvalidPayload naming the field `where`."""
    if not isinstance(location, str) or not location.startswith("s3://"):
        raise InvalidPayload(f"{where} must be an s3:// location, not {location!r:.80}.")
    bucket, _, key = location.removeprefix("s3://").partition("/")
    if not bucket:
        raise InvalidPayload(f"{where} {location!r} names no bucket.")
    return bucket, key.strip("/")
