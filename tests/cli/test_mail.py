"""Letters on the command line: templates, preview, sending, and a decline from its letter to the money."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import DEADLINE, Result, Shop
from tests.store.forging import database, letters_without_salts
from tests.support.mailserver import MailServer, mail_server
from tests.support.terminal import Terminal

from azpay_tui.cli.mail import letters
from azpay_tui.store.files import DataDir
from azpay_tui.store.journal.anchors import Known
from azpay_tui.store.journal.verify import examine


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


def switch_on(shop: Shop, server: MailServer, send: str = "automatic", more: str = "") -> None:
    """Write the mail section into the configuration of a shop that the test has for itself."""
    file = shop.simulated.directory / "config.toml"
    file.write_text(file.read_text(encoding="utf-8") + section(server, send, more), encoding="utf-8")


def section(server: MailServer, send: str, more: str = "") -> str:
    return f"""
[profiles.sim.mail]
send = "{send}"
from = "Desk Lamps <shop@shop.example>"
shop = "Desk Lamps"
host = "127.0.0.1"
port = {server.port}
tls = "none"
{more}
"""


@pytest.fixture
def writing(shop: Shop, server: MailServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Shop]:
    """Give the shop a configuration of its own in which letters are on."""

    def put(send: str = "manual", more: str = "") -> Shop:
        directory, file = shop.simulated.directory, shop.data.with_name("config.toml")
        written = (directory / "config.toml").read_text(encoding="utf-8")
        file.write_text(written.replace('_file = "', f'_file = "{directory}/') + section(server, send, more), "utf-8")
        monkeypatch.setattr(Shop, "options", property(lambda _: ["--config", str(file), "--data-dir", str(shop.data)]))
        return shop

    return put


def declined(shop: Shop, **more: str) -> str:
    """Return an order that was just declined for its payment method."""
    order_id = shop.make("open", **more)
    shop.sim("POST", "/_sim/acts", {"act": "decline", "id": order_id, "reason": "HardDeclined"})
    assert shop("authorize", order_id, "--yes").code == 4
    return order_id


def attention(shop: Shop, order_id: str) -> tuple[str, list[str]]:
    found = shop.good("orders", "show", order_id, "--json").json["order"]
    return found["status"], found["attention"]


def test_a_payment_method_decline_from_letter_through_repair_to_captured(own_shop: Shop, server: MailServer) -> None:
    """S3.26, S3.28: by command line, with a real mail server and the simulator's HTTP."""
    shop = own_shop
    switch_on(shop, server)
    shop.good("sync", "--once")
    order_id = declined(shop, number="1001", buyer_name="Zoe Brandt", buyer_email="zoe@example.com")
    shop.good("sync", "--once")
    (letter,) = server.taken
    assert (letter.sender, letter.to) == ("shop@shop.example", ("zoe@example.com",))
    assert b"Hello Zoe Brandt," in letter.content
    (kept,) = shop.good("messages", "list", "--order", order_id, "--json").json["messages"]
    assert (kept["kind"], kept["channel"], kept["state"]) == ("buyer", "mail", "delivered")
    assert attention(shop, order_id) == ("SUSPENDED", ["suspended"])
    assert shop("authorize", order_id, "--yes").code == 3
    again = shop("mail", "send", order_id, "--yes", "--json")
    assert again.code == 3
    assert f"({kept['id']}, delivered); to write once more say so: --again." in again.error["message"]

    shop.sim("POST", "/_sim/clock", {"advance": "1h"})
    shop.sim("POST", "/_sim/acts", {"act": "repair", "id": order_id})
    shop.good("refresh", order_id)
    assert attention(shop, order_id) == ("DECLINED", ["repaired"])
    said = " ".join(shop.good("orders", "show", order_id).out.split())
    assert "repaired: The buyer has repaired the payment method that had failed." in said
    assert f"Next: Authorize again (azpay authorize {order_id})" in said
    assert "--accept same-card" in shop("authorize", order_id, "--yes").err
    shop.good("authorize", order_id, "--yes", "--accept", "same-card")
    shop.good("capture", order_id, "--yes")
    assert attention(shop, order_id) == ("CAPTURED", [])
    shop.good("sync", "--once")
    assert len(server.taken) == 1
    shop.good("audit", "verify")


def test_a_payment_method_that_failed_without_a_charge_is_said_to_be_repaired(
    writing: Callable[..., Shop], server: MailServer
) -> None:
    """S3.28: found among the orders that need a person, with what to do."""
    shop = writing()
    order_id = shop.make("suspended", buyer_email="zoe@example.com")
    shop.good("mail", "send", order_id, "--yes")
    assert len(server.taken) == 1
    shop.sim("POST", "/_sim/clock", {"advance": "1h"})
    shop.sim("POST", "/_sim/acts", {"act": "repair", "id": order_id})
    shop.good("refresh", order_id)
    assert attention(shop, order_id) == ("OPEN", ["repaired"])
    assert order_id in shop.good("orders", "list", "--attention", "repaired").out
    said = " ".join(shop.good("orders", "show", order_id).out.split())
    assert "repaired: The buyer has repaired the payment method that had failed." in said
    assert f"Next: Authorize again (azpay authorize {order_id})" in said


def test_a_letter_that_was_being_handed_over_when_azpay_died_is_not_sent_twice(
    own_shop: Shop, server: MailServer
) -> None:
    """kill -9 between the letter and its answer: whether it arrived is not known, and a person decides."""
    shop = own_shop
    switch_on(shop, server)
    shop.good("sync", "--once")
    order_id = declined(shop, buyer_email="zoe@example.com")
    server.answers["."] = b"250-"
    process = subprocess.Popen(shop.command("sync", "--once"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert server.content_came.wait(DEADLINE)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(DEADLINE)
    del server.answers["."]
    before = server.connections
    shop.good("sync", "--once")
    (kept,) = shop.good("messages", "list", "--order", order_id, "--json").json["messages"]
    assert (kept["state"], kept["attempts"], kept["why"]) == ("failed", 1, "azpay was ended before an answer came.")
    assert server.connections == before
    shop.good("messages", "retry", kept["id"])
    shop.good("messages", "send")
    (first, second) = server.taken
    assert first.content == second.content, "whoever got both has one number to know them by"


def test_a_profile_that_may_only_look_writes_to_nobody(writing: Callable[..., Shop], server: MailServer) -> None:
    """Neither a new letter nor one that waits leaves, by option or by configuration; both do where that may be."""
    shop = writing("automatic")
    shop.good("sync", "--once")
    server.answers["RCPT"] = b"450 later\r\n"
    waiting = declined(shop, buyer_email="zoe@example.com")
    shop.good("sync", "--once")
    server.answers.clear()
    shop.sim("POST", "/_sim/clock", {"advance": "1h"})
    new = declined(shop, buyer_email="bob@example.com")
    file, written = Path(shop.options[1]), Path(shop.options[1]).read_text("utf-8")
    connections = server.connections
    shop.good("--read-only", "sync", "--once")
    done = shop("--read-only", "messages", "send")
    assert (done.code, done.out) == (3, "")
    file.write_text(written.replace("writable = true", "writable = false"), "utf-8")
    shop.good("sync", "--once")
    assert (server.connections, server.taken) == (connections, [])
    assert [m["order"] for m in shop.good("messages", "list", "--json").json["messages"]] == [waiting]
    file.write_text(written, "utf-8")
    shop.good("sync", "--once")
    assert {taken.to for taken in server.taken} == {("zoe@example.com",), ("bob@example.com",)}
    assert len(shop.good("messages", "list", "--order", new, "--json").json["messages"]) == 1


def test_nobody_is_asked_to_pay_for_what_was_cancelled_meanwhile(own_shop: Shop, server: MailServer) -> None:
    shop = own_shop
    switch_on(shop, server)
    shop.good("sync", "--once")
    order_id = declined(shop, buyer_email="zoe@example.com")
    server.answers["RCPT"] = b"450 later\r\n"
    shop.good("sync", "--once")
    shop.good("cancel-sale", order_id, "--yes")
    server.answers.clear()
    shop.sim("POST", "/_sim/clock", {"advance": "2h"})
    shop.good("refresh", order_id)
    assert "not delivered. The sale was cancelled, so the letter was not sent." in shop("messages", "send").out
    assert server.taken == []
    (kept,) = shop.good("messages", "list", "--json").json["messages"]
    assert kept["state"] == "dropped"
    shop.good("audit", "verify")


def test_a_letter_is_shown_and_asked_for_before_it_leaves(writing: Callable[..., Shop], server: MailServer) -> None:
    shop = writing("manual", 'languages = { US = "de" }')
    order_id = declined(shop, number="1001", buyer_email="zoe@example.com")
    nobody = shop("mail", "send", order_id)
    assert (nobody.code, server.taken) == (2, [])
    assert "Nobody can be asked here: say --yes to confirm." in nobody.err
    for answer, code, taken in (("no", 2, 0), ("yes", 0, 1)):
        with Terminal(shop.command("mail", "send", order_id), columns=100) as terminal:
            terminal.wait_for("Type yes to send this letter: ")
            for said in ("zoe@example.com", "Ihre Bestellung 1001 bei Desk Lamps"):
                assert said in terminal.text
            terminal.type(f"{answer}\n")
            assert terminal.ended() == code
        assert len(server.taken) == taken


def test_a_letter_that_changed_since_it_was_shown_does_not_leave(
    writing: Callable[..., Shop], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import while a person reads names another recipient: what was confirmed is what leaves, or nothing."""
    shop = writing("manual")
    order_id = shop.make("suspended", age="40d")  # Amazon shows the buyer no more
    shop.learn(f"77,{order_id},,,USD,120.00,,Zoe,zoe@example.com")
    lines = [f"77,{order_id},,,USD,120.00,,Zoe,mallory@evil.example", ""]
    said: list[str] = []

    def ask(_prompt: str) -> str:
        if line := lines.pop(0):
            shop.learn(line)
        return "yes"

    monkeypatch.setattr(letters, "is_terminal", lambda _stream: True)
    monkeypatch.setattr(letters, "say", said.append)
    monkeypatch.setattr(letters, "ask", ask)
    done = shop("mail", "send", order_id, "--json")
    assert (done.code, done.error["code"]) == (3, "changed")
    assert "did not leave, because its recipient changed since it was shown" in done.error["message"]
    assert "To:       zoe@example.com" in said
    assert (server.taken, shop.good("messages", "list", "--json").json["messages"]) == ([], [])
    shop.good("mail", "send", order_id)
    assert "To:       mallory@evil.example" in said
    assert [taken.to for taken in server.taken] == [("mallory@evil.example",)]


def test_nothing_that_tells_a_guessed_letter_leaves_with_the_trail(
    writing: Callable[..., Shop], server: MailServer
) -> None:
    """Neither the seal of a letter, nor the plain hash that the chain has of one from before there were seals."""
    shop = writing()
    order_id = declined(shop, buyer_email="zoe@example.com")
    shop.good("mail", "send", order_id, "--yes")
    journal = DataDir(shop.data).journal
    with database(journal) as connection:
        queued, _began, _delivered = connection.execute(
            "SELECT data FROM audit WHERE kind = 'message' ORDER BY seq"
        ).fetchall()
    seal = json.loads(queued[0])["text_seal"]
    sealed = shop.good("audit", "export", "--json").out
    (plain,) = letters_without_salts(journal)
    hashed = shop("audit", "export", "--json").out
    for hidden, told in ((seal, sealed), (plain, hashed)):
        assert "to the buyer by mail: " in told
        assert hidden[:12] not in told
    shop.good("purge", "--order", order_id, "--yes")
    found = shop("audit", "verify", "--json").json
    assert found["first_bad_row"] is None
    assert "M-000001" not in "".join(found["faults"]), "the old letter went with its buyer"


def test_a_letter_that_did_not_arrive_ends_with_four(writing: Callable[..., Shop], server: MailServer) -> None:
    """A mail server that refuses or lies."""
    shop = writing()
    answers = {b"550 who?\r\n": "failed", b"451 later\r\n": "waiting", b"garbage\r\n": "failed"}
    for answer, state in answers.items():
        order_id = declined(shop, buyer_email="zoe@example.com")
        server.answers["."] = answer
        done = shop("mail", "send", order_id, "--yes", "--json")
        assert (done.code, done.json["message"]["state"]) == (4, state)
        assert done.json["message"]["why"].startswith(f"The mail server 127.0.0.1:{server.port} ")


def test_templates_are_listed_and_printed_to_begin_with(shop: Shop) -> None:
    """S3.27."""
    found = shop.good("mail", "templates", "--json").json["templates"]
    assert {(one["template"], one["language"]) for one in found} >= {("payment-method", "de"), ("payment-method", "en")}
    assert {one["origin"] for one in found} == {"built in"}
    printed = shop.good("mail", "templates", "payment-method", "--language", "de")
    assert printed.out.startswith("Subject: Ihre Bestellung $order bei $shop: ")
    assert "$buyer, $order, $order_id, $amount, $link." in printed.err
    assert "Did you mean payment-method?" in shop("mail", "templates", "paymentmethod").err


def test_a_preview_shows_the_letter_and_sends_nothing(shop: Shop) -> None:
    order_id = shop.make("declined-hard", number="1001", buyer_email="zoe@example.com")
    done = shop.good("mail", "preview", order_id, "--json").json["letter"]
    assert (done["template"], done["language"], done["to"]) == ("payment-method", "en", "zoe@example.com")
    text = shop.good("mail", "preview", order_id, "--template", "charged-more", "--set", "total=230.00 USD",
                     "--set", "more=30.00 USD", "--set", "why=Express", "--language", "de").out  # fmt: skip
    assert "Subject:  Ihre Bestellung 1001 bei $shop:" in text, "a shop whose name is not known is left to fill in"
    assert "Der Grund: Express\n" in text
    assert shop.good("messages", "list", "--json").json["messages"] == []


def test_a_preview_that_cannot_be_is_refused(shop: Shop) -> None:
    order_id = shop.make("declined-hard")
    for options, said in (
        (("--template", "payment"), "There is no template 'payment'."),
        (("--language", "fr"), "no template payment-method in the language fr; choose de or en"),
        (("--set", "total"), "'total' sets nothing: write NAME=TEXT"),
        (("--set", "colour=red"), "There is no placeholder 'colour' to set in payment-method"),
    ):
        done = shop("mail", "preview", order_id, *options)
        assert (done.code, done.out) == (2, "")
        assert said in done.err


def test_a_shops_own_template_with_an_unknown_placeholder_is_named(
    writing: Callable[..., Shop], server: MailServer
) -> None:
    """The order stays as it is and nothing is sent."""
    shop = writing("automatic", 'templates = "letters"')
    directory = shop.data.with_name("letters")
    directory.mkdir()
    (directory / "payment-method.en.txt").write_text("Subject: $order\n\nDear $customer\n", encoding="utf-8")
    shop.good("sync", "--once")
    order_id = declined(shop, buyer_email="zoe@example.com")
    sentence = "there is no placeholder $customer; the known ones are $shop, $buyer, $order, $order_id, $amount, $link."
    for command in (("mail", "preview", order_id), ("mail", "send", order_id, "--yes")):
        done = shop(*command)
        assert done.code == 2
        assert sentence in done.err
    listed = shop.good("mail", "templates", "--json").json["templates"]
    assert [one["problem"] for one in listed if one["problem"]] == [f"{directory}/payment-method.en.txt: {sentence}"]
    shop.good("sync", "--once")
    assert (server.taken, shop.good("messages", "list", "--json").json["messages"]) == ([], [])
    assert attention(shop, order_id) == ("SUSPENDED", ["suspended"])


def test_an_address_that_mail_cannot_write_is_refused_before_a_letter_is_kept(
    writing: Callable[..., Shop], server: MailServer
) -> None:
    shop = writing()
    order_id = shop.make("suspended", buyer_email="=?utf-8?q?mallory=40evil.example=2C?=@x.example")
    done = shop("mail", "send", order_id, "--yes")
    assert (done.code, done.out) == (2, "")
    assert "has no e-mail address of its buyer that mail can go to" in done.err
    assert (server.connections, shop.good("messages", "list", "--json").json["messages"]) == (0, [])


def test_letters_that_are_off_are_refused_with_the_switch(shop: Shop) -> None:
    order_id = shop.make("declined-hard", buyer_email="zoe@example.com")
    done: Result = shop("mail", "send", order_id, "--yes", "--json")
    assert done.code == 3
    assert 'set send = "manual" or "automatic" in its section mail' in done.error["message"]


def test_no_password_of_a_mail_server_is_shown(
    writing: Callable[..., Shop], server: MailServer, tmp_path: Path
) -> None:
    file = tmp_path / "mail.key"
    file.touch(0o600)
    file.write_text("hunter2canary\n", encoding="utf-8")
    shop = writing("manual", f'user = "shop"\npassword_file = "{file}"')
    server.offers = ("AUTH PLAIN",)
    order_id = declined(shop, buyer_email="zoe@example.com")
    done = shop("mail", "send", order_id, "--yes")
    assert done.code == 4
    assert "did not take user and password (535)" in done.out
    for text in (done.out, done.err, shop.good("messages", "list").out, shop.good("config", "show").out):
        assert "hunter2" not in text


EDITS = (
    "UPDATE message SET recipient = 'mallory@evil.example'",
    "UPDATE message SET subject = 'Pay at evil.example'",
    "UPDATE message SET occasion = ''",
    "UPDATE message SET person = 'bob'",
    "UPDATE message_try SET result = 'delivered', why = ''",
    "DELETE FROM message_try",
    "DELETE FROM purge",
    "UPDATE purge SET person = 'bob'",
    "UPDATE deletion SET person = 'bob'",
    "UPDATE meta SET value = '2020-01-01T00:00:00.000000Z' WHERE name = 'letters_since'",
)


def test_what_is_edited_of_a_letter_and_of_what_was_removed_is_found(
    writing: Callable[..., Shop], server: MailServer
) -> None:
    shop = writing("manual")
    shop.good("sync", "--once")
    order = declined(shop, buyer_email="zoe@example.com")
    server.answers["RCPT"] = b"450 later\r\n"
    shop("mail", "send", order, "--yes")
    purged, deleted = shop.make("captured"), shop.make("canceled")
    shop.good("purge", "--order", purged, "--yes")
    shop.good("orders", "delete", deleted, "--yes")
    shop.good("audit", "verify")
    with database(DataDir(shop.data).journal) as connection:
        for edit in EDITS:
            connection.execute("BEGIN")
            assert connection.execute(edit).rowcount > 0, edit
            assert not examine(connection.execute, Known()).whole, edit
            connection.execute("ROLLBACK")
        connection.execute(EDITS[0])
    assert shop("audit", "verify").code == 1
