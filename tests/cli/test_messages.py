"""The shop is told, by command line: real hooks that fail and hang, real kills; every message readable, none lost."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import DEADLINE, Simulated, simulate, until
from tests.cli.telling import SECRET, Told
from tests.support.receiver import Answer, Receiver, receiving

from azpay_tui.config import load
from azpay_tui.domain.intent import Place
from azpay_tui.domain.messages import MessageDraft
from azpay_tui.store.opening import open_stores


@pytest.fixture
def shop(simulator: Simulated, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(simulator, tmp_path / "data", capsys, config="config.toml")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}")
    path.chmod(0o700)
    return str(path)


def test_a_hook_that_fails_three_times_is_delivered_once_in_the_end_and_its_history_is_readable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with simulate(tmp_path / "sim", "--orders", "0") as simulated:
        shop = Told(simulated, tmp_path / "data", capsys)
        tried, got = tmp_path / "tried", tmp_path / "got"
        shop.tell(
            command=[
                script(
                    tmp_path / "tell-shop",
                    f"echo x >> {shlex.quote(str(tried))}\n"
                    f"[ $(wc -l < {shlex.quote(str(tried))}) -gt 3 ] || {{ echo 'the shop is closed' >&2; exit 9; }}\n"
                    f"cat >> {shlex.quote(str(got))}\n",
                )
            ]
        )
        (order,) = shop.voided()
        for _ in range(3):
            shop.good("sync", "--once")
            assert not got.exists()
            (message,) = shop.messages("--state", "waiting")
            shop.sim("POST", "/_sim/clock", {"advance": "1h"})
        assert shop.messages("--state", "failed,delivered") == []
        shop.good("sync", "--once")
        shop.good("sync", "--once")
        (told,) = [json.loads(line) for line in got.read_text().splitlines()]
        assert (told["id"], told["data"]["order"]) == (message["id"], order)
        assert (told["data"]["before"], told["data"]["status"]) == ("AUTHORIZED", "VOIDED")
        failed = ("refused", "tell-shop ended with 9: the shop is closed")
        assert shop.history(message["id"]) == [*[failed] * 3, ("delivered", "tell-shop ended with 0.")]
        text = shop.good("messages", "show", "M-000001").out
        assert text.count("refused: tell-shop ended with 9: the shop is closed") == 3
        assert "AUTHORIZED to VOIDED" in shop.good("messages", "list", "--order", order).out
        assert "chain whole" in shop.good("audit", "verify").out
        trail = shop.good("audit", "export", "--order", order).out
        assert trail.count("to the shop by command: attempt") == 4


def test_a_webhook_by_hand_retry_drop_and_send(shop: Told, receiver: Receiver) -> None:
    shop.tell_by_webhook(receiver)
    first, second = sorted(shop.voided(2))
    receiver.answers = [Answer(500), Answer(404)]
    done = shop("messages", "send")
    assert done.code == 4
    assert f"AUTHORIZED to VOIDED: not delivered. {receiver.url} answered HTTP 500: look" in done.out
    newest, oldest = shop.messages()
    assert sorted((newest["order"], oldest["order"])) == [first, second]
    assert (oldest["state"], oldest["attempts"], newest["why"].split(":")[0]) == ("waiting", 1, "http")
    assert shop.good("messages", "send", "--json").json == {"messages": []}  # not due yet
    for verb, name in (("drop", newest["id"]), ("retry", oldest["id"])):
        done = shop("--read-only", "messages", verb, name)
        assert (done.code, done.out) == (3, "")
        assert "Read-only" in done.err
    assert shop.messages() == [newest, oldest]
    assert "is not sent any more" in shop.good("messages", "drop", newest["id"]).out
    assert "is sent again" in shop.good("messages", "retry", oldest["id"]).out
    (told,) = shop.good("messages", "send", "--json").json["messages"]
    assert (told["id"], told["state"]) == (oldest["id"], "delivered")
    assert [message["state"] for message in shop.messages()] == ["dropped", "delivered"]
    assert len(receiver.arrived) == 3
    assert {request.headers["webhook-id"] for request in receiver.arrived[::2]} == {oldest["id"]}
    assert receiver.arrived[0].body == receiver.arrived[2].body
    assert b"Ada Muster" not in receiver.arrived[0].body
    assert [message["id"] for message in shop.messages("--order", newest["order"])] == [newest["id"]]


def test_a_profile_that_may_only_look_tells_nobody(shop: Told, receiver: Receiver) -> None:
    """What is to be told waits for a process that may send."""
    shop.tell_by_webhook(receiver)
    (order,) = shop.voided()
    shop.good("--read-only", "sync", "--once")
    done = shop("--read-only", "messages", "send", "--json")
    assert (done.code, done.error["code"]) == (3, "not-valid")
    assert (receiver.arrived, shop.messages()) == ([], [])
    shop.good("sync", "--once")
    (told,) = receiver.arrived
    assert json.loads(told.body)["data"]["order"] == order


def test_a_message_that_failed_for_good_needs_a_person_until_it_is_sent_again_or_dropped(
    shop: Told, receiver: Receiver
) -> None:
    """S3.29: attention on its order, a finding of doctor; neither stays when somebody saw to it."""
    shop.tell_by_webhook(receiver)
    (order,) = shop.voided()

    def waits() -> bool:
        listed = shop.good("orders", "list", "--filter", "attention=message-failed", "--json").json["orders"]
        found = shop.good("orders", "show", order, "--json").json["order"]
        assert ("message-failed" in found["attention"]) == (order in [row["id"] for row in listed])
        return bool(listed)

    def finding() -> dict[str, str]:
        (one,) = [each for each in shop("doctor", "--json").json["findings"] if each["area"] == "messages"]
        return dict(one)

    assert (waits(), finding()["level"]) == (False, "ok")
    receiver.answers = [Answer(410)]
    assert shop("messages", "send").code == 4
    (message,) = shop.messages("--state", "failed")
    assert waits()
    assert "message-failed: A message about the order did not arrive" in shop.good("orders", "show", order).out
    said = finding()
    assert said["level"] == "warn"
    assert (
        f"1 message did not arrive and is not tried again by itself: {message['id']} to the shop by webhook about "
        in (said["sentence"])
    )
    assert "azpay messages retry ID" in said["remedy"]
    shop.good("messages", "retry", message["id"])
    assert not waits(), "it is in somebody's hands again"
    receiver.answers = [Answer(410)]
    assert shop("messages", "send").code == 4
    assert waits()
    shop.good("messages", "drop", message["id"])
    assert (waits(), finding()["level"]) == (False, "ok")
    assert shop.good("audit", "verify").code == 0


def test_a_test_goes_to_the_hook_at_once_and_is_not_repeated(shop: Told, receiver: Receiver) -> None:
    shop.tell_by_webhook(receiver)
    assert "a test: delivered." in shop.good("messages", "test").out
    receiver.answers = [Answer(401)]
    done = shop("--read-only", "messages", "test", "--json")  # not even this one has it repeated
    assert done.code == 4
    assert done.json["messages"][0]["why"].startswith(f"{receiver.url} answered HTTP 401")
    assert [message["state"] for message in shop.messages()] == ["dropped", "delivered"]
    assert [json.loads(request.body)["type"] for request in receiver.arrived] == ["test", "test"]


def test_a_test_is_sent_however_many_messages_wait(shop: Told, receiver: Receiver) -> None:
    shop.tell_by_webhook(receiver)
    profile = load(Path(shop.options[1]))
    place = Place(profile.api, profile.region, profile.environment, profile.merchant_id)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    stores = open_stores(shop.data, place, person="ops", now=lambda: now)
    orders = [f"S01-0000000-{number:07}" for number in range(120)]
    stores.messages.enqueue([MessageDraft("shop", "webhook", order, "x", "{}") for order in orders], now)
    stores.close()
    assert "a test: delivered." in shop.good("messages", "test").out
    assert len(receiver.arrived) == 1
    assert len(shop.messages("--state", "waiting", "--limit", "200")) == 120


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("messages", "show", "M-9"), 2, "There is no message 'M-9'"),
        (("messages", "retry", "M-9"), 2, "There is no message 'M-9'"),
        (("messages", "list", "--state", "lost"), 2, "There is no state 'lost' of a message: use waiting, delivered"),
        (("messages", "list", "--order", "S01-0"), 2, "S01-0"),
        (("messages", "list", "--limit", "0"), 2, "--limit must be from 1"),
        (("messages", "test"), 2, "This profile tells nobody"),
    ],
)
def test_what_is_wrong_is_one_sentence(shop: Told, arguments: tuple[str, ...], code: int, says: str) -> None:
    done = shop(*arguments)
    assert (done.code, done.out) == (code, "")
    assert says in done.err


def test_killed_while_it_delivers_it_sends_the_same_message_again(shop: Told, tmp_path: Path) -> None:
    gate, got = tmp_path / "gate", tmp_path / "got"
    os.mkfifo(gate)
    shop.tell(command=[script(tmp_path / "tell", f"cat >> {got}\n[ -e {tmp_path}/open ] || read x < {gate}\n")])
    (order,) = shop.voided()
    process = subprocess.Popen(shop.command("messages", "send"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: got.exists() and got.read_bytes().endswith(b"\n"))
    process.kill()
    assert process.wait(DEADLINE) == -signal.SIGKILL
    (tmp_path / "open").touch()
    gate.write_text("go on\n")  # the hook itself lives on and tells the shop, and nobody writes that down
    (message,) = shop.messages()
    assert (message["state"], message["attempts"]) == ("waiting", 1)
    shop.good("messages", "send")
    shop.good("messages", "send")
    told = [json.loads(line) for line in got.read_text().splitlines()]
    assert len(told) == 2
    assert told[0] == told[1]
    assert (told[0]["id"], told[0]["data"]["order"]) == (message["id"], order)
    assert shop.history(message["id"]) == [
        ("interrupted", "azpay was ended before an answer came."),
        ("delivered", "tell ended with 0."),
    ]


def test_watch_tells_by_itself_and_does_not_hang_with_its_hook(shop: Told, receiver: Receiver) -> None:
    shop.tell_by_webhook(receiver, timeout="10m")
    process = subprocess.Popen(
        shop.command("sync", "--watch"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        order = shop.make("authorized")
        shop.good("messages", "send")
        shop.good("void", order, "--yes")
        until(lambda: receiver.arrived)
        assert json.loads(receiver.arrived[0].body)["data"]["order"] == order
        until(lambda: shop.messages("--state", "delivered"))
        receiver.holds = threading.Event()
        receiver.came.clear()
        other = shop.make("authorized")
        shop.good("void", other, "--yes")
        until(receiver.came.is_set)
    finally:
        process.send_signal(signal.SIGTERM)
        _out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 143, err
    (message,) = shop.messages("--state", "waiting")
    assert (message["order"], message["why"]) == (other, f"azpay ended before {receiver.url} answered.")


def test_the_secret_and_the_path_of_the_webhook_stand_in_no_output(shop: Told, receiver: Receiver) -> None:
    shop.tell_by_webhook(receiver)
    (order,) = shop.voided()
    receiver.answers = [Answer(500)]
    said = [shop("messages", "send"), shop("messages", "list"), shop("messages", "show", "M-000001")]
    said += [shop("orders", "show", order), shop("doctor"), shop("audit", "export"), shop("config", "show")]
    for done in said:
        assert SECRET not in done.out + done.err
        assert "hush" not in done.out + done.err
