"""The private key: read only when nobody else can read or swap it."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from azpay_tui.keyfile import check_key_file, load_private_key, read_key_file
from azpay_tui.paths import ConfigError

STRANGER = 12345


def pem(
    key: PrivateKeyTypes,
    form: PrivateFormat = PrivateFormat.PKCS8,
    encryption: KeySerializationEncryption | None = None,
) -> bytes:
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption())


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def file(tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> Path:
    directory = tmp_path / "keys"
    directory.mkdir(0o700)
    path = directory / "key.pem"
    path.write_bytes(pem(rsa_key))
    path.chmod(0o600)
    return path


def refused(path: Path, reason: str) -> None:
    """Expect both ways to the key to be closed, with one line that is safe to print and holds no key."""
    for way in (check_key_file, load_private_key):
        with pytest.raises(ConfigError, match=reason) as caught:
            way(path)
        assert str(caught.value).isprintable()
        assert not re.search(r"BEGIN|MII|SECRET", str(caught.value))
        assert caught.value.__cause__ is None or isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("bits", [0o400, 0o600, 0o700])
def test_a_key_of_ones_own_is_accepted(file: Path, bits: int, rsa_key: rsa.RSAPrivateKey) -> None:
    file.chmod(bits)
    check_key_file(file)
    assert load_private_key(file).private_numbers() == rsa_key.private_numbers()
    assert read_key_file(file) == file.read_bytes()


def test_the_older_form_of_a_key_is_accepted(file: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    file.write_bytes(pem(rsa_key, PrivateFormat.TraditionalOpenSSL))
    check_key_file(file)


@pytest.mark.parametrize("bits", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o777])
def test_a_key_that_others_can_reach_is_refused_with_the_remedy(file: Path, bits: int) -> None:
    file.chmod(bits)
    refused(file, rf"open to others: chmod 600 {file}$")
    file.chmod(0o600)
    check_key_file(file)


def change_owner(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() == 0:
        os.chown(path, STRANGER, STRANGER)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: STRANGER)


def test_a_key_of_another_user_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change_owner(file, monkeypatch)
    refused(file, "belongs to")


def test_a_key_in_a_directory_of_another_user_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change_owner(file.parent, monkeypatch)
    refused(file, "belongs to somebody else: move the key")


@pytest.mark.parametrize("bits", [0o770, 0o707, 0o777, 0o722])
def test_a_key_in_an_open_directory_is_refused(file: Path, bits: int) -> None:
    file.parent.chmod(bits)
    refused(file, f"chmod go-w {file.parent}")
    file.parent.chmod(bits | 0o1000)
    check_key_file(file)


def test_a_key_below_an_open_directory_is_refused(file: Path) -> None:
    file.parent.parent.chmod(0o777)
    refused(file, f"chmod go-w {file.parent.parent}")


def test_a_link_is_refused_and_its_target_named(file: Path) -> None:
    link = file.parent / "link.pem"
    link.symlink_to(file)
    refused(link, rf"symbolic link: name the file itself, {file}")


def test_a_directory_reached_through_a_link_is_fine(file: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(file.parent)
    check_key_file(tmp_path / "link" / file.name)


def pipe(path: Path) -> None:
    os.mkfifo(path, 0o600)


def directory(path: Path) -> None:
    path.mkdir(0o700)


@pytest.mark.parametrize("make", [pipe, directory])
def test_what_is_no_regular_file_is_refused(file: Path, make: Callable[[Path], None]) -> None:
    file.unlink()
    make(file)
    refused(file, "no regular file")


def test_a_missing_key_is_refused(file: Path) -> None:
    refused(file.parent / "other.pem", "No such file")
    refused(file.parent / "no" / "other.pem", "No such file")
    refused(file / "below", "Not a directory")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"SECRET",
        b"-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n",
        b"\x00\xff" * 100,
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    refused(file, "holds no private key in PEM form")


def test_a_huge_file_is_no_key(file: Path) -> None:
    file.write_bytes(b"-" * (64 * 1024 + 1))
    refused(file, "too large")


def test_only_an_rsa_key_without_passphrase_will_do(file: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    file.write_bytes(pem(rsa_key, encryption=BestAvailableEncryption(b"x")))
    refused(file, "has a passphrase")
    file.write_bytes(pem(rsa_key, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"x")))
    refused(file, "has a passphrase")
    file.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    refused(file, "no RSA key")
    file.write_bytes(rsa_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    refused(file, "holds no private key")


def test_a_short_key_is_refused(file: Path) -> None:
    file.write_bytes(pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)))
    refused(file, "has 1024 bits, and Amazon Pay takes 2048 or more")


def test_a_key_saved_by_another_system_is_accepted(file: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    for text in (pem(rsa_key).replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + pem(rsa_key).replace(b"\n", b"\r\n")):
        file.write_bytes(text)
        assert load_private_key(file).private_numbers() == rsa_key.private_numbers()


def test_what_a_file_holds_instead_of_a_key_is_said(file: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    public = rsa_key.public_key()
    private = pem(rsa_key)
    for content, says in {
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo): "but the public one",
        public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH): "but the public one",
        rsa_key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()): "ssh-keygen -p -m PEM",
        private.decode().encode("utf-16"): "UTF-16",
        private[: len(private) // 2] + b"\n-----END PRIVATE KEY-----\n": "cut or changed",
        b"-----BEGIN CERTIFICATE-----\nSECRET\n-----END CERTIFICATE-----\n": "but a certificate",
        b" \n": "it is empty",
        b"SECRET": "no private key in PEM form",
    }.items():
        file.write_bytes(content)
        refused(file, says)
