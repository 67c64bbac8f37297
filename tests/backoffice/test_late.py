"""A desk that is read before it is built: nothing heavy until then, nothing lost meanwhile, and one end."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.office import PLACE, Hands, Office, open_office, profile

from azpay_tui.backoffice.errors import BackOfficeError, NotValidError
from azpay_tui.backoffice.late import LateDesk
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import Event
from azpay_tui.domain.intent import Place, Verb
from azpay_tui.store.cache.read import CacheReader
from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.store.settled import is_settled

DEADLINE = 120.0


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as found:
        yield found


def late(office: Office, build: Callable[[], Desk]) -> LateDesk:
    reader = CacheReader(office.directory / "data")
    return LateDesk(office.desk.profile, reader, build, reader.close, local=office.local)


def test_a_failure_to_build_is_kept_and_refuses_whatever_would_act(office: Office) -> None:
    order_id = office.make("authorized")

    def build() -> Desk:
        raise JournalUnavailable("The journal is damaged.")

    desk = late(office, build)
    wish = office.wish(order_id, Verb.CAPTURE)
    with pytest.raises(JournalUnavailable):
        desk.start()
    assert isinstance(desk.failure, JournalUnavailable)
    with pytest.raises(BackOfficeError, match="The journal is damaged"):
        desk.check(wish)
    assert desk.reader.order(order_id) == office.order(order_id)
    assert desk.stop(1) == 0


def test_what_waits_for_a_desk_that_never_comes_is_refused_at_the_end(office: Office) -> None:
    order_id = office.make("authorized")
    desk, refused = late(office, lambda: office.desk), threading.Event()
    wish = office.wish(order_id, Verb.CAPTURE)

    def check() -> None:
        with pytest.raises(NotValidError, match="ending"):
            desk.check(wish)
        refused.set()

    thread = threading.Thread(target=check)
    thread.start()
    assert desk.stop(1) == 0
    thread.join(DEADLINE)
    assert refused.is_set()
    desk.start()
    assert desk.in_flight() == ()
    assert office.effects() == []


def test_stopping_while_it_is_built_stops_what_was_built_and_never_starts_it(office: Office) -> None:
    building, go_on = threading.Event(), threading.Event()
    began: list[str] = []

    class Real:
        def subscribe(self, _listener: Callable[[Event], None]) -> None:
            began.append("subscribe")

        def start(self) -> None:
            began.append("start")

        def stop(self, _timeout: float) -> int:
            began.append("stop")
            return 0

    def build() -> Desk:
        building.set()
        go_on.wait(DEADLINE)
        return Real()  # type: ignore[return-value]

    desk = late(office, build)
    starting = threading.Thread(target=desk.start)
    starting.start()
    assert building.wait(DEADLINE)
    stopping = threading.Thread(target=desk.stop, args=(DEADLINE,))
    stopping.start()
    assert desk._ended.wait(DEADLINE)
    go_on.set()
    stopping.join(DEADLINE)
    starting.join(DEADLINE)
    assert began == ["subscribe", "stop"]


def test_an_end_that_cannot_wait_for_the_building_says_that_nothing_is_open(office: Office) -> None:
    building, go_on = threading.Event(), threading.Event()

    def build() -> Desk:
        building.set()
        go_on.wait(DEADLINE)
        raise JournalUnavailable("late")

    desk = late(office, build)
    failed: list[type[BaseException]] = []

    def start() -> None:
        try:
            desk.start()
        except JournalUnavailable as error:
            failed.append(type(error))

    starting = threading.Thread(target=start)
    starting.start()
    assert building.wait(DEADLINE)
    assert desk.stop(0) == 0
    go_on.set()
    starting.join(DEADLINE)
    assert failed == [JournalUnavailable]


def test_before_the_start_everything_can_be_read_and_judged(office: Office) -> None:
    order_id = office.make("authorized")
    desk = late(office, lambda: office.desk)
    order = desk.reader.order(order_id)
    assert order is not None
    assert order == office.order(order_id)
    assert desk.offers(order) == office.desk.offers(order)
    assert desk.profile == office.desk.profile
    assert desk.now() == office.local() + desk.reader.status(office.local()).clock_offset
    assert desk.in_flight() == ()
    desk.stop(1)


def test_read_only_is_read_only_from_the_first_moment_on(tmp_path: Path) -> None:
    with open_office(tmp_path) as writing:
        order_id = writing.make("authorized")
    with open_office(tmp_path, writing.simulator, read_only="Read-only: so told.") as office:
        desk = late(office, lambda: office.desk)
        order = desk.reader.order(order_id)
        assert order is not None
        moving = [offer for offer in desk.offers(order) if offer.verb is Verb.CAPTURE]
        assert moving
        assert all(offer.verdict == "no" for offer in moving)


def test_what_was_asked_for_meanwhile_is_done_after_the_start_and_events_arrive(office: Office) -> None:
    order_id = office.make("authorized")
    desk = late(office, lambda: office.desk)
    heard: list[Event] = []
    arrived = threading.Event()

    def listen(event: Event) -> None:
        heard.append(event)
        if event.order_ids == (order_id,):
            arrived.set()

    desk.subscribe(listen)
    desk.refresh([order_id])
    before = len(office.transport.requests)
    desk.start()
    assert arrived.wait(DEADLINE)
    assert len(office.transport.requests) > before
    assert any(event.kind == "sync" for event in heard)


def test_a_check_asked_before_the_start_is_answered_after_it(office: Office) -> None:
    order_id = office.make("authorized")
    desk = late(office, lambda: office.desk)
    wish = office.wish(order_id, Verb.CAPTURE)
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(desk.check(wish).order.id))
    asking.start()
    desk.start()
    asking.join(DEADLINE)
    assert answers == [order_id]


def test_a_directory_is_settled_only_where_opening_has_nothing_to_do(tmp_path: Path) -> None:
    data = profile(tmp_path).data_dir
    assert not is_settled(data, PLACE)
    with open_office(tmp_path):
        assert is_settled(data, PLACE)
        assert not is_settled(data, Place("v2", "eu", "live", PLACE.merchant))
    assert is_settled(data, PLACE)
    (data / "cache.db").write_bytes(b"no database at all" * 100)
    assert not is_settled(data, PLACE)


def test_until_the_start_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    with open_office(tmp_path, local=Hands()):
        pass
    settings = profile(tmp_path)
    config = tmp_path / "config.toml"
    config.write_text(
        f'default_profile = "sim"\n[profiles.sim]\nregion = "na"\nenvironment = "simulator"\nurl = "{settings.url}"\n'
        f'merchant_id = "{PLACE.merchant}"\npublic_key_id = "{settings.public_key_id}"\n'
        'private_key_file = "key.pem"\ndata_dir = "data"\n',
        encoding="utf-8",
    )
    probe = f"""
import sys
from azpay_tui import config
from azpay_tui.backoffice.late import LateDesk
from azpay_tui.bootstrap import Parts
from pathlib import Path
from azpay_tui.tui.app import Console
parts, profile = Parts(), config.load(Path({str(config)!r}), None)
desk = parts.console_desk(profile, parts.info(profile, None), print)
assert isinstance(desk, LateDesk)
assert desk.reader.counts()["all"] == 0
Console(desk)
heavy = {{"alembic", "cryptography", "httpx", "pydantic", "sqlalchemy", "sqlmodel"}}
print(sorted(heavy & {{name.partition(".")[0] for name in sys.modules}}))
desk.start()
assert "sqlmodel" in sys.modules
assert desk.stop(10) == 0
"""
    done = subprocess.run([sys.executable, "-I", "-c", probe], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("[]", "['pydantic']"), done.stdout


def test_there_are_no_calls_before_there_is_a_desk_and_all_of_them_after(office: Office) -> None:
    order_id = office.make("authorized")
    desk = late(office, lambda: office.desk)
    assert desk.calls() == ()
    assert desk.budget() == ()
    desk.start()
    office.desk.refresh([order_id], wait=True)
    assert desk.calls() == office.desk.calls()
    assert order_id in {call.target for call in desk.calls()}
    assert {call.status for call in desk.calls()} == {200}
    desk.stop(5)
