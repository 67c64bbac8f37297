"""The directory a client needs to talk to the simulator: configuration, key pair, exports of the sample orders."""

from __future__ import annotations

import base64
import os
import tomllib
from collections.abc import Collection, Mapping
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
_SECTION: Final = "[profiles.sim]"


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
    """A profile directory with its key pair; ``port`` and ``tls`` are the kept ones, 0 when there are none yet."""

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
    """Return port and scheme of an earlier run; 0 when there is none."""
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

    Of a configuration that is there only what no longer fits is changed: a person may have added to it.
    """
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    wanted = {
        "url": url,
        "ca_file": CERTIFICATE if tls else None,
        "public_key_id": profile.public_key_id,
    }
    config = profile.directory / CONFIG
    try:
        old = config.read_bytes().decode() if config.exists() else None
        new = _new_config(wanted) if old is None else _adapted(old, wanted, profile.keys(), config)
        if new != old:
            write_private(config, new.encode())
        for name, text in exports.items():
            write_private(profile.directory / name, text.encode())
    except OSError as error:
        raise ProfileError(f"The profile in {profile.directory} cannot be written: {error}.") from error
    return url


def _new_config(wanted: Mapping[str, str | None]) -> str:
    lines = [
        'default_profile = "sim"',
        "",
        _SECTION,
        'api = "v2"',
        'region = "na"',
        'environment = "simulator"',
        *(f'{key} = "{value}"' for key, value in wanted.items() if value is not None),
        f'merchant_id = "{MERCHANT_ID}"',
        f'store_id = "{STORE_ID}"',
        f'private_key_file = "{KEY}"',
        f'data_dir = "{DATA}"',
        "writable = true",
        'pace = "off"',
    ]
    return "".join(f"{line}\n" for line in lines)


def _adapted(text: str, wanted: Mapping[str, str | None], ids: Collection[str], file: Path) -> str:
    """Return a configuration with these keys of the profile as wanted (None: without it) and all else as it was."""
    goal = tomllib.loads(text)
    profile = goal["profiles"]["sim"]
    if profile.get("public_key_id") in ids:  # any that the server knows, also of the older kind
        wanted = {**wanted, "public_key_id": profile["public_key_id"]}
    missing = {key: value for key, value in wanted.items() if profile.get(key) != value}
    if not missing:
        return text
    there = {key: "" if value is None else f'{key} = "{value}"\n' for key, value in missing.items()}
    added = "".join(line for key, line in there.items() if key not in profile)
    profile |= {key: value for key, value in missing.items() if value is not None}
    goal["profiles"]["sim"] = {key: value for key, value in profile.items() if wanted.get(key, value) is not None}
    lines: list[str] = []
    inside = False
    for line in text.splitlines(keepends=True):
        word = line.split("#")[0].strip()
        inside = word == _SECTION if word.startswith("[") else inside
        lines.append(there.get(line.partition("=")[0].strip(), line) if inside else line)
        if word == _SECTION:
            lines.append(added)
    changed = "".join(lines)
    try:
        done = tomllib.loads(changed) == goal
    except ValueError:
        done = False
    if not done:  # a person has written it in another way
        should = " and ".join(f"no {key}" if value is None else f'{key} = "{value}"' for key, value in missing.items())
        raise ProfileError(f"{file} cannot be changed by the simulator: let its profile sim have {should}.")
    return changed
