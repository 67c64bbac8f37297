"""Where a shop is, and its key: nothing but a plain https address, nothing but a file of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from azpay_tui.paths import ConfigError
from azpay_tui.shops.address import shop_address
from azpay_tui.shops.keys import load_shop_key


@pytest.mark.parametrize(
    ("url", "whole", "port"),
    [
        ("https://shop.example", "https://shop.example", 443),
        ("HTTPS://Shop.Example/", "https://shop.example", 443),
        ("https://shop.example:8443/Blog/store", "https://shop.example:8443/Blog/store", 8443),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example", 443),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", 8080),
        ("http://localhost", "http://localhost", 80),
        ("http://[::1]:8080/shop/", "http://[::1]:8080/shop", 8080),
    ],
)
def test_an_address(url: str, whole: str, port: int) -> None:
    address = shop_address(url)
    assert (address.url, address.port) == (whole, port)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "http://shop.example",
        "http://127.0.0.2",
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "https://ck_SECRET:cs_SECRET@shop.example",
        "https://shop.example?consumer_secret=SECRET",
        "https://shop.example/#SECRET",
        "https://shop.example/../x",
        "https://shop.example/a//b",
        "https://shop.example/%2e%2e",
        "https://shop.example:0",
        "https://shop.example:65536",
        "https://shop.example\\@evil.example",
        "https://shop.example\n",
        "https://shop .example",
        "https://bücher.example",
        "https://-shop.example",
        "ftp://shop.example",
        "https:///etc",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        shop_address(url)
    assert "SECRET" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    directory = tmp_path / "keys"
    directory.mkdir(0o700)
    path = directory / "shop.key"
    path.touch(0o600)
    return path


@pytest.mark.parametrize("text", ["ck_1\ncs_2\n", "ck_1:cs_2", " ck_1 \r\n\r\n cs_2\r\n", "ck_1 cs_2"])
def test_a_key(file: Path, text: str) -> None:
    file.write_text(text)
    key = load_shop_key(file)
    assert (key.name, key.secret) == ("ck_1", "cs_2")
    assert "cs_2" not in repr(key)
    assert "ck_1" not in repr(key)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"SECRET",
        b"a\nb\nSECRET",
        b"a:b:SECRET",
        b"a:\n",
        b":SECRET",
        "ck\nSECRETü".encode(),
        "ck_1\nSECRET".encode("utf-16"),
        b"ck_1\nSECRET" + b"x" * 200,
        b"a\x00b\nSECRET",
        b"x" * 100_000,
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"holds no key to a shop|too large for a key file") as caught:
        load_shop_key(file)
    chain: BaseException | None = caught.value
    while chain is not None:
        assert "SECRET" not in repr(chain)
        chain = chain.__cause__


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o660, 0o666])
def test_a_key_that_others_can_reach_is_refused(file: Path, bits: int) -> None:
    file.write_text("ck_1:cs_2")
    file.chmod(bits)
    with pytest.raises(ConfigError, match="open to others: chmod 600"):
        load_shop_key(file)


def test_a_key_behind_a_link_and_a_missing_one_are_refused(file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    with pytest.raises(ConfigError, match="symbolic link"):
        load_shop_key(link)
    file.unlink()
    with pytest.raises(ConfigError, match="No such file"):
        load_shop_key(file)
