"""Ground: secrets of hosts that have to be used later, encrypted under a key of KMS that never leaves it.

Each secret has a data key of its own, which KMS makes and opens only with the same context: whose it is, and which. So an item that
is copied to another account opens nowhere.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable
from chalicelib.model.own_models import SealedSecret
from chalicelib.observability import logger

_NONCE: Final = 12  # bytes
_PASSES: Final = ("ThrottlingException", "DependencyTimeoutException", "KMSInternalException", "LimitExceededException")


class SecretLost(LookupError):
    """A secret cannot be opened any more: KMS has no such key, or refuses it to us, or it was not sealed for this."""


def seal_secret(key_id: str, text: str, context: Mapping[str, str]) -> SealedSecret:
    """A secret as it may be stored. Raises Unavailable where KMS does not answer, SecretLost where it refuses."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    made = _call("generate_data_key", KeyId=key_id, KeySpec="AES_256", EncryptionContext=dict(context))
    nonce = os.urandom(_NONCE)
    return SealedSecret(made["CiphertextBlob"], nonce, AESGCM(made["Plaintext"]).encrypt(nonce, text.encode(), None))


def open_secret(key_id: str, sealed: SealedSecret, context: Mapping[str, str]) -> str:
    """The secret that was sealed with this context. Raises Unavailable where KMS does not answer, SecretLost for good."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    opened = _call("decrypt", KeyId=key_id, CiphertextBlob=sealed.data_key, EncryptionContext=dict(context))
    try:
        return AESGCM(opened["Plaintext"]).decrypt(sealed.nonce, sealed.text, None).decode()
    except InvalidTag as error:
        raise SecretLost("not sealed with this data key") from error


def _call(operation: str, **given: Any) -> Any:
    try:
        return getattr(_client(), operation)(**given)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if code in _PASSES or status >= 500:
            raise _unavailable() from error
        logger.error("KMS refused", extra={"event": "secret_refused", "operation": operation, "error": code})
        raise SecretLost(code) from error
    except BotoCoreError as error:
        raise _unavailable() from error


@cache
def _client() -> Any:
    config = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard"})
    return botocore.session.get_session().create_client("kms", config=config)


def _unavailable() -> Unavailable:
    return Unavailable("A service that we depend on does not answer; try again later")
