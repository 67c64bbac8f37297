"""An address as requests go to it: read whole or not at all."""

from __future__ import annotations

import pytest

from azpay_tui.address import Address, parse


@pytest.mark.parametrize(
    ("text", "address", "url"),
    [
        ("HTTPS://Shop.Example", Address("https", "shop.example", 443, ""), "https://shop.example"),
        (
            "https://shop.example:443/A%20b/",
            Address("https", "shop.example", 443, "/A%20b/"),
            "https://shop.example/A%20b/",
        ),
        ("http://[::1]:8080//x", Address("http", "::1", 8080, "//x"), "http://[::1]:8080//x"),
    ],
)
def test_an_address_is_read_and_written(text: str, address: Address, url: str) -> None:
    assert parse(text) == address
    assert address.url == url


@pytest.mark.parametrize(
    "text",
    ["shop.example", "https://a@shop.example", "https://shop.example:0", "https://shop.example:65536", "https://é"],
)
def test_what_is_no_address(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "open_to_others"),
    [
        ("https://shop.example", False),
        ("http://localhost:1", False),
        ("http://[::1]", False),
        ("http://127.0.0.2", True),
    ],
)
def test_http_to_another_machine_is_in_the_clear(text: str, open_to_others: bool) -> None:
    found = parse(text)
    assert found is not None
    assert found.in_the_clear is open_to_others
