"""What webhooks are signed with: a secret in a file that is this person's alone, as Standard Webhooks writes it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from pathlib import Path
from typing import Final

from azpay_tui.keyfile import read_key_file
from azpay_tui.paths import ConfigError, shown

_PREFIX: Final = b"whsec_"
_LEAST, _MOST = 24, 64
"""Bytes of a secret (Standard Webhooks, signature scheme)."""


def load_secret(path: Path) -> bytes:
    """Return the secret of a file: `whsec_` and base64 of 24 to 64 bytes.

    Raises ConfigError, with the remedy, for a file that others could read or swap and for one that holds something
    else; nothing of it is ever repeated.
    """
    content = read_key_file(path, called="secret", option="secret_file").strip()
    try:
        secret = base64.b64decode(content.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        secret = b""
    if not content.startswith(_PREFIX) or not _LEAST <= len(secret) <= _MOST:
        raise ConfigError(
            f"{shown(path)} holds no secret for webhooks: write whsec_ and base64 of 24 to 64 random bytes into it, "
            "such as openssl rand -base64 32 prints."
        )
    return secret


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header `webhook-signature` (Standard Webhooks: HMAC-SHA256 over id, time and body)."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return f"v1,{base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()}"
