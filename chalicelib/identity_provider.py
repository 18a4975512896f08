"""Ground: an OpenID provider, by OpenID Connect Discovery and the authorization code flow with PKCE.

What it says of somebody counts only with its signature, made for us, for this one sign-in. Every exchange ends in its time,
also with a server that drips; nothing that a provider sends is logged but the names of errors that the standards give.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from msgspec import DecodeError, Struct, json

from chalicelib.background import begin
from chalicelib.clock import Deadline
from chalicelib.errors import HarmonicaError, Unavailable
from chalicelib.model import Identity
from chalicelib.settings import SettingMissing

if TYPE_CHECKING:
    from joserfc.jwk import Key, KeySet
    from joserfc.jwt import Claims

MOST_SECONDS = 6.0  # that one exchange may take: three of them fit into the time of a request
LEAST = 0.5
MOST_BYTES = 256 * 1024
BELIEVED = timedelta(hours=1)  # what the provider says of itself, its keys included
KEYS_REST = timedelta(minutes=1)  # after keys were fetched, none are fetched again for a token that they do not fit
CLOCKS_DIFFER = 60  # seconds
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_KEY_TYPES = ("RSA", "EC", "OKP")  # what can only sign with a half of the key that no one publishes
_LOCAL = ("localhost", "127.0.0.1")
_CLAIMS = '{"id_token":{"auth_time":{"essential":true}}}'  # some tell it only to who asks in this way
_ERROR_NAME = re.compile(r"[a-z_]{1,40}")


class ProviderFailed(Unavailable):
    """The provider does not answer, or not as the standard has it; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__("The OpenID provider does not answer; try again later", retry_after=10)
        self.reason = reason


class IdentityRefused(HarmonicaError):
    """What came back for a sign-in proves nothing; `reason` is for the log."""

    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__("The OpenID provider's answer proves nothing")
        self.reason = reason


class Attempt(Struct, frozen=True):
    """What belongs to one sign-in and to no other."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


class Discovered(Struct, frozen=True):
    """What a provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class IdentityProvider:
    """One provider. What it publishes of itself, addresses and keys, is kept for an hour, its keys until a token does not fit them."""

    def __init__(
        self, issuer: str, client_id: str, read_secret: Callable[[], str] | None, now: Callable[[], datetime]
    ) -> None:
        self._issuer, self._client_id, self._read_secret, self._now = issuer, client_id, read_secret, now
        self._discovered: tuple[Discovered, datetime] | None = None
        self._keys: tuple[KeySet, datetime] | None = None

    def authorization_url(self, attempt: Attempt, *, max_age: int, language: str, deadline: Deadline) -> str:
        """Where a browser is sent to; somebody who proved who they are more than `max_age` seconds ago has to do it again.

        Raises ProviderFailed.
        """
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": attempt.redirect_uri,
            "scope": "openid email profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "ui_locales": language,
            "max_age": str(max_age),
            "claims": _CLAIMS,
        }
        endpoint = self._discover(deadline).authorization_endpoint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked, quote_via=quote)}"

    def identify(self, code: str, issuer: str | None, attempt: Attempt, *, deadline: Deadline) -> Identity:
        """Who signed in there, for the code that the browser brought, and the issuer that it named.

        Raises IdentityRefused for what proves nothing, ProviderFailed where the provider fails.
        """
        found = self._discover(deadline)
        is_named = issuer is not None or not found.authorization_response_iss_parameter_supported
        if not is_named or issuer not in (None, found.issuer):
            raise IdentityRefused("iss of the response")
        tokens = self._redeem(found, code, attempt, deadline)
        claims = self._claims(found, str(tokens.get("id_token", "")), attempt.nonce, deadline)
        is_told = claims.get("email") and claims.get("email_verified") is not None
        if not is_told and found.userinfo_endpoint and tokens.get("access_token"):
            claims = self._with_userinfo(found.userinfo_endpoint, str(tokens["access_token"]), claims, deadline)
        return _identity(claims, self._now())

    def _discover(self, deadline: Deadline) -> Discovered:
        if self._discovered and self._now() - self._discovered[1] < BELIEVED:
            return self._discovered[0]
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        _, told = self._exchange("GET", address, deadline)
        try:
            found = json.decode(json.encode(told), type=Discovered)
        except DecodeError as error:
            raise ProviderFailed("discovery") from error
        if found.issuer.rstrip("/") != self._issuer.rstrip("/"):
            raise ProviderFailed("discovery: another issuer")
        used = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint)
        if not all(map(_is_safe, filter(None, used))):
            raise ProviderFailed("discovery: an address without https")
        self._discovered = found, self._now()
        return found

    def _redeem(self, found: Discovered, code: str, attempt: Attempt, deadline: Deadline) -> dict[str, Any]:
        """The tokens for a code. A code that the provider refuses is somebody's who had none of ours."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
            "client_id": self._client_id,
        }
        headers: dict[str, str] = {}
        if secret := self._secret():
            if "client_secret_basic" in found.token_endpoint_auth_methods_supported:
                named = f"{quote(self._client_id, safe='')}:{quote(secret, safe='')}"  # RFC 6749, 2.3.1
                headers["Authorization"] = "Basic " + base64.b64encode(named.encode()).decode()
            else:
                fields["client_secret"] = secret
        status, told = self._exchange("POST", found.token_endpoint, deadline, fields, headers, passes=(400,))
        if status != 200:
            error = str(told.get("error", ""))
            if error == "invalid_grant":
                raise IdentityRefused(error)
            raise ProviderFailed(f"token: {error if _ERROR_NAME.fullmatch(error) else status}")
        return told

    def _secret(self) -> str:
        """The client secret, as it is now; empty for a public client."""
        try:
            return self._read_secret() if self._read_secret else ""
        except SettingMissing as error:
            raise ProviderFailed("client secret missing") from error

    def _claims(self, found: Discovered, token: str, nonce: str, deadline: Deadline) -> "Claims":
        """What an ID token says, once its signature and all that binds it to this sign-in are checked."""
        from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
        from joserfc.jws import JWSRegistry
        from joserfc.jwt import JWTClaimsRegistry, decode

        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)  # some add headers of their own
        try:
            keys = self._kept_keys(BELIEVED) or self._fetch_keys(found, deadline)
            try:
                claims = decode(token, keys, ALGORITHMS, registry).claims
            except (InvalidKeyIdError, BadSignatureError):  # the provider may have a new key, also under an old name
                if self._kept_keys(KEYS_REST):
                    raise
                claims = decode(token, self._fetch_keys(found, deadline), ALGORITHMS, registry).claims
            JWTClaimsRegistry(
                now=int(self._now().timestamp()),
                leeway=CLOCKS_DIFFER,
                iss={"essential": True, "value": found.issuer},
                aud={"essential": True, "value": self._client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError) as error:
            raise IdentityRefused(f"id_token: {getattr(error, 'error', 'malformed')}") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client_id) != self._client_id:
            raise IdentityRefused("id_token: azp")
        return claims

    def _kept_keys(self, age: timedelta) -> "KeySet | None":
        """The provider's keys, where they were fetched less than so long ago."""
        return self._keys[0] if self._keys and self._now() - self._keys[1] < age else None

    def _fetch_keys(self, found: Discovered, deadline: Deadline) -> "KeySet":
        from joserfc.jwk import KeySet

        _, told = self._exchange("GET", found.jwks_uri, deadline)
        published = told.get("keys")
        keys = [key for it in published if (key := _key(it))] if isinstance(published, list) else []
        if not keys:
            raise ProviderFailed("jwks")
        self._keys = KeySet(keys), self._now()
        return self._keys[0]

    def _with_userinfo(self, address: str, token: str, claims: "Claims", deadline: Deadline) -> "Claims":
        """The same with what the provider tells apart from the ID token: some give the address there only, or vouch for it there."""
        _, told = self._exchange("GET", address, deadline, headers={"Authorization": f"Bearer {token}"})
        if told.get("sub") != claims["sub"]:
            raise IdentityRefused("userinfo: sub")
        given = {name: it for name, it in claims.items() if it is not None}
        if given.get("email") and told.get("email") != given["email"]:
            told.pop("email_verified", None)  # it is said of another address
        return {**told, **given}

    def _exchange(
        self,
        method: str,
        address: str,
        deadline: Deadline,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        passes: tuple[int, ...] = (),
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON object of an answer. Raises ProviderFailed for none in time, for any status but 200 and what `passes`, and
        for what is no such object."""
        seconds = min(deadline.remaining(), MOST_SECONDS)
        what = urlsplit(address).path.rpartition("/")[2]
        if seconds < LEAST:
            raise ProviderFailed("no time is left")
        try:
            status, body = begin(lambda: _send(method, address, fields, headers, seconds)).result(seconds)
        except (TimeoutError, OSError, _http_error()) as error:
            raise ProviderFailed(f"{what}: {type(error).__name__}") from error
        if status != 200 and status not in passes:
            raise ProviderFailed(f"{what}: {status}")
        try:
            told = json.decode(body)
        except (DecodeError, UnicodeDecodeError) as error:
            raise ProviderFailed(f"{what}: no JSON") from error
        if not isinstance(told, dict):
            raise ProviderFailed(f"{what}: no JSON object")
        return status, told


def _send(
    method: str, address: str, fields: Mapping[str, str] | None, headers: Mapping[str, str] | None, seconds: float
) -> tuple[int, bytes]:
    """One exchange without redirects. A longer body than any of these answers has is cut off, and then is no JSON."""
    from urllib3 import PoolManager, Timeout

    with PoolManager(retries=False, timeout=Timeout(connect=3, read=seconds)) as pool:
        body = urlencode(fields).encode() if fields is not None else None
        sent = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        answer = pool.request(method, address, body=body, headers=sent, redirect=False, preload_content=False)
        return answer.status, answer.read(MOST_BYTES)


def _http_error() -> type[Exception]:
    from urllib3.exceptions import HTTPError

    return HTTPError


def _is_safe(address: str) -> bool:
    """Whether an address is reached by https, or is on this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)


def _key(published: object) -> "Key | None":
    """A key that may have signed; None for what is none, or of a kind that we don't know: others stand beside it."""
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    if not isinstance(published, dict) or published.get("kty") not in _KEY_TYPES or published.get("use") == "enc":
        return None
    try:
        return import_key(published, published["kty"])
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _identity(claims: "Claims", now: datetime) -> Identity:
    name, email = claims.get("name"), claims.get("email")
    return Identity(
        issuer=claims["iss"],
        subject=claims["sub"],
        email=email.strip() if isinstance(email, str) else "",
        is_verified=claims.get("email_verified") in (True, "true"),  # some write it as a text
        name=name if isinstance(name, str) else None,
        signed_in_at=_moment(claims.get("auth_time"), now),
    )


def _moment(auth_time: object, now: datetime) -> datetime | None:
    """When somebody proved who they are; None for what is no such time, or is still to come."""
    if not isinstance(auth_time, int) or not 0 < auth_time <= now.timestamp() + CLOCKS_DIFFER:
        return None
    return min(datetime.fromtimestamp(auth_time, UTC), now)
