"""The directory a client needs to talk to the simulator: configuration, key pair, exports of the sample orders."""

from __future__ import annotations

import base64
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CONFIG: Final = "config.toml"
KEY: Final = "sim-key.pem"
DATA: Final = "data"
CERTIFICATE: Final = "sim-ca.pem"
CERTIFICATE_KEY: Final = "sim-ca-key.pem"
SANDBOX: Final = "SANDBOX-"
LIVE: Final = "LIVE-"
MERCHANT_ID: Final = "A1SIMULATEDSHOP"
STORE_ID: Final = "amzn1.application-oa2-client.simulated"


class ProfileError(Exception):
    """The directory cannot be used; the message is one sentence for the person who named it."""


def write_private(path: Path, data: bytes) -> None:
    """Replace a file as a whole, readable by its owner only (0600)."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    os.replace(beside, path)


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile directory with its key pair; ``port`` is the kept one, 0 when there is none yet."""

    directory: Path
    key: rsa.RSAPrivateKey
    port: int
    tls: bool

    @property
    def public_key_id(self) -> str:
        """The id the server knows the key by: derived from the key, so that it needs no file of its own."""
        der = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return SANDBOX + base64.b32encode(sha256(der).digest()).decode()[:24]

    def keys(self) -> dict[str, rsa.RSAPublicKey]:
        """The public key by each id that the server takes it under.

        The second id, without SANDBOX-, is one of the older kind, whose URLs name the environment: /sandbox/v2/. The
        third is for the live environment.
        """
        public = self.key.public_key()
        plain = self.public_key_id.removeprefix(SANDBOX)
        return dict.fromkeys((self.public_key_id, plain, LIVE + plain), public)


def open_profile(directory: Path) -> Profile:
    """Make the directory (0700) and its key pair, or take what is there. Raises ProfileError."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        (directory / DATA).mkdir(mode=0o700, exist_ok=True)
        port, tls = _kept(directory / CONFIG)
        return Profile(directory, _key(directory / KEY), port, tls)
    except OSError as error:
        raise ProfileError(f"The profile directory {directory} cannot be used: {error.strerror or error}.") from error


def new_key() -> rsa.RSAPrivateKey:
    """Make a key of the kind Amazon Pay takes."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_pem(key: rsa.RSAPrivateKey) -> bytes:
    """The key as the text that SDKs read (PKCS#8, no password)."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _key(path: Path) -> rsa.RSAPrivateKey:
    if not path.exists():
        made = new_key()
        write_private(path, key_pem(made))
        return made
    try:
        kept = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise ProfileError(f"{path} holds no private key in PEM form; remove it to have a new one made.") from error
    if not isinstance(kept, rsa.RSAPrivateKey):
        raise ProfileError(f"{path} holds no RSA key; remove it to have a new one made.")
    return kept


def _kept(path: Path) -> tuple[int, bool]:
    """Port and scheme of an earlier run; 0 when there is none."""
    if not path.exists():
        return 0, False
    foreign = ProfileError(f"{path} was not written by the simulator; name another directory.")
    try:
        config = tomllib.loads(path.read_text(encoding="utf-8"))
        profile = config["profiles"]["sim"]
        if profile["environment"] != "simulator":
            raise foreign
        url = urlsplit(profile["url"])
        return url.port or 0, url.scheme == "https"
    except (ValueError, KeyError, TypeError) as error:
        raise foreign from error


def write_profile(profile: Profile, port: int, tls: bool, exports: Mapping[str, str]) -> str:
    """Write configuration and exports (by file name) for a server on this port; answer its URL. Raises ProfileError.

    A configuration that fits already is left as it is.
    """
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    lines = [
        'default_profile = "sim"',
        "",
        "[profiles.sim]",
        'api = "v2"',
        'region = "na"',
        'environment = "simulator"',
        f'url = "{url}"',
        *([f'ca_file = "{CERTIFICATE}"'] if tls else []),
        f'merchant_id = "{MERCHANT_ID}"',
        f'store_id = "{STORE_ID}"',
        f'public_key_id = "{profile.public_key_id}"',
        f'private_key_file = "{KEY}"',
        f'data_dir = "{DATA}"',
        "writable = true",
        'pace = "off"',
        "",
    ]
    config = profile.directory / CONFIG
    try:
        if not config.exists() or (port, tls) != (profile.port, profile.tls):
            write_private(config, "\n".join(lines).encode())
        for name, text in exports.items():
            write_private(profile.directory / name, text.encode())
    except OSError as error:
        raise ProfileError(f"The profile in {profile.directory} cannot be written: {error}.") from error
    return url
