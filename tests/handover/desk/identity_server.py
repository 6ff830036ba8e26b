"""An OpenID Connect provider on the loopback: discovery, authorization code with PKCE, RS256, signed userinfo."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

CLIENT, SECRET = "relais", "very secret"


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Key:
    """A signing key with its identifier."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self) -> dict[str, str]:
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "n": number(numbers.n),
            "e": number(numbers.e),
        }

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        head = {"alg": "RS256", "kid": self.kid, "typ": "JWT", **header}
        signed = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
        return f"{signed}.{b64(self.private.sign(signed.encode(), PKCS1v15(), SHA256()))}"


class IdentityServer(ThreadingHTTPServer):
    """`person` is who is signed in there; `bend` changes the claims of the ID token before they are signed."""

    daemon_threads = True

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.now = now
        self.key = Key("first")
        self.person: dict[str, Any] = {"sub": "s-1", "email": "Person1@asso.test"}
        self.bend: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.signed_userinfo = True
        self.codes: dict[str, dict[str, str]] = {}
        self.access: set[str] = set()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api/v2"

    def token(self, asked: dict[str, str]) -> str:
        now = int(self.now())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.person["sub"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 60,
            **self.bend,
        }
        return self.key.sign(
            {name: value for name, value in claims.items() if value is not None}, **self.header
        )


class Talk(BaseHTTPRequestHandler):
    server: IdentityServer

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        issuer = self.server.issuer
        match address.path.removeprefix("/api/v2"):
            case "/.well-known/openid-configuration":
                names = ("authorization", "token", "userinfo", "end_session")
                about = {f"{name}_endpoint": f"{issuer}/{name}" for name in names}
                self.say(200, {"issuer": issuer, "jwks_uri": f"{issuer}/jwks", **about})
            case "/jwks":
                self.say(200, {"keys": [self.server.key.jwk()]})
            case "/authorization":
                right = asked["client_id"] == CLIENT and asked["response_type"] == "code"
                if not right or asked["code_challenge_method"] != "S256":
                    return self.say(400, {"error": "invalid_request"})
                code = secrets.token_urlsafe(8)
                self.server.codes[code] = asked
                self.send_response(303)
                back = urlencode({"code": code, "state": asked["state"]})
                self.send_header("Location", f"{asked['redirect_uri']}?{back}")
                self.end_headers()
            case "/userinfo":
                if self.headers["Authorization"].removeprefix("Bearer ") not in self.server.access:
                    return self.say(401, {"error": "invalid_token"})
                if not self.server.signed_userinfo:
                    return self.say(200, self.server.person)
                signed = self.server.key.sign({**self.server.person, "iss": issuer, "aud": CLIENT})
                self.say(200, signed)
            case _:
                self.say(404, {"error": "not found"})
        return None

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(raw).items()}
        asked = self.server.codes.pop(given["code"], None)
        challenge = b64(hashlib.sha256(given["code_verifier"].encode()).digest())
        if asked is None or given["client_secret"] != SECRET or asked["code_challenge"] != challenge:
            return self.say(400, {"error": "invalid_grant"})
        if given["redirect_uri"] != asked["redirect_uri"]:
            return self.say(400, {"error": "invalid_grant"})
        access = secrets.token_urlsafe(8)
        self.server.access.add(access)
        tokens = {"access_token": access, "token_type": "Bearer", "id_token": self.server.token(asked)}
        return self.say(200, tokens)

    def say(self, status: int, content: dict[str, Any] | str) -> None:
        plain = isinstance(content, str)
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/jwt" if plain else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass
