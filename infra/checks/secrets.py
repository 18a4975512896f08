"""Whether the functions can read the secrets that an operator named, and whether what is in them looks like what it should be."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from botocore.exceptions import ClientError
from msgspec import Struct

from infra.checks import Finding, fault, warning, well

_ARN: Final = re.compile(
    r"arn:(?P<partition>[\w-]+):secretsmanager:(?P<region>[\w-]+):(?P<account>\d{12}):secret:(?P<name>.+)"
)
_SUFFIX: Final = re.compile(r"-[A-Za-z0-9]{6}$")
_PLACEHOLDER: Final = re.compile(r"…|\.\.\.|your|xxx|changeme|<|>", re.IGNORECASE)


class Secret(Struct, frozen=True):
    """A secret that a setting names; `look` says what is wrong with its text, if anything, `own_key` is the stage's own."""

    variable: str
    address: str
    holds: str
    look: Callable[[str], str]
    own_key: str = ""  # which the functions may use in any case


def address_fault(address: str, region: str) -> str:
    """What keeps the functions from reading a secret of this address; empty where nothing does. Their roles name the address as
    it is, so that a name, or an ARN without its suffix, is refused like a missing key."""
    parts = _ARN.fullmatch(address)
    if not parts:
        return f"{address} is no ARN of a secret: name it whole, as `aws secretsmanager describe-secret --secret-id NAME` tells it"
    if parts["region"] != region:
        return (
            f"{address} is in {parts['region']}, and functions in {region} do not read it: make the secret there, too"
        )
    if not _SUFFIX.search(parts["name"]):
        return (
            f"{address} lacks the suffix of six characters at its end: name it whole, as "
            f"`aws secretsmanager describe-secret --secret-id {parts['name']}` tells it"
        )
    return ""


def check_secret(session: Any, account: str, secret: Secret) -> Iterator[Finding]:
    """Yields what is to be said of one secret: address, existence, key, content."""
    if why := address_fault(secret.address, session.region_name):
        yield fault(f"{secret.variable}: {why}")
        return
    client = session.client("secretsmanager")
    try:
        told = client.describe_secret(SecretId=secret.address)
    except ClientError as error:
        yield fault(f"{secret.variable}: {_refusal(error, secret, account)}")
        return
    if told["ARN"] != secret.address:
        yield fault(
            f"{secret.variable}: the secret's whole ARN is {told['ARN']}, and the functions' roles name {secret.address}"
        )
    elif told.get("DeletedDate"):
        yield fault(
            f"{secret.variable}: the secret is to be deleted: `aws secretsmanager restore-secret --secret-id {told['ARN']}`"
        )
    else:
        yield from _check_key(session, secret, told.get("KmsKeyId", ""))
        yield from _check_text(client, secret)


def _refusal(error: ClientError, secret: Secret, account: str) -> str:
    code = error.response["Error"]["Code"]
    if code == "ResourceNotFoundException":
        owner = _ARN.fullmatch(secret.address)
        if owner and owner["account"] != account:
            return f"{secret.address} belongs to another account than {account}, whose functions are to read it"
        return f"there is no secret {secret.address} (any more)"
    return f"it could not be looked at ({code}): your own credentials need secretsmanager:DescribeSecret"


def _check_key(session: Any, secret: Secret, key: str) -> Iterator[Finding]:
    """AWS's own key needs nothing; another one has to be on, and to let the functions decrypt."""
    if not key or key.endswith("alias/aws/secretsmanager"):
        return
    try:
        told = session.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    except ClientError as error:
        yield warning(f"{secret.variable}: its key {key} could not be looked at ({error.response['Error']['Code']})")
        return
    if told["KeyState"] != "Enabled":
        yield fault(f"{secret.variable}: its key {key} is {told['KeyState']}, so that nobody can read it")
    elif told.get("KeyManager") == "CUSTOMER" and told.get("Arn") != secret.own_key:
        yield warning(
            f"{secret.variable}: it is encrypted with a key of your own, {key}; functions read it only where the key's policy lets "
            "their roles kms:Decrypt. Without a key of its own it works by itself"
        )


def _check_text(client: Any, secret: Secret) -> Iterator[Finding]:
    try:
        answer = client.get_secret_value(SecretId=secret.address)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        empty = code == "ResourceNotFoundException"
        why = "it has no value yet" if empty else f"its value could not be read ({code}), so it was not looked at"
        yield (fault if empty else warning)(f"{secret.variable}: {why}")
        return
    why = secret.look(answer["SecretString"]) if "SecretString" in answer else "it holds no text but bytes"
    yield (
        fault(f"{secret.variable}: {why}")
        if why
        else well(f"{secret.variable}: the secret can be read, and looks like {secret.holds}")
    )


def look_at_key(field: str, begins: str = "") -> Callable[[str], str]:
    """What is wrong with a text that should be a key, or JSON with a key in this field; `begins`: how such keys begin."""

    def look(text: str) -> str:
        key, why = _field(text.strip(), field)
        if why or not key:
            return why or "it is empty"
        if not key.isascii() or not key.isprintable() or any(letter in key for letter in " \"'"):
            return "its value has spaces or quotation marks in it, or letters that no key has"
        if _PLACEHOLDER.search(key) or len(key) < 16:
            return "its value is too short to be a key, or stands in the place of one"
        return f"its value does not begin with {begins}, as such keys do" if not key.startswith(begins) else ""

    return look


def look_at_bot(text: str) -> str:
    """What is wrong with the secret of a Telegram bot."""
    token, no_token = _field(text.strip(), "bot_token", must_be_json=True)
    webhook, no_webhook = _field(text.strip(), "webhook_secret", must_be_json=True)
    if no_token or no_webhook:
        return no_token or no_webhook
    if not re.fullmatch(r"\d{5,}:[\w-]{30,}", token):
        return "bot_token is not of the form that @BotFather gives"
    return (
        ""
        if re.fullmatch(r"[A-Za-z0-9_-]{16,256}", webhook)
        else "webhook_secret has to be 16 to 256 of A-Z, a-z, 0-9, _ and -"
    )


def _field(text: str, field: str, *, must_be_json: bool = False) -> tuple[str, str]:
    """The text itself, or what this field holds where it is JSON; and what is wrong with it."""
    if not text.startswith("{"):
        return text, f"it has to be JSON with {field}" if must_be_json else ""
    try:
        value = json.loads(text).get(field)
    except ValueError:
        return "", "it is neither a text nor JSON"
    return (value, "") if isinstance(value, str) else ("", f"its JSON has no field {field}")
