"""R18: an answer that ends at any of its bytes is no answer: a request's outcome is unknown, a read brings nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.answers import is_keyed, to_reads, to_writes
from tests.support.figures import size, tell
from tests.support.office import open_office, profile

from azpay_tui.amazon import v2
from azpay_tui.domain.attempt import Answer, classify


class Cut(httpx.BaseTransport):
    """Answers 200 with the beginning of a body; the line breaks behind it when there is an `error`."""

    def __init__(self) -> None:
        self.part = b""
        self.error: Exception | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"date": "Thu, 15 Jan 2026 12:00:00 GMT"}, stream=_Part(self))


class _Part(httpx.SyncByteStream):
    def __init__(self, cut: Cut) -> None:
        self._cut = cut

    def __iter__(self) -> Iterator[bytes]:
        yield self._cut.part
        if self._cut.error is not None:
            raise self._cut.error


ENDS = {
    "whole": None,
    "closed": httpx.RemoteProtocolError("peer closed connection"),
    "reset": httpx.ReadError("[Errno 104] Connection reset by peer"),
    "late": httpx.ReadTimeout("timed out"),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_answer_cut_at_any_byte_proves_nothing(tmp_path: Path, end: str) -> None:
    with open_office(tmp_path) as office:
        writes, reads, now = to_writes(office), to_reads(office), office.local
    cut = Cut()
    cut.error = ENDS[end]
    gateway = v2.build(profile(tmp_path), now=now, wall=now, transport=cut)
    runs, wrong = 0, []
    step = size(61, 1)
    for wish, body in writes:
        prepared, key = gateway.prepare(wish), "k" * 32 if is_keyed(wish) else None
        for length in range(0, len(body), step):
            cut.part = body[:length]
            answer = gateway.send(prepared, key)
            runs += 1
            if classify(wish, answer, 1).state != "unknown" or answer.fact is not None:
                wrong.append(f"{wish.verb}, {end} after {length} bytes: {classify(wish, answer, 1)}")
    for object_id, body in reads:
        for length in range(0, len(body), step * (1 if end == "whole" else 3)):
            cut.part = body[:length]
            runs += 1
            if not _empty(answer := gateway.read(object_id)):
                wrong.append(f"read of {object_id}, {end} after {length} bytes: {answer.fact}")
        cut.part, cut.error = body, None
        assert gateway.read(object_id).fact is not None, "the whole answer is read"
        cut.error = ENDS[end]
    gateway.close()
    tell("R18", runs, len(wrong))
    assert not wrong, "\n".join(wrong[:20])


def _empty(answer: Answer) -> bool:
    return answer.fact is None and (answer.kind == "lost" or answer.status == 200)
