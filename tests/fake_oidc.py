"""An OpenID provider over HTTP, as strict as a real one: what it is asked for must be exactly as the standards have it.

Its pages are left out: `answer` is what a browser is sent back with once somebody has signed in there.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT, SECRET = "harmonica:web", "s3cret/with+signs"
PERSON = {"sub": "248289", "email": "ana@example.com", "email_verified": True, "name": "Ana"}


@dataclass
class Provider:
    """A provider with one client. `claims` replace what it says of whoever signs in; None takes a claim out."""

    redirect_uri: str = "http://127.0.0.1:8000/sign-in/oidc"
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    broken: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # what a path answers instead
    document: dict[str, Any] = field(default_factory=dict)  # what discovery says besides
    is_public: bool = False  # a client without a secret
    asked: list[str] = field(default_factory=list)
    now: float = 0.0
    keys: list[ECKey | RSAKey] = field(default_factory=lambda: [new_key("one")])
    forge: Callable[[dict[str, Any]], str] | None = None  # makes the ID token in place of the provider
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _server: ThreadingHTTPServer | None = None

    @property
    def issuer(self) -> str:
        """Where it is."""
        assert self._server
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> "Provider":
        """Listen on a port of this machine."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*provider._get(self.path, self.headers.get("Authorization", "")))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer(*provider._post(self.path, body, dict(self.headers)))

            def log_message(self, *arguments: Any) -> None:
                pass

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the port."""
        assert self._server
        self._server.shutdown()
        self._server.server_close()

    def answer(self, address: str, **more: str) -> str:
        """The path that a browser comes back to after somebody has signed in at this address of ours."""
        asked = self.read(address)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return self.back(asked, code=code, iss=self.issuer, **more)

    def refuse(self, address: str, error: str) -> str:
        """The same after somebody has said no."""
        return self.back(self.read(address), error=error, error_description="They said no", iss=self.issuer)

    def back(self, asked: dict[str, str], **given: str) -> str:
        """The path of an answer."""
        return f"/sign-in/oidc?{urlencode({'state': asked['state'], **given})}"

    def read(self, address: str) -> dict[str, str]:
        """What a browser was sent with, checked as a provider does."""
        url = urlsplit(address)
        assert f"{url.scheme}://{url.netloc}{url.path}" == f"{self.issuer}/authorize"
        asked = parse_qsl(url.query, strict_parsing=True)
        given = dict(asked)
        assert len(given) == len(asked), "a parameter came twice"
        assert given["response_type"] == "code"
        assert (given["client_id"], given["redirect_uri"]) == (CLIENT, self.redirect_uri)
        assert "openid" in given["scope"].split(" ")
        assert given["code_challenge_method"] == "S256"
        assert len(given["code_challenge"]) == 43
        assert "max_age" in given, "auth_time was not asked for"
        assert json.loads(given["claims"]) == {"id_token": {"auth_time": {"essential": True}}}
        assert min(len(given["state"]), len(given["nonce"])) >= 22
        return given

    def _get(self, path: str, authorization: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.broken:
            return self.broken[path]
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(self._document()).encode()
        if path == "/jwks":
            kept = {"keys": [{"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "x"}]}
            return 200, json.dumps({"keys": [*kept["keys"], *KeySet(list(self.keys)).as_dict()["keys"]]}).encode()
        if path == "/userinfo" and authorization == "Bearer access":
            return 200, json.dumps({"sub": PERSON["sub"], **self.userinfo}).encode()
        return 404, b"{}"

    def _post(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.broken:
            return self.broken[path]
        given = parse_qs(body, strict_parsing=True)
        if path != "/token" or headers.get("Content-Type") != "application/x-www-form-urlencoded":
            return 404, b"{}"
        if any(len(values) > 1 for values in given.values()):
            return _error(400, "invalid_request")
        form = {name: values[0] for name, values in given.items()}
        if not self._is_client(form, headers.get("Authorization", "")):
            return _error(401, "invalid_client")
        if form.get("grant_type") != "authorization_code":
            return _error(400, "unsupported_grant_type")
        asked = self._codes.pop(form.get("code", ""), None)  # once
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        is_right = asked and form.get("redirect_uri") == asked["redirect_uri"]
        if not asked or not is_right or proof.decode().rstrip("=") != asked["code_challenge"]:
            return _error(400, "invalid_grant")
        tokens = {"access_token": "access", "token_type": "Bearer", "id_token": self._token(asked["nonce"])}
        return 200, json.dumps(tokens).encode()

    def _is_client(self, form: dict[str, str], authorization: str) -> bool:
        if self.is_public:
            return not authorization and form.get("client_id") == CLIENT and "client_secret" not in form
        named = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return (unquote(named[0]), unquote(named[2])) == (CLIENT, SECRET) and "client_secret" not in form

    def _token(self, nonce: str) -> str:
        at = int(self.now)
        said = {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": nonce, **PERSON, **self.claims}
        claims = {name: it for name, it in said.items() if it is not None}
        if self.forge:
            return self.forge(claims)
        key = self.keys[-1]
        return jwt.encode({"alg": "RS256" if isinstance(key, RSAKey) else "ES256", "kid": str(key.kid)}, claims, key)

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": True,
            **self.document,
        }


def new_key(name: str) -> ECKey:
    """A key to sign with."""
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": "ES256"})


def _error(status: int, name: str) -> tuple[int, bytes]:
    return status, json.dumps({"error": name}).encode()
