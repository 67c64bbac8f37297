"""The private key that signs requests to Amazon, and other keys: read only from a file that is this person's alone."""

import contextlib
import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING, Final

from azpay_tui.paths import ConfigError, check_parents, check_private_file, check_private_status, shown

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

MIN_BITS: Final = 2048
"""Amazon Pay takes no shorter RSA keys."""
_MAX_BYTES: Final = 64 * 1024


def check_key_file(path: Path) -> None:
    """Raise ConfigError, with the remedy, for a key file that others could read or swap, or without an RSA key."""
    load_private_key(path)


def read_key_file(path: Path, *, called: str = "private key", option: str = "private_key_file") -> bytes:
    """Return what is in a key file after checking the file and the directories above it. Raises ConfigError.

    `called` is what the messages call it, `option` the name of the setting that holds its path.
    """
    check_parents(path)
    _check_parent_owner(path, called, option)
    check_private_file(path)
    try:
        # The open file is judged again: between check and open it could have been swapped.
        with open(path, "rb", opener=_unfollowed) as stream:
            check_private_status(path, os.fstat(stream.fileno()))
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"The {called} {shown(path)} cannot be read: {error.strerror}. Check the file and its permissions."
        ) from error
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"{shown(path)} is too large for a {called}: name the right file in {option}.")
    return content


def load_private_key(path: Path) -> "RSAPrivateKey":
    """Return the RSA key of a key file (PEM without passphrase, 2048 bits or more).

    Raises ConfigError with the remedy; what a file holds instead of a key is told apart.
    """
    # Deferred: a command that only reads the local data never needs the library.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    _keep_out_of_core_files()
    content = read_key_file(path)
    # "from None" below: no error of the library, which has seen the key, may reach a log.
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError:
        raise ConfigError(
            f"The private key {shown(path)} has a passphrase: make a copy without one that only you can read, "
            f"openssl rsa -in {shown(path)} -out FILE, and name that."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError(f"{shown(path)} {_instead(content)}") from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError(f"The private key {shown(path)} is no RSA key: Amazon Pay takes RSA keys only.")
    if key.key_size < MIN_BITS:
        raise ConfigError(
            f"The private key {shown(path)} has {key.key_size} bits, and Amazon Pay takes {MIN_BITS} or more: "
            "have a new key pair made in Seller Central."
        )
    return key


def _keep_out_of_core_files() -> None:
    """From here on a crash of the interpreter leaves no image of a memory that holds a key."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _instead(content: bytes) -> str:
    """Say what a file holds that is no private key in PEM form, as the rest of a sentence; never repeats any of it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is UTF-16 text and so holds no private key that can be read: save it as plain text (ASCII or UTF-8)."
    if b"-----BEGIN OPENSSH PRIVATE KEY" in content:
        return (
            "holds a private key in the form of OpenSSH, not in PEM form: "
            "convert a copy of it with ssh-keygen -p -m PEM -f COPY, and name that."
        )
    if b"PRIVATE KEY-----" in content:
        return "holds no private key in PEM form that can be read: it is cut or changed; download or copy it again."
    if b"PUBLIC KEY-----" in content or content.startswith(b"ssh-rsa "):
        return "holds no private key but the public one: name the file of the private key."
    if b"-----BEGIN CERTIFICATE" in content:
        return "holds no private key but a certificate: name the file that Seller Central gave you."
    if not content.strip():
        return "holds no private key in PEM form, it is empty: name the file that Seller Central gave you."
    return "holds no private key in PEM form: name the file that Seller Central gave you."


def _unfollowed(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _check_parent_owner(path: Path, called: str, option: str) -> None:
    """Refuse a directory of somebody else: its owner could put another file in the place of the key."""
    directory = path.absolute().parent
    try:
        owner = directory.stat().st_uid
    except OSError as error:
        raise ConfigError(
            f"The {called} {shown(path)} cannot be read: {error.strerror}. Check the file and its permissions."
        ) from error
    if owner not in (os.geteuid(), 0):
        raise ConfigError(
            f"The directory {shown(directory)} of the {called} belongs to somebody else: "
            f"move the key to a directory of your own and name it in {option}."
        )
