"""An artist's device, as far as signing requests goes: Docs/PROTOCOL.md, in Python."""

import base64
import hashlib
import json
import os
import time
import urllib.request

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def sha256(data):
    return hashlib.sha256(data).digest()


def compact(kind, payload, key):
    """A compact JWS: canonical JSON, signed with Ed25519."""

    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    header = b'{"alg":"EdDSA","typ":"%s"}' % kind.encode()
    body = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    text = part(header) + b"." + part(body.encode())
    return (text + b"." + part(key.sign(text))).decode()


def public(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


class Device:
    """A device with an account of its own at the server at `address`."""

    def __init__(self, address):
        self.address = address
        self.key = Ed25519PrivateKey.generate()
        self.account_key = Ed25519PrivateKey.generate()
        self.account = sha256(public(self.account_key))[:16].hex()
        self.device = sha256(public(self.key))[:16].hex()

    def proof(self, method, target, body):
        """The value of the header `Atelier-Proof` for one request."""
        payload = {
            "device": self.device,
            "method": method,
            "target": target,
            "body": sha256(body).hex(),
            "time": int(time.time() * 1000),
            "nonce": os.urandom(16).hex(),
        }
        return compact("atelier-proof+jws", payload, self.key)

    def join(self, invite):
        """Opens the account with an invite's code."""
        with urllib.request.urlopen(self.address + "/v1/server") as reply:
            server = json.load(reply)["key"]
        secret = base64.urlsafe_b64decode(invite.removeprefix("ati1-") + "==")[:16]
        certificate = {
            "account": self.account,
            "device_key": public(self.key).hex(),
            "agreement_key": os.urandom(32).hex(),
            "name": "check",
            "issued": int(time.time() * 1000),
        }
        pin = {"account": self.account, "server_key": server}
        request = {
            "invite": secret.hex(),
            "account_key": public(self.account_key).hex(),
            "certificate": compact("atelier-device+jws", certificate, self.account_key),
            "pin": compact("atelier-pin+jws", pin, self.account_key),
        }
        body = json.dumps(request).encode()
        headers = {"Atelier-Proof": self.proof("POST", "/v1/accounts", body)}
        message = urllib.request.Request(
            self.address + "/v1/accounts", data=body, headers=headers, method="POST"
        )
        with urllib.request.urlopen(message) as reply:
            assert reply.status == 201
