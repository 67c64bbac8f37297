"""Letters handed to a mail server: taken, refused, not known, and never more than one sentence about it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from tests.support.mailserver import Line, MailServer, mail_server

from azpay_tui.delivery import smtp
from azpay_tui.domain.messages import Delivered, Outcome, Refused, Unknown
from azpay_tui.mailing import Server, Tls

LETTER: Final = b"Subject: a\r\n\r\nHello\r\n.\r\n..two\r\nend\r\n"
FROM, TO = "shop@shop.example", "jane.canary@example.com"
LONG: Final = timedelta(seconds=30)
SHORT: Final = timedelta(seconds=1)


def post(
    server: MailServer,
    *,
    tls: Tls = "none",
    timeout: timedelta = LONG,
    ca_file: Path | None = None,
    login: tuple[str, Path] | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    user, password_file = login or (None, None)
    place = Server("127.0.0.1", server.port, tls, user, password_file, ca_file)
    outcome = smtp.send(place, timeout, FROM, TO, LETTER, stop or threading.Event())
    assert outcome.why.isprintable()
    assert len(outcome.why) < 500
    assert TO not in outcome.why, "what a server says may name the buyer"
    return outcome


def password_file(directory: Path, text: str = "hunter2 canary\n") -> Path:
    file = directory / "mail.key"
    file.touch(0o600)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_letter_arrives_as_it_was_written() -> None:
    with mail_server() as server:
        assert isinstance(post(server), Delivered)
    (taken,) = server.taken
    assert (taken.sender, taken.to, taken.content, taken.tls) == (FROM, (TO,), LETTER, False)
    assert server.said[-1] == b"quit"


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_letter_goes_encrypted_and_after_a_login(tmp_path: Path, tls: Tls) -> None:
    with mail_server(tmp_path, implicit=tls == "implicit") as server:
        server.offers += ("AUTH PLAIN",)
        server.login = ("shop", "hunter2 canary")
        login = ("shop", password_file(tmp_path))
        assert isinstance(post(server, tls=tls, ca_file=tmp_path / "sim-ca.pem", login=login), Delivered)
    (taken,) = server.taken
    assert (taken.tls, taken.user, taken.content) == (True, "shop", LETTER)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(tmp_path: Path, tls: Tls) -> None:
    with mail_server(tmp_path, implicit=tls == "implicit") as server:
        outcome = post(server, tls=tls)
    assert isinstance(outcome, Refused)
    assert not outcome.permanent
    assert "shows a certificate that cannot be verified" in outcome.why
    assert not any(command.upper().startswith((b"AUTH", b"MAIL")) for command in server.said)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_no_variable_says_whom_letters_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: Tls) -> None:
    """Neither does what the machine trusts: who can set a variable would read password and letter."""
    with mail_server(tmp_path, implicit=tls == "implicit") as server:
        for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.setenv(variable, str(tmp_path / "sim-ca.pem"))
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
        server.offers += ("AUTH PLAIN",)
        server.login = ("shop", "hunter2 canary")
        outcome = post(server, tls=tls, login=("shop", password_file(tmp_path)))
    assert "shows a certificate that cannot be verified" in outcome.why
    assert not any(command.upper().startswith((b"AUTH", b"MAIL")) for command in server.said)
    assert server.taken == []


def test_nobody_else_may_change_who_vouches_for_a_server(tmp_path: Path) -> None:
    with mail_server(tmp_path, implicit=True) as server:
        file, directory = tmp_path / "sim-ca.pem", tmp_path / "open"
        directory.mkdir()
        (directory / "ca.pem").write_bytes(file.read_bytes())
        (directory / "link.pem").symlink_to(file)
        directory.chmod(0o777)
        for open_to_others in (directory / "ca.pem", directory / "link.pem"):
            outcome = post(server, tls="implicit", ca_file=open_to_others)
            assert "Others can write to the directory" in outcome.why
        file.chmod(0o666)
        outcome = post(server, tls="implicit", ca_file=file)
        assert isinstance(outcome, Refused)
        assert not outcome.permanent
        assert f"Others can change the ca_file {file}: chmod go-w {file} Nothing was sent." in outcome.why
        assert (server.connections, server.taken) == (0, [])
        file.chmod(0o644)
        file.write_bytes("# Bücher und Söhne\n".encode("latin-1") + file.read_bytes())
        assert isinstance(post(server, tls="implicit", ca_file=file), Delivered)


@pytest.mark.parametrize("content", [b"", b"no certificate\n", b"\xff\xfe", None])
def test_a_list_of_certificates_that_is_none_is_said(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with mail_server() as server:
        outcome = post(server, tls="implicit", ca_file=file)
    said = f"{file} cannot be used as a list of trusted certificates: check ca_file. Nothing was sent."
    assert outcome == Refused(said)
    assert server.connections == 0


def test_a_server_is_known_by_its_names_alone() -> None:
    """The common name of a certificate is no host's (RFC 9525)."""
    context = smtp._context(Server("mail.shop.example", 465, "implicit"))
    assert context.check_hostname
    assert not context.hostname_checks_common_name
    assert context.verify_mode == ssl.CERT_REQUIRED


def test_a_server_without_starttls_gets_nothing(tmp_path: Path) -> None:
    with mail_server() as server:
        outcome = post(server, tls="starttls", login=("shop", password_file(tmp_path)))
    assert isinstance(outcome, Refused)
    assert "offers no STARTTLS, and a letter never goes in the clear, so nothing was sent" in outcome.why
    assert server.said[0].startswith(b"ehlo")
    assert not any(command.upper().startswith((b"AUTH", b"MAIL")) for command in server.said)


def test_a_wrong_password_is_said_without_it(tmp_path: Path) -> None:
    """The server here sends it back, which no message repeats."""
    with mail_server(tmp_path, implicit=True) as server:
        server.offers += ("AUTH PLAIN",)
        server.login = ("shop", "another")
        outcome = post(server, tls="implicit", ca_file=tmp_path / "sim-ca.pem", login=("shop", password_file(tmp_path)))
    assert outcome == Refused(
        f"The mail server 127.0.0.1:{server.port} did not take user and password (535), so nothing was sent: "
        "check user and password_file."
    )
    assert not server.taken


def test_a_server_that_knows_no_login_is_said(tmp_path: Path) -> None:
    with mail_server() as server:
        outcome = post(server, login=("shop", password_file(tmp_path)))
    assert "offers no login, so nothing was sent" in outcome.why


@pytest.mark.parametrize("text", ["", "\n", "two\nlines\n", "käse\n"])
def test_a_password_file_that_holds_none_is_refused_before_anything_is_sent(tmp_path: Path, text: str) -> None:
    with mail_server() as server:
        outcome = post(server, login=("shop", password_file(tmp_path, text)))
    assert "holds no password: write it on one line" in outcome.why
    assert "lines" not in outcome.why
    assert server.connections == 0


def test_a_password_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = password_file(tmp_path)
    file.chmod(0o644)
    with mail_server() as server:
        outcome = post(server, login=("shop", file))
    assert isinstance(outcome, Refused)
    assert "is open to others: chmod 600" in outcome.why
    assert server.connections == 0


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize(("code", "permanent"), [(450, False), (452, False), (550, True), (554, True)])
def test_a_refusal_is_for_now_or_for_good_as_the_server_says(word: str, code: int, permanent: bool) -> None:
    with mail_server() as server:
        server.answers[word] = f"{code} 5.1.1 <{TO}>: not \x1b[31mhere\r\n".encode()
        outcome = post(server)
    assert isinstance(outcome, Refused)
    assert outcome.permanent is permanent
    assert f": {code} 5.1.1 (address) not [31mhere" in outcome.why
    assert not server.taken


def ends_without_a_word(line: Line) -> None:
    line.sock.close()


def floods(line: Line) -> None:
    while True:
        line.say(b"220-" + b"x" * 200 + b"\r\n")


def repeats(text: bytes) -> Callable[[Line], None]:
    return lambda line: (line.say(text), line.wait())[1]


LIARS: Final[dict[str, tuple[Callable[[Line], None], str]]] = {
    "says nothing": (Line.wait, "did not answer within 1s"),
    "drips bytes": (lambda line: line.drip(b"2"), "did not answer within 1s"),
    "drips lines": (lambda line: line.drip(b"220-\r\n"), "did not answer within 1s"),
    "ends at once": (ends_without_a_word, "talks like no mail server"),
    "floods": (floods, "answers without end"),
    "greets with bytes": (repeats(b"\x00\xff\x80\x1b]0;hi\x07\r\n"), "does not greet as a mail server does"),
    "greets with a page": (repeats(b"HTTP/1.1 400 Bad Request\r\n"), "does not greet as a mail server does: what"),
    "greets with a long line": (repeats(b"220 " + b"x" * 9000 + b"\r\n"), "talks like no mail server"),
    "is not ready": (repeats(b"554 no service\r\n"), "does not greet as a mail server does: 554 no service"),
}


@pytest.mark.parametrize("name", LIARS)
def test_a_server_that_is_none_gets_nothing_and_is_tried_again(name: str) -> None:
    """A mail server that refuses, times out or lies."""
    talk, said = LIARS[name]
    with mail_server() as server:
        server.talk = talk
        outcome = post(server, timeout=SHORT)
    assert isinstance(outcome, Refused)
    assert not outcome.permanent
    assert said in outcome.why


def test_a_server_that_is_not_there_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = post(MailServer(port=port))
    assert isinstance(outcome, Refused)
    assert not outcome.permanent
    assert "cannot be reached (Connection refused); nothing was sent." in outcome.why


def test_a_server_that_lies_about_tls_gets_nothing(tmp_path: Path) -> None:
    with mail_server() as server:
        server.offers = ("STARTTLS",)
        server.answers["STARTTLS"] = b"220 go ahead\r\n250 and here you are\r\n"
        outcome = post(server, tls="starttls", timeout=SHORT, ca_file=None)
    assert isinstance(outcome, Refused)
    assert not any(command.upper().startswith(b"MAIL") for command in server.said)


AFTER: Final[dict[str, tuple[bytes, str]]] = {
    "loses the line": (b"", "talks like no mail server after the letter had left: it may have arrived."),
    "says nothing": (b"250-wait", "did not answer within 1s after the letter had left: it may have arrived."),
    "says what is no answer": (b"OK!\r\n", "gave no answer that says whether it took the letter"),
    "says yes to something else": (b"354 more?\r\n", "gave no answer that says whether it took the letter"),
}


@pytest.mark.parametrize("name", AFTER)
def test_what_became_of_a_letter_that_had_left_is_not_known(name: str) -> None:
    answer, said = AFTER[name]
    with mail_server() as server:
        server.answers["."] = answer
        outcome = post(server, timeout=SHORT)
    assert isinstance(outcome, Unknown)
    assert said in outcome.why


def test_a_lost_line_before_the_letter_is_no_doubt() -> None:
    with mail_server() as server:
        server.answers["RCPT"] = b"250"
        outcome = post(server, timeout=SHORT)
    assert isinstance(outcome, Refused)
    assert not server.content_came.is_set()


def test_the_end_of_the_program_gives_up_what_is_under_way() -> None:
    stop = threading.Event()
    with mail_server() as server:
        server.talk = lambda line: (stop.set(), line.wait())[1]
        before = post(server, stop=stop)
    assert isinstance(before, Refused)
    assert before.why == "azpay was ended before the letter had left; nothing was sent."
    again = threading.Event()
    with mail_server() as server:
        server.answers["."] = b"250-"
        threading.Thread(target=lambda: (server.content_came.wait(60), again.set()), daemon=True).start()
        after = post(server, stop=again)
    assert isinstance(after, Unknown)
    assert "azpay was ended after the letter had left" in after.why
