"""Requests go to the hosts of the list and nowhere else, however a host is spelled."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from azpay_tui.amazon.hosts import Endpoint, HostRefusedError, endpoint
from azpay_tui.amazon.transport import open_client
from azpay_tui.paths import ConfigError

SPELLINGS = [
    "http://pay-api.amazon.com",
    "https://pay-api.amazon.com",
    "http://127.0.0.2",
    "http://127.1",
    "http://127.0.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://0x7f.0.0.1",
    "http://0177.0.0.1",
    "http://127.0.0.01",
    "http://127.0.0.1.",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1@evil.example",
    "http://127.0.0.1:80@evil.example",
    "http://evil.example@127.0.0.1",
    "http://user:word@127.0.0.1",
    "http://@127.0.0.1",
    "http://evil.example#127.0.0.1",
    "http://127.0.0.1#evil.example",
    "http://evil.example?127.0.0.1",
    "http://127.0.0.1?x=1",
    "http://evil.example/127.0.0.1",
    "http://127.0.0.1/path",
    "http://127.0.0.1\\@evil.example",
    "http:\\\\127.0.0.1",
    "http://evil.example\\127.0.0.1",
    "http://localhost.evil.example",
    "http://localhost.",
    "http://LOCALHOST",
    "http://xlocalhost",
    "http://localhost%2eevil.example",
    "http://%6cocalhost",
    "http://local\u0068ost\u3002evil.example",
    "http://\uff11\uff12\uff17.0.0.1",
    "http://127\u30020\u30020\u30021",
    "http://\u217c\u043e\u0441alhost",
    "http://[::]",
    "http://[::1%25lo]",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[::1].evil.example",
    "http://::1",
    "http://0.0.0.0",
    "http://0",
    "http://10.0.0.1",
    "http://169.254.169.254",
    "http://192.168.0.1",
    "http://127.0.0.1:0",
    "http://127.0.0.1:65536",
    "http://127.0.0.1:8080:80",
    "http://127.0.0.1:+80",
    "http://127.0.0.1:\u0661",
    "http:// 127.0.0.1",
    " http://127.0.0.1",
    "http://127.0.0.1\n",
    "http://127.0.0.1\r\nHost: evil.example",
    "http://127.0.0.1\x00.evil.example",
    "HTTP://127.0.0.1",
    "ftp://127.0.0.1",
    "file:///etc/passwd",
    "ws://127.0.0.1",
    "//127.0.0.1",
    "127.0.0.1:8080",
    "localhost",
    "",
    None,
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_simulator_is_this_machine_spelled_plainly(url: str | None) -> None:
    with pytest.raises(HostRefusedError) as caught:
        endpoint("simulator", "na", url)
    assert "evil" not in str(caught.value)
    assert "word" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("https://localhost:8443", "https://localhost:8443"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_simulator_on_loopback(url: str, origin: str) -> None:
    assert endpoint("simulator", "eu", url).origin == origin


@pytest.mark.parametrize("environment", ["sandbox", "live"])
@pytest.mark.parametrize(
    ("region", "host"), [("na", "pay-api.amazon.com"), ("eu", "pay-api.amazon.eu"), ("jp", "pay-api.amazon.jp")]
)
def test_real_hosts_by_region(environment: str, region: str, host: str) -> None:
    assert endpoint(environment, region).origin == f"https://{host}"
    for url in ("http://127.0.0.1", f"https://{host}", ""):
        with pytest.raises(HostRefusedError):
            endpoint(environment, region, url)


@pytest.mark.parametrize(("environment", "region"), [("simulator", "us"), ("live", "NA"), ("Live", "na"), ("", "eu")])
def test_unknown_places_are_refused(environment: str, region: str) -> None:
    with pytest.raises(HostRefusedError):
        endpoint(environment, region, "http://127.0.0.1")


AMAZON = endpoint("live", "na")
SIMULATOR = endpoint("simulator", "na", "http://127.0.0.1:8080")
ELSEWHERE = [
    "http://pay-api.amazon.com/v2/charges",
    "https://pay-api.amazon.com:444/v2/charges",
    "https://pay-api.amazon.com./v2/charges",
    "https://pay-api.amazon.com.evil.example/v2/charges",
    "https://pay-api.amazon.com@evil.example/v2/charges",
    "https://user@pay-api.amazon.com/v2/charges",
    "https://user:word@pay-api.amazon.com/v2/charges",
    "https://pay-api.amazon.eu/v2/charges",
    "https://pay-api.amazon.co.jp/v2/charges",
    "https://xpay-api.amazon.com/v2/charges",
    "https://amazon.com/v2/charges",
    "https://p\u0430y-api.amazon.com/v2/charges",
    "https://pay-api.amazon.com%2eevil.example/v2/charges",
    "https://127.0.0.1/v2/charges",
    "http://127.0.0.1:8081/",
    "http://127.0.0.2:8080/",
    "http://localhost:8080/",
    "https://127.0.0.1:8080/",
    "http://[::1]:8080/",
    "http://x@127.0.0.1:8080/",
]


@pytest.mark.parametrize("url", ELSEWHERE)
@pytest.mark.parametrize("allowed", [AMAZON, SIMULATOR], ids=["amazon", "simulator"])
def test_client_refuses_every_other_host(allowed: Endpoint, url: str) -> None:
    sent: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    with open_client(allowed, transport=httpx.MockTransport(record)) as client:
        with pytest.raises((HostRefusedError, httpx.InvalidURL)):
            client.get(url)
        assert sent == []
        assert client.get(f"{allowed.origin}/v2/charges").status_code == 200


def test_redirects_are_not_followed() -> None:
    asked: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(307, headers={"location": "https://pay-api.amazon.com/v2/charges/other"})

    with open_client(AMAZON, transport=httpx.MockTransport(elsewhere)) as client:
        assert client.get("https://pay-api.amazon.com/v2/charges").status_code == 307
    assert len(asked) == 1


def test_cookies_are_not_kept() -> None:
    seen: list[str | None] = []

    def baker(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"set-cookie": "a=b; Path=/"})

    with open_client(AMAZON, transport=httpx.MockTransport(baker)) as client:
        client.get("https://pay-api.amazon.com/v2/x")
        client.get("https://pay-api.amazon.com/v2/x")
    assert seen == [None, None]


def test_certificates_of_a_file_are_for_the_simulator_only(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="simulator only"):
        open_client(AMAZON, ca_file=tmp_path / "ca.pem")
    broken = tmp_path / "ca.pem"
    broken.write_text("nothing")
    for path in (broken, tmp_path / "missing.pem"):
        with pytest.raises(ConfigError, match="ca_file"):
            open_client(endpoint("simulator", "na", "https://127.0.0.1:1"), ca_file=path)
