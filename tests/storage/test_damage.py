"""Flipped bits, a cut file, a foreign one: what is damaged is refused or harmless, and never sends anything else."""

from __future__ import annotations

import copy
import random
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.storage.deed import loudness
from tests.support.figures import full, size, tell
from tests.support.office import _KEY as KEY
from tests.support.office import KEY_ID, Hands, Office, open_office

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.domain.intent import Verb
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.wire import Request
from azpay_tui.store.errors import JournalUnavailable, StoreError

PAGE = 4096
SEED = 20260115
"""Of the bytes and bits that are flipped."""


@dataclass
class Sent:
    """A request that acts, as it left: what a repetition has to be, byte for byte."""

    path: str
    key: str
    body: bytes

    @classmethod
    def of(cls, request: Request) -> Sent:
        return cls(request.path, dict(request.headers).get("x-amz-pay-idempotency-key", ""), request.body)


@dataclass
class Left:
    """What a program left that ended with two outcomes unknown, one with its effect and one without."""

    directory: Path
    simulator: Simulator
    sent: list[Sent]


def cut(office: Office, request: Request) -> None:
    """Cut the line once something was done over it."""
    office.transport.reachable = request.method == "GET"


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Two captures whose answers were lost, and a refund that was never asked for by anybody."""
    directory = tmp_path_factory.mktemp("left")
    with open_office(directory) as office:
        orders = [office.make("authorized", amount=amount, age="1d") for amount in ("120.00", "70.00")]
        office.make("captured", amount="50.00", age="1d")
        readies = [office.ready(order_id, Verb.CAPTURE) for order_id in orders]
        for ready, fault in zip(readies, ("stall-after", "stall-before"), strict=True):
            office.fault("capture", fault)
            office.transport.reachable = True
            office.transport.after = lambda request, _: cut(office, request)
            intent = office.desk.wait(office.desk.submit(ready).id, 60)
            assert intent.state == "unknown"
        sent = [Sent.of(request) for request in office.transport.requests if request.method == "POST"]
        assert len(office.effects()) == 1
        office.stores.cache.file.checkpoint()
    assert len({each.key for each in sent}) == 2
    return Left(directory, office.simulator, sent)


def again(left: Left, place: Path) -> Simulator:
    """Put everything back as it was left."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(left.directory, place)
    made = Simulator({KEY_ID: KEY.public_key()}, seed=7, base=Hands())
    made.book, made.ledger = copy.deepcopy(left.simulator.book), list(left.simulator.ledger)
    made.replies = dict(left.simulator.replies)
    return made


def live_on(left: Left, place: Path, simulator: Simulator) -> tuple[str, list[str]]:
    """Open it as the next program does and let it settle; returns how far it came and what was wrong."""
    wrong: list[str] = []
    word = "refused"

    def before(request: Request) -> None:
        if request.method != "GET" and Sent.of(request) not in left.sent:
            wrong.append(f"{request.method} {request.path} was never confirmed as it left")

    with loudness() as loud:
        try:
            with open_office(place, simulator) as office:
                office.transport.before = before
                word = "stopped"
                settle(office)
                word = "went on"
        except (BackOfficeError, StoreError):
            pass
        except Exception as error:
            wrong.append(f"{type(error).__name__} is no word for an operator: {error}")
    effects = Counter(entry.permission_id for entry in simulator.ledger if entry.effect)
    wrong += [f"{count} captures of {order_id}" for order_id, count in effects.items() if count > 1]
    return word, wrong + loud.said


def settle(office: Office) -> None:
    """Do what the program does at its start and in the background, then look at every order and intent."""
    office.desk.resume()
    office.desk.sync_once()
    for intent in office.desk.intents():
        if office.stores.reader.order(intent.draft.wish.order_id) is not None:
            office.stores.journal.evidence(intent.id)
    office.desk.reader.page(limit=10)


def flips(journal: bytes, part: int) -> list[tuple[int, int]]:
    """Choose bytes and bits: some of every page, and most of them where the rows of the intents are."""
    chosen = random.Random(SEED + part)
    used = [n for n, byte in enumerate(journal) if byte]
    rows = [n for n in used if any(abs(n - at) < 700 for at in _places(journal, b"/charges/"))]
    pages: dict[int, list[int]] = {}
    for offset in used:
        pages.setdefault(offset // PAGE, []).append(offset)
    offsets = [chosen.choice(found) for found in pages.values()]
    offsets = chosen.sample(offsets, min(len(offsets), size(3, 100))) + chosen.sample(rows, size(4, 150))
    return [(offset, 1 << chosen.randrange(8)) for offset in offsets]


def _places(content: bytes, word: bytes) -> list[int]:
    found, at = [], content.find(word)
    while at >= 0:
        found.append(at)
        at = content.find(word, at + 1)
    return found


@pytest.mark.parametrize("part", range(size(1, 8)))
def test_a_flipped_bit_is_refused_or_harmless_and_sends_nothing_that_was_not_confirmed(
    left: Left, place: Path, part: int
) -> None:
    whole = (left.directory / "data" / "journal.db").read_bytes()
    word, wrong = live_on(left, place / "run", again(left, place / "run"))
    assert (word, wrong) == ("went on", [])
    words: Counter[str] = Counter()
    for offset, bit in flips(whole, part):
        simulator = again(left, place / "run")
        spoiled = bytearray(whole)
        spoiled[offset] ^= bit
        (place / "run" / "data" / "journal.db").write_bytes(spoiled)
        word, found = live_on(left, place / "run", simulator)
        words[word] += 1
        if word == "refused" and (place / "run" / "data" / "journal.db").read_bytes() != spoiled:
            found.append("what was refused was changed all the same")
        wrong += [f"byte {offset} ^ {bit}: {text}" for text in found]
    says = "flipped bits: " + ", ".join(f"{count} {word}" for word, count in sorted(words.items()))
    tell("R15", words.total(), len(wrong), seed=wrong[0] if wrong else "", says=says)
    assert wrong == []
    assert words["refused"] or not full(), "no flip was ever noticed: the test proves nothing"


@pytest.mark.parametrize("what", ["key", "amount"])
def test_a_request_whose_key_or_amount_was_flipped_is_not_sent_again(left: Left, place: Path, what: str) -> None:
    """Neither is any business of SQLite's: another key would act twice, another amount would take something else."""
    whole = (left.directory / "data" / "journal.db").read_bytes()
    word = left.sent[1].key.encode() if what == "key" else b'"amount":"70.00"'
    wrong: list[str] = []
    places = _places(whole, word)
    for at in places:
        simulator = again(left, place / "run")
        spoiled = bytearray(whole)
        spoiled[at + (0 if what == "key" else 10)] ^= 1
        (place / "run" / "data" / "journal.db").write_bytes(spoiled)
        wrong += [f"{what} at byte {at}: {text}" for text in live_on(left, place / "run", simulator)[1]]
    tell(
        "R15", len(places), len(wrong), seed=wrong[0] if wrong else "", says=f"flipped bits in the {what} of a request"
    )
    assert wrong == []
    assert places


def test_an_order_whose_name_was_flipped_in_one_place_is_damaged_or_harmless(left: Left, place: Path) -> None:
    """SQLite finds a row by its index, and does not see that the row has another name than it was found by."""
    whole = (left.directory / "data" / "journal.db").read_bytes()
    first_of_every_index = min(re.findall(rb"S01-[0-9]{7}-[0-9]{7}", whole))
    wrong: list[str] = []
    words: Counter[str] = Counter()
    for at in _places(whole, first_of_every_index):
        simulator = again(left, place / "run")
        spoiled = bytearray(whole)
        spoiled[at] ^= 8
        (place / "run" / "data" / "journal.db").write_bytes(spoiled)
        word, found = live_on(left, place / "run", simulator)
        words[word] += 1
        wrong += [f"name at byte {at}: {text}" for text in found]
    tell("R15", words.total(), len(wrong), seed=wrong[0] if wrong else "", says="flipped bits in the name of an order")
    assert wrong == []
    assert words["stopped"]


def test_damage_that_cannot_even_be_quoted_is_refused_as_damage(left: Left, place: Path) -> None:
    """SQLite quotes the bytes of a table's name it cannot make sense of, and Python cannot read the quotation."""
    simulator = again(left, place / "run")
    path = place / "run" / "data" / "journal.db"
    spoiled = bytearray(path.read_bytes())
    spoiled[spoiled.index(b"CREATE TABLE attempt") + len("CREATE TABLE ")] ^= 0x80
    path.write_bytes(spoiled)
    refused = pytest.raises(JournalUnavailable, match="is damaged; nothing was recorded")
    with refused, open_office(place / "run", simulator):
        pass


@pytest.mark.parametrize("how", ["cut in a page", "cut at a page", "garbage in front", "empty", "one page", "foreign"])
def test_a_file_that_is_no_journal_is_refused_and_kept_as_it_is(left: Left, place: Path, how: str) -> None:
    simulator = again(left, place / "run")
    path = place / "run" / "data" / "journal.db"
    whole = path.read_bytes()
    path.write_bytes({
        "cut in a page": whole[: len(whole) // 2 // PAGE * PAGE + 100],
        "cut at a page": whole[: len(whole) // 2 // PAGE * PAGE],
        "garbage in front": b"\xa5" * 100 + whole[100:],
        "empty": b"",
        "one page": whole[:PAGE],
        "foreign": b"%PDF-1.7\n" + whole,
    }[how])  # fmt: skip
    spoiled = path.read_bytes()
    told = pytest.raises(JournalUnavailable, match=r"restore the newest back-up|Put back the newest")
    with told, open_office(place / "run", simulator):
        pass
    assert path.read_bytes() == spoiled
    assert len(simulator.ledger) == len(left.simulator.ledger)
    tell("R15", 1, says=how)
