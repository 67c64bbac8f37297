"""Promise S3: a key is read from a regular file that is one's own alone, in a place nobody else can write to."""

from __future__ import annotations

import itertools
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from tests.support.figures import size, tell

from azpay_tui.keyfile import load_private_key, read_key_file
from azpay_tui.paths import ConfigError

STRANGER = 12345
ROOT = os.geteuid() == 0
REMEDY = re.compile(
    "chmod|chown|name |move the key|choose another|run azpay as|make a copy|convert|download|save|Check|new key pair|"
    "Amazon Pay takes RSA keys only"
)
PARENTS = (0o700, 0o711, 0o750, 0o755, 0o770, 0o707, 0o720, 0o702, 0o777, 0o1770, 0o1707, 0o1777)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(
    key: PrivateKeyTypes, form: PrivateFormat = PrivateFormat.PKCS8, secret: KeySerializationEncryption | None = None
) -> bytes:
    return key.private_bytes(Encoding.PEM, form, secret or NoEncryption())


GOOD = pem(KEY)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    directory = tmp_path / "above" / "keys"
    directory.mkdir(parents=True, mode=0o700)
    return directory


def refusal(read: Callable[[Path], object], path: Path) -> str | None:
    """Return the sentence of a refusal, None when the file was taken."""
    try:
        read(path)
    except ConfigError as error:
        sentence = str(error)
        assert REMEDY.search(sentence), sentence
        assert sentence.isprintable()
        assert not re.search(r"BEGIN|MII|MIG", sentence), sentence
        return sentence
    return None


def test_every_mode_of_the_file_below_every_mode_of_the_directories_above(place: Path) -> None:
    file = place / "key.pem"
    file.write_bytes(GOOD)
    wrong, tried = [], 0
    for parent, above in itertools.product(PARENTS, (0o700, 0o755, 0o777)):
        place.chmod(parent)
        place.parent.chmod(above)
        others = any(mode & 0o022 and not mode & 0o1000 for mode in (parent, above))
        for mode in range(0, 0o1000, size(5, 1)):
            file.chmod(mode)
            taken = not others and not mode & 0o077 and (ROOT or bool(mode & 0o400))
            tried += 1
            if (refusal(read_key_file, file) is None) is not taken:
                wrong.append(f"{mode:o} below {parent:o} below {above:o}")
    place.parent.chmod(0o700)
    place.chmod(0o700)
    tell("S3", tried, len(wrong), seed=wrong[0] if wrong else "", says="modes of file and directories")
    assert wrong == []


def link(path: Path) -> None:
    target = path.with_name("target.pem")
    target.write_bytes(GOOD)
    target.chmod(0o600)
    path.symlink_to(target)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(path.parent, os.O_RDONLY)
        try:  # by way of the directory: the whole path may be longer than a socket's may be
            server.bind(f"/proc/self/fd/{here}/{path.name}")
        finally:
            os.close(here)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "symbolic link": (link, "symbolic link"),
    "link to nothing": (lambda path: path.symlink_to("nothing"), "symbolic link"),
    "link to itself": (lambda path: path.symlink_to(path.name), "symbolic link"),
    "pipe": (lambda path: os.mkfifo(path, 0o600), "no regular file"),
    "directory": (lambda path: path.mkdir(0o700), "no regular file"),
    "socket": (listening, "no regular file"),
    "missing": (lambda path: None, "No such file"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_regular_file_is_refused(place: Path, kind: str) -> None:
    make, says = KINDS[kind]
    make(place / "key.pem")
    found = refusal(read_key_file, place / "key.pem")
    tell("S3", 1, int(found is None))
    assert found is not None
    assert says in found


def test_a_device_is_refused() -> None:
    for path in (Path("/dev/null"), Path("/dev/zero"), Path("/dev/stdin")):
        assert refusal(read_key_file, path) is not None


@pytest.mark.parametrize("which", ["key.pem", "."])
def test_what_belongs_to_somebody_else_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch, which: str) -> None:
    file = place / "key.pem"
    file.write_bytes(GOOD)
    file.chmod(0o600)
    if ROOT:
        os.chown(place / which, STRANGER, STRANGER)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: STRANGER)
    found = refusal(read_key_file, file)
    tell("S3", 1, int(found is None))
    assert found is not None
    assert "belongs to" in found


SECRET = BestAvailableEncryption(b"x")
PUBLIC = KEY.public_key()
CONTENTS: dict[str, tuple[bytes, str | None]] = {
    "PKCS 8": (GOOD, None),
    "PKCS 1": (pem(KEY, PrivateFormat.TraditionalOpenSSL), None),
    "CRLF": (GOOD.replace(b"\n", b"\r\n"), None),
    "mark at the beginning": (b"\xef\xbb\xbf" + GOOD, None),
    "text around it": (b"Bag Attributes\n" + GOOD + b"\n\n", None),
    "longer": (pem(rsa.generate_private_key(public_exponent=65537, key_size=3072)), None),
    "empty": (b"", "it is empty"),
    "blank": (b"\n \n", "it is empty"),
    "text": (b"SECRET", "no private key"),
    "zeros": (bytes(1000), "no private key"),
    "cut": (GOOD[:400], "no private key in PEM form"),
    "cut inside": (GOOD[:400] + GOOD[-30:], "cut or changed"),
    "no end": (GOOD.replace(b"-----END", b""), "no private key in PEM form"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "UTF-16"),
    "DER": (KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), "no private key in PEM form"),
    "public": (PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "but the public one"),
    "public of SSH": (PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH), "but the public one"),
    "of SSH": (KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()), "OpenSSH"),
    "encrypted": (pem(KEY, secret=SECRET), "has a passphrase"),
    "encrypted, older": (pem(KEY, PrivateFormat.TraditionalOpenSSL, SECRET), "has a passphrase"),
    "elliptic": (pem(ec.generate_private_key(ec.SECP256R1())), "no RSA key"),
    "ed25519": (pem(ed25519.Ed25519PrivateKey.generate()), "no RSA key"),
    "DSA": (pem(dsa.generate_private_key(1024)), "no RSA key"),
    "1024 bits": (pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)), "has 1024 bits"),
    "certificate": (b"-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n", "but a certificate"),
    "too large": (b"-" * 70_000, "too large"),
}


def test_a_directory_that_swaps_the_file_between_look_and_opening_gains_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, other = place / "key.pem", place / "other.pem"
    for path in (file, other):
        path.write_bytes(GOOD)
        path.chmod(0o600)
    other.chmod(0o644)
    real = os.open

    def swapped(path: str, flags: int, *mode: int) -> int:
        return real(other if Path(path) == file else path, flags, *mode)

    monkeypatch.setattr(os, "open", swapped)
    found = refusal(read_key_file, file)
    assert found is not None
    assert "open to others" in found


@pytest.mark.parametrize("content", CONTENTS)
def test_what_the_file_holds(place: Path, content: str) -> None:
    file = place / "key.pem"
    held, says = CONTENTS[content]
    file.write_bytes(held)
    file.chmod(0o600)
    found = refusal(load_private_key, file)
    tell("S3", 1, int((found is None) != (says is None)))
    assert (found is None) == (says is None), found
    assert says is None or says in (found or "")
