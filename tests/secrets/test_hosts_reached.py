"""Promise S4: whatever an address is spelled like, nothing goes to another host than the one of the profile."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
from tests.secrets.net import watched
from tests.support.figures import tell
from tests.support.peers import Peer, Script, http, take_request

from azpay_tui.amazon.download import Downloads
from azpay_tui.amazon.hosts import Endpoint, endpoint
from azpay_tui.amazon.transport import Place, open_client
from azpay_tui.paths import ConfigError
from azpay_tui.profiles import is_local_url
from azpay_tui.shops.address import shop_address

EVIL = "evil.example"
LIVE, SIMULATOR = endpoint("live", "eu"), endpoint("simulator", "eu", "http://127.0.0.1:8080")


def spellings(place: Endpoint) -> Iterator[str]:
    """Yield addresses that are, look like, or once were taken for a place's own."""
    scheme, host, port = place.scheme, place.host, place.port
    at = f"{host}:{port}"
    for authority in (
        host, at, host.upper(), f"{host}.", f"{host}..", f"{host}:", f"{host}:0", f"{host}:1", f"{host}:65536",
        f"{host}:{port}0", f"{host}:+{port}", f"{host}:0{port}", f"{host}:\u0664\u0664\u0663", f"{at}:{port}",
        f"{host}.{EVIL}", f"{host}{EVIL}", f"x{host}", f"{EVIL}.{host}", host.replace(".", "-"), host.replace(".", ""),
        f"{host}@{EVIL}", f"{at}@{EVIL}", f"{EVIL}@{host}", f"user:word@{host}", f"@{host}", f":@{host}", f"{host}@",
        f"{EVIL}#{host}", f"{EVIL}?{host}", f"{EVIL}\\{host}", f"{host}\\@{EVIL}", f"{host}\\.{EVIL}", f"{EVIL}/{host}",
        f"{host}%2e{EVIL}", f"{host}%00.{EVIL}", f"{host}%23@{EVIL}", f"%70{host[1:]}", f"{host}\t.{EVIL}",
        f"{host}\n.{EVIL}", f"{host}\r\nHost: {EVIL}", f"{host}\x00.{EVIL}", f" {host}", f"{host} ", f"{host};{EVIL}",
        f"{host},{EVIL}", f"{host}&{EVIL}", f"[{host}]", f"[::ffff:127.0.0.1]:{port}", f"[::1]:{port}", f"[::]:{port}",
        f"[::1%25lo]:{port}", f"127.1:{port}", f"2130706433:{port}", f"0x7f000001:{port}", f"0177.0.0.1:{port}",
        f"127.0.0.01:{port}", f"127.0.0.2:{port}", f"0.0.0.0:{port}", f"0:{port}", f"localhost:{port}",
        f"localhost.:{port}", f"169.254.169.254:{port}", f"10.0.0.1:{port}", host.replace("a", "\u0430"),
        host.replace("o", "\u043e"), host.replace(".", "\u3002"), host.replace("1", "\uff11"), f"xn--{host}",
        "pay-api.amazon.com", "pay-api.amazon.eu", "pay-api.amazon.jp", "pay-api.amazon.co.uk", "amazon.eu", "", ".",
    ):  # fmt: skip
        yield f"{scheme}://{authority}/v2/charges"
    for start in (
        "http://", "https://", "HTTPS://", "ftp://", "file://", "ws://", "gopher://", "//", "", "https:", "https:/",
        "https:///", "https:\\\\", "javascript:", "data:,", "\thttps://", "https ://", "view-source:https://",
    ):  # fmt: skip
        yield f"{start}{host}/v2/charges"
        yield f"{start}{EVIL}/{host}/v2/charges"
    for path in (
        "//evil.example/x",
        "/\\evil.example",
        "/../../evil.example",
        "/@evil.example",
        "?https://evil.example",
    ):
        yield f"{scheme}://{at}{path}"


def by_client(place: Place) -> Callable[[str], None]:
    def go(url: str) -> None:
        with open_client(place) as client:
            client.get(url)

    return go


def by_redirect(place: Place) -> Callable[[str], None]:
    """Answer with a redirect first, then go on over the real line."""

    def go(url: str) -> None:
        class Redirecting(httpx.BaseTransport):
            asked = 0

            def handle_request(self, request: httpx.Request) -> httpx.Response:
                self.asked += 1
                assert self.asked == 1, "a redirect was followed"
                return httpx.Response(307, headers=[(b"location", url.encode("utf-8", "replace"))])

        with open_client(place, transport=Redirecting()) as client:
            client.get(f"{place.origin}/v2/charges")

    return go


def by_simulators_url(url: str) -> None:
    origin = url.removesuffix("/v2/charges")
    if is_local_url(origin):  # what the configuration takes is judged once more when it is used
        by_client(endpoint("simulator", "na", origin))(f"{origin}/v2/charges")
    by_client(endpoint("simulator", "na", url))(url)


def by_download(place: Endpoint) -> Callable[[str], None]:
    return lambda url: _discard(Downloads(place).get(url, io.BytesIO(), 1000, lambda: False))


def by_shop(url: str) -> None:
    by_client(shop_address(url))(url)


def _discard(_result: object) -> None:
    """Take what a way gives back; where it went is what counts."""


LOOPBACK = {"127.0.0.1", "::1", "localhost"}
WAYS: dict[str, tuple[Endpoint, Callable[[str], None], Callable[[str, int], bool]]] = {
    "live": (LIVE, by_client(LIVE), lambda host, port: (host, port) == (LIVE.host, 443)),
    "simulator": (SIMULATOR, by_client(SIMULATOR), lambda host, port: (host, port) == (SIMULATOR.host, 8080)),
    "redirect of live": (LIVE, by_redirect(LIVE), lambda host, port: False),
    "redirect of the simulator": (SIMULATOR, by_redirect(SIMULATOR), lambda host, port: False),
    "url of the simulator": (SIMULATOR, by_simulators_url, lambda host, port: host in LOOPBACK),
    "file of a simulator": (SIMULATOR, by_download(SIMULATOR), lambda host, port: host in LOOPBACK),
    # Amazon names the host of its files; no address in numbers, no other port, nothing unencrypted.
    "file of live": (LIVE, by_download(LIVE), lambda host, port: port == 443 and host.rpartition(".")[2].isalpha()),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_spelling_leads_elsewhere(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    place, go, allowed = WAYS[way]
    reached = watched(monkeypatch)
    wrong, tried = [], 0
    for url in spellings(place):
        tried += 1
        before = len(reached.places)
        with suppress(ConfigError, httpx.HTTPError, httpx.InvalidURL, ValueError):
            go(url)
        wrong += [(url, went) for went in reached.places[before:] if not allowed(*went)]
    tell("S4", tried, len(wrong), seed=repr(wrong[0]) if wrong else "", says="spellings")
    assert wrong == []
    assert tried >= 50


def test_a_shops_key_goes_to_the_host_that_is_written_and_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = watched(monkeypatch)
    wrong = []
    for url in [*spellings(LIVE), *spellings(SIMULATOR)]:
        before = len(reached.places)
        with suppress(ConfigError, httpx.HTTPError, httpx.InvalidURL, ValueError):
            by_shop(url)
        for host, port in reached.places[before:]:
            literal = url.lower().startswith((f"https://{host}", f"https://[{host}]"))
            if not literal and host not in LOOPBACK:
                wrong.append((url, host, port))
    assert wrong == []


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "SOCKS_PROXY", "NO_PROXY")


def answering(connection: object, over: object) -> None:
    take_request(connection)  # type: ignore[arg-type]
    connection.sendall(http(200, b"{}"))  # type: ignore[attr-defined]


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    script: Script = answering
    with Peer(script) as proxy, Peer(script) as simulator:
        for name in PROXIES:
            value = "" if name == "NO_PROXY" else f"{scheme}://127.0.0.1:{proxy.port}"
            for spelled in (name, name.lower(), name.title()):
                monkeypatch.setenv(spelled, value)
        monkeypatch.setenv("REQUEST_METHOD", "")
        place = endpoint("simulator", "na", simulator.url)
        with open_client(place) as client:
            assert client.get(f"{place.origin}/v2/x").status_code == 200
            assert client.post(f"{place.origin}/v2/x", content=b"{}").status_code == 200
        with suppress(httpx.TransportError), open_client(endpoint("simulator", "na", "https://127.0.0.1:9")) as client:
            client.get("https://127.0.0.1:9/v2/x")
        tell("S4", len(PROXIES) * 3, proxy.connections, says="proxies of the environment")
        assert (proxy.connections, simulator.connections) == (0, 2)


def test_a_key_of_another_environment_is_no_simulators() -> None:
    for wrong in (LIVE.origin, "https://pay-api.amazon.com", "http://pay-api.amazon.eu"):
        with pytest.raises(ConfigError):
            endpoint("simulator", "eu", wrong)
    for environment in ("sandbox", "live"):
        with pytest.raises(ConfigError):
            endpoint(environment, "eu", SIMULATOR.origin)  # type: ignore[arg-type]
