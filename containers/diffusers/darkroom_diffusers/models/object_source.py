"""Objects in S3, as far as this container needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import InferenceFailed


@dataclass(frozen=True)
class ObjectFacts:
    etag: str
    size: int


class ObjectSource(Protocol):
    """`head` returns None when there is no such object; `read` returns exactly the bytes of one version of it."""

    def head(self, bucket: str, key: str) -> ObjectFacts | None: ...

    def read(self, bucket: str, key: str, facts: ObjectFacts, start: int, length: int) -> bytes: ...


class S3Source:
    """The real one. boto3 takes AWS_ENDPOINT_URL, region and credentials from the environment."""

    def __init__(self) -> None:
        import boto3
        from botocore.config import Config

        config = Config(retries={"max_attempts": 5, "mode": "standard"}, max_pool_connections=16, read_timeout=60)
        self._client: Any = boto3.client("s3", config=config)

    def head(self, bucket: str, key: str) -> ObjectFacts | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            reply = self._client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise InferenceFailed(f"s3://{bucket}/{key} cannot be read: {error}") from error
        except BotoCoreError as error:
            raise InferenceFailed(f"s3://{bucket}/{key} cannot be read: {error}") from error
        return ObjectFacts(etag=reply["ETag"], size=reply["ContentLength"])

    def read(self, bucket: str, key: str, facts: ObjectFacts, start: int, length: int) -> bytes:
        from botocore.exceptions import BotoCoreError, ClientError

        last = start + length - 1
        try:
            reply = self._client.get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{last}", IfMatch=facts.etag)
            data: bytes = reply["Body"].read()
        except (ClientError, BotoCoreError, OSError) as error:
            raise InferenceFailed(f"s3://{bucket}/{key} cannot be read: {error}") from error
        if len(data) != length:
            raise InferenceFailed(f"s3://{bucket}/{key} gave {len(data)} bytes instead of {length}.")
        return data
