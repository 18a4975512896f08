"""Ground: S3. Files that hosts take away, for a day: written once, opened by a link that lasts for minutes."""

from functools import cached_property
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable
from chalicelib.text.file_names import content_disposition


class Files:
    """The files of one bucket. Raises Unavailable where S3 is out of reach."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def put(self, key: str, text: str, content_type: str, name: str) -> int:
        """Store a text under this key, to be saved under this name; gives its size in bytes."""
        body = text.encode()
        told = {
            "ContentType": content_type,
            "ContentDisposition": content_disposition(name),
            "CacheControl": "no-store",
        }
        self._call("put_object", Key=key, Body=body, **told)
        return len(body)

    def link(self, key: str, seconds: int) -> str:
        """A link that opens a file for so long, for whoever has it."""
        given = {"Bucket": self._bucket, "Key": key}
        return str(self._client.generate_presigned_url("get_object", Params=given, ExpiresIn=seconds))

    def delete(self, key: str) -> None:
        """Remove a file; one that is gone already is no failure."""
        self._call("delete_object", Key=key)

    @cached_property
    def _client(self) -> Any:
        config = Config(
            connect_timeout=1,
            read_timeout=20,
            retries={"mode": "standard"},
            signature_version="s3v4",
            # The host of the region, under the bucket's name: a new bucket is not known at the global one for hours, which leads
            # elsewhere then, and what a link is signed for is its host.
            s3={"addressing_style": "virtual"},
        )
        return botocore.session.get_session().create_client("s3", config=config)

    def _call(self, operation: str, **given: Any) -> None:
        try:
            getattr(self._client, operation)(Bucket=self._bucket, **given)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The store of files does not answer; try again in a moment") from error
