"""R18 and S11: whatever comes over the wire, an exchange ends within its deadline and 32 MB, and proves nothing."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tests.amazon.bodies import CHARGE, changed, encoded
from tests.support.figures import full, tell
from tests.support.peers import Peer, Script, endless, http, take_request

ROOT = Path(__file__).parents[2]
MOST = 32 * 1024 * 1024
BODY = encoded(CHARGE)
NESTED = BODY[:-1] + b', "x": '
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def answering(data: bytes) -> Script:
    """Answer each request with these bytes and close."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        connection.sendall(data)

    return script


def holding(data: bytes) -> Script:
    """Answer with these bytes and say nothing more."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        connection.sendall(data)
        over.wait(120)

    return script


def dripping(data: bytes, seconds: float) -> Script:
    """Send one byte after the other, each within every single wait."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        for byte in data:
            connection.sendall(bytes([byte]))
            if over.wait(seconds):
                return

    return script


def ok(body: bytes, *headers: str) -> Script:
    return answering(http(200, body, *headers))


def packed(body: bytes) -> Script:
    return ok(body, "Content-Encoding: gzip")


@cache
def bomb() -> bytes:
    return gzip.compress(b'{"a":"' + b" " * 100_000_000 + b'"}', 9)


QUICK: dict[str, Callable[[], Script]] = {
    "deep objects": lambda: ok(NESTED + b'{"a":' * 10_000 + b"1" + b"}" * 10_001),
    "deep lists": lambda: ok(NESTED + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    "deep and never closed": lambda: ok(b'{"a":[' * 100_000),
    "wide": lambda: ok(NESTED[:-5] + b",".join(b'"k%d":0' % number for number in range(100_000)) + b"}"),
    "wide lists": lambda: ok(NESTED + b"[" + b"0," * 100_000 + b"0]}"),
    "a million digits": lambda: ok(NESTED + b"9" * 1_000_000 + b"}"),
    "a million decimals": lambda: ok(NESTED + b"0." + b"1" * 1_000_000 + b"}"),
    "an amount of a million digits": lambda: ok(encoded(changed(CHARGE, chargeAmount__amount="9" * 1_000_000))),
    "an id of a million letters": lambda: ok(encoded(changed(CHARGE, chargeId="x" * 1_000_000))),
    "a key twice": lambda: ok(b'{"chargeId":"S01-0000000-0000000-C000000",' + BODY[1:]),
    "NaN": lambda: ok(NESTED + b"NaN}"),
    "Infinity": lambda: ok(NESTED + b"-Infinity}"),
    "invalid UTF-8": lambda: ok(NESTED + b'"\xff\xfe"}'),
    "UTF-16": lambda: ok(BODY.decode().encode("utf-16")),
    "a mark at the beginning": lambda: ok(b"\xef\xbb\xbf" + BODY),
    "half characters": lambda: ok(BODY.replace(b'"state": "Captured"', b'"state": "Captured\\udc00"')),
    "two bodies": lambda: ok(BODY + BODY),
    "gzip bomb": lambda: packed(bomb()),
    "gzip bomb in gzip": lambda: ok(gzip.compress(bomb(), 9), "Content-Encoding: gzip, gzip"),
    "gzip in gzip, said once": lambda: packed(gzip.compress(gzip.compress(BODY))),
    "deflate bomb": lambda: ok(zlib.compress(b" " * 100_000_000, 9), "Content-Encoding: deflate"),
    "cut gzip": lambda: packed(gzip.compress(BODY)[:-9]),
    "a length that is too small": lambda: answering(http(200, BODY, length=len(BODY) - 40)),
    "a length that is too large": lambda: answering(http(200, BODY, length=len(BODY) + 40)),
    "a negative length": lambda: answering(http(200, BODY, length=-1)),
    "an absurd length": lambda: answering(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n" + BODY),
    "endless headers": lambda: endless(b"HTTP/1.1 200 OK\r\n", b"x-pad: " + b"x" * 60_000 + b"\r\n"),
    "one endless header": lambda: endless(b"HTTP/1.1 200 OK\r\nx-pad: ", b"x" * 65_536),
    "endless interim answers": lambda: endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "endless body": lambda: endless(CHUNKED, b"8000\r\n" + b" " * 32_768 + b"\r\n"),
    "one endless chunk": lambda: endless(CHUNKED + b"f" * 15 + b"\r\n", b" " * 65_536),
    "redirects": lambda: answering(http(302, b"", "Location: /v2/charges")),
    "a redirect that keeps the method": lambda: answering(http(308, b"", "Location: http://127.0.0.1:9/")),
}  # fmt: skip
HARMLESS = frozenset({"wide lists", "a million decimals", "half characters"})
"""Whole and strict JSON: what nobody asked for is left aside, and a state with half a character is no known one."""
PATIENT: dict[str, Script] = {
    "one byte per 0.4 s": dripping(http(200, BODY), 0.4),
    "a head of one byte per 0.4 s": dripping(b"HTTP/1.1 200 OK\r\nx-pad: " + b"x" * 1000, 0.4),
    "stalled in the body": holding(http(200, BODY)[:-50]),
    "stalled in the head": holding(b"HTTP/1.1 200 OK\r\nContent-"),
    "silence": holding(b""),
}
"""Peers that only a deadline ends."""
SHORT = {"connect": 3.0, "write": 3.0, "read": 1.0, "total": 2.0}
REAL = {"connect": 3.0, "write": 5.0, "read": 15.0, "total": 25.0}


def exchanges(directory: Path, scripts: dict[str, Script], patience: dict[str, float]) -> tuple[list[dict], int]:
    """Ask each peer once for money and once for a read, in a process of its own; returns what came, and MB grown."""
    with ExitStack() as stack:
        peers = {name: stack.enter_context(Peer(script)) for name, script in {"whole": ok(BODY), **scripts}.items()}
        plan = {
            "directory": str(directory),
            "patience": patience,
            "urls": {name: peer.url for name, peer in peers.items()},
        }
        command = [sys.executable, "-m", "tests.amazon.bounds_main", json.dumps(plan)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, done.stderr
        *found, last = map(json.loads, done.stdout.splitlines())
        for name, peer in peers.items():
            assert peer.connections <= 6 + (name == "whole"), f"{name}: {peer.connections} connections"
    return found, last["grown"]


def judge(found: list[dict], grown: int, total: float) -> None:
    """Tell the figures; a request is unknown, a read brings nothing, and neither costs more than it may."""
    whole, hostile = found[:2], found[2:]
    assert [one["fact"] for one in whole] == [True, True]
    assert whole[0]["state"] == "succeeded"
    wrong = [
        one
        for one in hostile
        if one["kind"] == "unsent" or ((one["fact"] or one["state"] != "unknown") and one["name"] not in HARMLESS)
    ]
    large = [one for one in hostile if one["peak"] > MOST]
    late = [one for one in hostile if one["seconds"] > total + 1]
    longest, most = max(one["seconds"] for one in hostile), max(one["peak"] for one in hostile)
    says = f"at most {longest - total:+.1f} s beyond {total:.0f} s, {most / 2**20:.1f} MB; grown {grown / 2**20:.0f} MB"
    tell("R18", len(hostile), len(wrong) + len(large) + len(late), says=says)
    tell("S11", len(hostile), len(wrong) + len(large))
    assert not wrong, wrong
    assert not large, large


def test_no_answer_costs_more_than_it_may(tmp_path: Path) -> None:
    some = {name: make() for number, (name, make) in enumerate(QUICK.items()) if full() or number % 5 == 0}
    found, grown = exchanges(tmp_path, {**some, "dripping": dripping(http(200, BODY), 0.05)}, SHORT)
    judge(found, grown, SHORT["total"])


def test_a_slow_peer_is_left_at_the_deadline(tmp_path: Path) -> None:
    scripts = PATIENT if full() else {"stalled in the body": PATIENT["stalled in the body"]}
    patience = REAL if full() else SHORT
    found, grown = exchanges(tmp_path, scripts, patience)
    judge(found, grown, patience["total"])
