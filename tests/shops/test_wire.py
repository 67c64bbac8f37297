"""The line to a shop against servers that are busy, broken, endless, elsewhere or in the way."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from tests.shops.conftest import EVER, Read
from tests.shops.fake_woocommerce import SECRET, FakeWooCommerce
from tests.shops.serving import Answer, Asked, Served, as_json
from tests.support.peers import Peer, Script, http, reset, take_request

from azpay_tui.shops import wire
from azpay_tui.shops.errors import ShopError, ShopHeavyError, ShopStoppedError, ShopUnreachableError
from azpay_tui.simulator.certificate import ensure_certificate
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.threaded import Loopback

Serve = Callable[..., Served]
PRESET = "woocommerce-rest"


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on a silent server after a moment, not after a minute."""
    monkeypatch.setattr(wire, "PATIENCE", wire.Patience(connect=2.0, write=2.0, read=0.25, pool=2.0, total=5.0))


def busy(status: int, *, after: str | None = None) -> Answer:
    return Answer(status, b"<h1>busy</h1>", {} if after is None else {"Retry-After": after})


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 599])
def test_a_busy_server_is_asked_again(samples: list[Order], serve: Serve, reading: Read, status: int) -> None:
    served = serve(FakeWooCommerce(samples[:3]))
    served.first = [busy(status)] * 3
    work = reading(PRESET, served.url)
    assert len(work.read()) == 3
    assert len(work.waited) == 3
    assert all(usual * 0.5 <= waited <= usual * 1.5 for usual, waited in zip(wire.WAITS, work.waited, strict=True))


def test_a_server_that_says_how_long_is_left_alone_as_long(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeWooCommerce(samples[:3]))
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=50), usegmt=True)
    served.first = [busy(429, after="17"), busy(503, after=soon), busy(429, after="soon")]
    work = reading(PRESET, served.url)
    assert len(work.read()) == 3
    assert work.waited[0] == 17
    assert 30 < work.waited[1] <= 50
    assert work.waited[2] <= wire.WAITS[2] * 1.5


@pytest.mark.parametrize("after", ["121", "86400", "999999999"])
def test_a_server_that_wants_too_long_ends_the_run(
    samples: list[Order], serve: Serve, reading: Read, after: str
) -> None:
    served = serve(FakeWooCommerce(samples[:3]))
    served.first = [busy(429, after=after)]
    work = reading(PRESET, served.url, seconds=1000)
    with pytest.raises(ShopError, match=rf"asks to be left alone for {after} seconds; what is missing comes with"):
        work.read()
    assert work.waited == []


def test_a_pause_longer_than_the_run_ends_it(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeWooCommerce(samples[:3]))
    served.first = [busy(429, after="30")]
    with pytest.raises(ShopError, match="left alone for 30 seconds"):
        reading(PRESET, served.url, seconds=20).read()


def test_a_server_that_stays_busy_is_left_after_four_tries(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(lambda asked: busy(429))
    with pytest.raises(ShopError, match="gets too many requests: give the source a longer every"):
        reading(PRESET, served.url).read()
    assert len(served.asked) == 4


def test_what_was_read_before_a_server_breaks_stays(samples: list[Order], serve: Serve, reading: Read) -> None:
    shop = FakeWooCommerce([order for order in samples if not order.refund_ids()])

    def breaks(asked: Asked) -> Answer:
        first = (asked.query["per_page"], asked.query["page"]) == ("100", "1")
        return shop(asked) if first else busy(502)

    work = reading(PRESET, serve(breaks).url)
    with pytest.raises(ShopHeavyError, match=r"an error of its own .502.: look into the shop's log"):
        work.read()
    assert len(work.records) == 100


def test_a_wish_to_stop_ends_a_pause(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeWooCommerce(samples[:3]))
    work = reading(PRESET, served.url)

    def asked_again(_: Asked) -> Answer:
        work.stop.set()
        return busy(503)

    served.first = [asked_again]
    with pytest.raises(ShopStoppedError):
        work.read()
    assert len(served.asked) == 1


def test_a_wish_to_stop_does_not_wait_for_a_silent_server(reading: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE", wire.Patience(connect=60, write=60, read=60, pool=60, total=60))
    asked = threading.Event()

    def silent(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        asked.set()
        over.wait(60)

    with Peer(silent) as peer:
        work = reading(PRESET, peer.url)
        ended: list[BaseException] = []

        def run() -> None:
            try:
                work.read()
            except ShopStoppedError as error:
                ended.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        assert asked.wait(20)
        work.stop.set()
        thread.join(20)  # the server would be silent for sixty
        assert ended


def test_a_run_has_an_end(samples: list[Order], serve: Serve, reading: Read) -> None:
    with pytest.raises(ShopError, match="the time of a run, 0 seconds, was over before everything was read"):
        reading(PRESET, serve(FakeWooCommerce(samples)).url, seconds=0).read()


def test_a_run_takes_no_more_than_its_bytes(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeWooCommerce(samples))
    whole = len(served.shop(_asked_once(served, reading)).body)
    work = reading(PRESET, served.url, max_bytes=whole + 1000)
    with pytest.raises(ShopError, match=rf"more than {whole + 1000} bytes in one run: .*max_bytes"):
        work.read()


def _asked_once(served: Served, reading: Read) -> Asked:
    """The very first question, to know how large its answer is."""
    served.first = [Answer(403, b"")]
    with pytest.raises(ShopError):
        reading(PRESET, served.url).read()
    return served.asked[0]


def answering(data: bytes, then: Callable[[socket.socket], None] | None = None) -> Script:
    def script(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        connection.sendall(data)
        if then is not None:
            then(connection)

    return script


def stalled(data: bytes) -> Script:
    def script(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        connection.sendall(data)
        over.wait(20)

    return script


WHOLE = http(200, b'[{"id": 1}]')
BROKEN: dict[str, tuple[Script, str]] = {
    "cut": (answering(WHOLE[:-4]), "the connection to .* was lost"),
    "cut and reset": (answering(WHOLE[:-4], reset), "the connection to .* was lost"),
    "nothing": (answering(b""), "the connection to .* was lost"),
    "no HTTP": (answering(b"220 mail.example ESMTP\r\n"), "the connection to .* was lost"),
    "stalled": (stalled(WHOLE[:-4]), "did not answer in time"),
    "silent": (stalled(b""), "did not answer in time"),
}


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("name", BROKEN)
def test_an_answer_that_does_not_arrive_whole_is_asked_for_again_and_then_said(reading: Read, name: str) -> None:
    script, sentence = BROKEN[name]
    with Peer(script) as peer:
        work = reading(PRESET, peer.url)
        with pytest.raises(ShopHeavyError, match=sentence):
            work.read()
        # Four tries with each size of page.
        assert peer.connections == 8
    assert work.records == []


def test_an_endless_answer_is_cut(reading: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_ANSWER", 100_000)

    def endless(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[")
        while not over.is_set():
            connection.sendall(b"1," * 5000)

    with Peer(endless) as peer:
        with pytest.raises(ShopHeavyError, match="larger than any page of orders"):
            reading(PRESET, peer.url).read()
        assert peer.connections == 2  # once with each size of page


def test_a_packed_answer_is_unpacked_within_bounds(
    samples: list[Order], serve: Serve, reading: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = FakeWooCommerce(samples[:3])

    def packed(pack: Callable[[bytes], bytes], name: str) -> Callable[[Asked], Answer]:
        def answer(asked: Asked) -> Answer:
            plain = shop(asked)
            return replace(plain, body=pack(plain.body), headers={**plain.headers, "Content-Encoding": name})

        return answer

    assert len(reading(PRESET, serve(packed(gzip.compress, "gzip")).url).read()) == 3
    assert len(reading(PRESET, serve(packed(zlib.compress, "deflate")).url).read()) == 3
    for odd in (
        packed(gzip.compress, "br"),
        packed(bytes, "gzip"),
        packed(lambda body: gzip.compress(body)[:-9], "gzip"),
    ):
        with pytest.raises(ShopError, match="compresses its answers in a way that cannot be read"):
            reading(PRESET, serve(odd).url).read()
    monkeypatch.setattr(wire, "MAX_ANSWER", 100_000)
    bomb = packed(lambda body: gzip.compress(b"[" + b"1," * 10_000_000), "gzip")
    with pytest.raises(ShopHeavyError, match="larger than any page"):
        reading(PRESET, serve(bomb).url).read()


NO_DATA: dict[str, tuple[bytes, str]] = {
    "a web page": (b"<!DOCTYPE html><title>Shop</title>", "a web page in the place of data"),
    "a warning of PHP before it": (b"<br />\n<b>Warning</b>: foo in /srv/x.php\n[]", "warnings of PHP"),
    "nothing": (b"", "no JSON"),
    "half of it": (b'[{"id": 1}, {"id"', "no JSON"),
    "no text": (b"\xff\xfe[]", "no JSON"),
    "a number that is none": (b'[{"total": NaN}]', "no JSON"),
    "too deep": (b"[" * 100_000, "no JSON"),
    "a number without end": (b"[" + b"1" * 10_000 + b"]", "no JSON"),
    "an object": (b'{"orders": []}', "no list of orders"),
    "a word": (b'"orders"', "no list of orders"),
}


@pytest.mark.parametrize("name", NO_DATA)
def test_an_answer_that_is_no_list_of_orders_is_refused_once(
    samples: list[Order], serve: Serve, reading: Read, name: str
) -> None:
    body, sentence = NO_DATA[name]
    served = serve(lambda asked: Answer(200, body))
    with pytest.raises(ShopError, match=sentence) as caught:
        reading(PRESET, served.url).read()
    assert str(caught.value).isprintable()
    assert len(served.asked) == 1


def test_a_byte_order_mark_is_no_fault(samples: list[Order], serve: Serve, reading: Read) -> None:
    shop = FakeWooCommerce(samples[:3])

    def marked(asked: Asked) -> Answer:
        plain = shop(asked)
        return replace(plain, body=b"\xef\xbb\xbf\n" + plain.body)

    assert len(reading(PRESET, serve(marked).url).read()) == 3


def test_records_of_another_shape_come_as_they_are(serve: Serve, reading: Read) -> None:
    served = serve(lambda asked: as_json(200, [1, None, {"id": 5}, ["x"]], {"X-WP-TotalPages": "1"}))
    work = reading(PRESET, served.url)
    with pytest.raises(AssertionError):
        work.read()
    assert work.pages == [[1, None, {"id": 5}, ["x"]]]


@pytest.mark.parametrize("count", [150, 250])
def test_a_page_that_repeats_itself_for_ever_ends(
    samples: list[Order], serve: Serve, reading: Read, count: int
) -> None:
    shop = FakeWooCommerce(samples[:count])

    def cached(asked: Asked) -> Answer:
        return shop(replace(asked, query={**asked.query, "page": "1"}))

    served = serve(cached)
    work = reading(PRESET, served.url)
    with pytest.raises(ShopError, match="sends the same page again and again: have whatever caches"):
        work.read()
    assert len(work.records) == 100


def test_pages_without_an_order_end(serve: Serve, reading: Read) -> None:
    served = serve(lambda asked: as_json(200, [], {"X-WP-TotalPages": "999999999"}))
    with pytest.raises(ShopError, match="the same page again"):
        reading(PRESET, served.url).read()
    assert len(served.asked) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_key_follows_no_redirect(samples: list[Order], serve: Serve, reading: Read, status: int) -> None:
    there = serve(FakeWooCommerce(samples))
    here = serve(lambda asked: Answer(status, b"", {"Location": there.url + asked.path}))
    with pytest.raises(ShopError, match=r"sends on to .*write the shop's final address in url") as caught:
        reading(PRESET, here.url).read()
    assert there.url in str(caught.value)
    assert there.asked == []
    assert len(here.asked) == 1


@pytest.mark.parametrize("location", ["/login", "https://user:pass@x.example/", "https://x example/", "", "//x"])
def test_what_a_redirect_names_is_shown_only_when_it_is_an_address(serve: Serve, reading: Read, location: str) -> None:
    served = serve(lambda asked: Answer(302, b"", {"Location": location}))
    with pytest.raises(ShopError, match=r"sends on, and a key does not follow") as caught:
        reading(PRESET, served.url).read()
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(404, "permalinks"), (405, "permalinks"), (410, "410"), (451, "451"), (403, "robots"), (401, "Authorization")],
)
def test_a_refusal_without_json_says_what_to_check(serve: Serve, reading: Read, status: int, sentence: str) -> None:
    served = serve(lambda asked: Answer(status, b"<html>\x1b[31mno</html>"))
    with pytest.raises(ShopError, match=sentence) as caught:
        reading(PRESET, served.url).read()
    assert str(caught.value).isprintable()
    assert len(served.asked) == 1


def test_nobody_there_is_said_at_once(reading: Read) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    work = reading(PRESET, f"http://127.0.0.1:{port}")
    with pytest.raises(ShopUnreachableError, match="cannot be reached: check url, and the network"):
        work.read()
    assert work.waited == []


def test_a_shop_that_goes_away_in_between_is_waited_for(samples: list[Order], reading: Read) -> None:
    shop = FakeWooCommerce([order for order in samples if not order.refund_ids()][:150])

    def goes(asked: Asked) -> Answer:
        answer = shop(asked)
        return replace(answer, headers={**answer.headers, "Connection": "close"})

    with Served(goes) as served:
        work = reading(PRESET, served.url)
        pages = work.reader.orders(EVER, work.stop, work.notes.append)
        assert len(next(pages)) == 100
    with pytest.raises(ShopUnreachableError):
        next(pages)
    assert len(work.waited) == 3


def test_a_certificate_that_cannot_be_verified_gets_no_key(reading: Read, tmp_path: Path) -> None:
    pair = ensure_certificate(tmp_path)
    core = Simulator({})
    with Loopback(core, pair) as loopback:
        work = reading(PRESET, f"https://127.0.0.1:{loopback.port}")
        with pytest.raises(ShopUnreachableError, match="certificate that cannot be verified, so no key was sent"):
            work.read()
        assert work.waited == []


def test_a_proxy_of_the_environment_gets_nothing(
    samples: list[Order], serve: Serve, reading: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(FakeWooCommerce(samples))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    assert len(reading(PRESET, serve(FakeWooCommerce(samples[:3])).url).read()) == 3
    assert proxy.asked == []


def test_no_secret_is_in_a_message_or_a_representation(serve: Serve, reading: Read) -> None:
    served = serve(lambda asked: Answer(401, asked.headers["authorization"].encode()))
    work = reading(PRESET, served.url)
    with pytest.raises(ShopError) as caught:
        work.read()
    chain: BaseException | None = caught.value
    while chain is not None:
        assert SECRET not in repr(chain) + str(chain)
        chain = chain.__cause__ or chain.__context__
    assert SECRET not in repr(work.reader)
    assert json.dumps(str(caught.value))
