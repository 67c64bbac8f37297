"""A full disk before, on and after the wire: nothing is sent that is not written, and no outcome is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.storage.deed import Deed, Judgement, judge, loudness, prepare, recover, watch_the_line
from tests.storage.small import Disk, disk, kinds
from tests.support.figures import full, tell
from tests.support.office import Office, open_office

from azpay_tui.backoffice.errors import StoreError
from azpay_tui.domain.intent import Verb
from azpay_tui.simulator.wire import Request, Response
from azpay_tui.store.cache.read import open_reader
from azpay_tui.store.journal.read import JournalReader

MOMENTS = ("as it leaves", "once it was answered")


@pytest.fixture(params=kinds() if full() else kinds()[:1])
def small(request: pytest.FixtureRequest) -> Iterator[Disk]:
    with disk(request.param) as found:
        yield found


@pytest.fixture(scope="module", params=[Verb.CAPTURE, Verb.REFUND, Verb.AUTHORIZE] if full() else [Verb.REFUND])
def deed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Deed:
    return prepare(request.param, tmp_path_factory.mktemp("disk") / "template")


def finish(office: Office, judged: Judgement, deed: Deed, says: str) -> None:
    """Let everything come to rest, and compare."""
    recover(office)
    judge(office, judged, deed.ready.wish.order_id)
    tell("R15", 1, len(judged.wrong), seed=" ".join(judged.wrong), says=says)
    assert judged.wrong == []


@pytest.mark.parametrize("ballast", [False, True])
def test_full_before_anything_was_sent_it_is_refused_until_there_is_room(
    deed: Deed, small: Disk, *, ballast: bool
) -> None:
    judged = Judgement()
    simulator = deed.copy(small.path / "run")
    with open_office(small.path / "run", simulator) as office:
        watch_the_line(office, judged)
        if ballast:
            office.stores.journal.file.ballast.ensure()
        small.fill(office.stores.journal.file.path)
        with pytest.raises(StoreError, match="Free some space"):
            office.desk.submit(deed.ready)
        assert (office.transport.requests, office.desk.intents(), office.desk.in_flight()) == ([], (), ())
        assert office.stores.data.ballast.exists() == ballast, "room for outcomes was spent on a wish"
        assert office.desk.reader.row(deed.ready.wish.order_id) is not None  # reading goes on
        small.free()
        office.desk.wait(office.desk.submit(deed.ready).id, 60)
        finish(office, judged, deed, f"disk full before sending, {small.kind}")


@pytest.mark.parametrize("moment", MOMENTS)
def test_full_once_it_is_sent_the_outcome_is_written(deed: Deed, small: Disk, moment: str) -> None:
    judged = Judgement()
    simulator = deed.copy(small.path / "run")
    with loudness() as loud:
        with open_office(small.path / "run", simulator) as office:
            watch_the_line(office, judged)
            fill_at(office, small, moment)
            intent = office.desk.submit(deed.ready)
            intent = office.desk.wait(intent.id, 60)
            assert intent.state in ("succeeded", "accepted")
            assert len(office.stores.journal.evidence(intent.id)) == 1
            assert not office.stores.data.ballast.exists() or small.kind == "limit"
        small.free()
        with open_office(small.path / "run", simulator) as office:
            watch_the_line(office, judged)
            finish(office, judged, deed, f"disk full {moment}: written, {small.kind}")
    assert loud.said == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_without_even_the_room_that_was_held_the_next_program_settles_it(deed: Deed, small: Disk, moment: str) -> None:
    judged = Judgement()
    simulator = deed.copy(small.path / "run")
    with open_office(small.path / "run", simulator) as office:
        watch_the_line(office, judged)
        fill_at(office, small, moment, ballast=False)
        office.desk.wait(office.desk.submit(deed.ready).id, 60)
    small.free()
    with open_office(small.path / "run", simulator) as office:
        watch_the_line(office, judged)
        finish(office, judged, deed, f"disk full {moment} with nothing held: settled by the next, {small.kind}")


def fill_at(office: Office, small: Disk, moment: str, *, ballast: bool = True) -> None:
    """Fill the disk when the request that acts comes to this moment; without the ballast somebody took that room."""
    before, after = office.transport.before, office.transport.after
    assert before is not None
    assert after is not None

    def fill(request: Request) -> None:
        if request.method == "GET" or (small.path / "filler").exists():
            return
        if not ballast:
            office.stores.data.ballast.unlink()
        small.fill(office.stores.journal.file.path)

    def leaving(request: Request) -> None:
        before(request)
        if moment == "as it leaves":
            fill(request)

    def answered(request: Request, answer: Response) -> None:
        after(request, answer)
        if moment == "once it was answered":
            fill(request)

    office.transport.before, office.transport.after = leaving, answered


def test_without_a_free_byte_everything_is_read(deed: Deed, small: Disk, tmp_path: Path) -> None:
    """Also the first look of a process: a log-keeping file wants two files beside it, for which there is no room."""
    deed.copy(small.path / "run")
    data = small.path / "run" / "data"
    small.fill(data / "journal.db")
    if small.kind == "limit":
        small.fill(data / "opening.lock")  # which is empty
    order_id = deed.ready.wish.order_id
    reader = open_reader(data, lambda: datetime.now(UTC))
    try:
        assert [row.id for row in reader.page().rows] == [order_id]
        assert reader.order(order_id) is not None
        row = reader.row(order_id)
        assert row is not None
        assert row.refreshed_at is not None  # its age
        assert reader.status(datetime.now(UTC)).last_success is not None
        assert reader.timeline(order_id)
        assert JournalReader(data).intents() == ()
        small.free()
        with open_office(small.path / "run", deed.copy(tmp_path / "beside")) as office:
            office.make("captured", amount="50.00")
            assert len(reader.page().rows) == 2, "what was written later is not seen"
    finally:
        reader.close()
    tell("R16", 1, says=f"without a free byte, {small.kind}")
