"""What became of a command: read from its exit code, its output and what it said on standard error."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

from azpay_tui.backoffice.harvest.sniffing import is_web_page
from azpay_tui.backoffice.sources.tap import SourceError, UnreachableSourceError
from azpay_tui.domain.spans import written
from azpay_tui.programs import Process
from azpay_tui.sourcing import Source

_SHOWN: Final = 300
_QUESTION: Final = re.compile(
    rb"(?:pass(?:word|phrase|code)|passwor[td]|\bPIN\b|verification code|\(yes/no[^)\n]*\))[^\n]{0,120}[:?]\s*\Z", re.I
)
_SQL_ERROR: Final = re.compile(rb"^(?:ERROR \d{1,5}(?: \([0-9A-Z]{5}\))?[ :].*|psql: error: .*)$", re.M)
_TELLING: Final = re.compile(
    r"error|denied|refused|not found|no such|cannot|could not|unable|fail|unknown|invalid", re.I
)
_MYSQL_UNKNOWN: Final = re.compile(r"ERROR (?:1146|1054|1051)\b")
_MYSQL_DENIED: Final = re.compile(r"ERROR (?:1044|1045|1142|1143|1698|2002|2003|2005)\b")
_SSH_LOGIN: Final = re.compile(
    r"permission denied \(|too many authentication failures|host key verification failed", re.I
)
_BATCH: Final = (
    "Nobody can answer a question here: let the account of azpay log in with a key, and try it by hand with "
    "ssh -o BatchMode=yes."
)


def asks(text: bytes) -> bool:
    """Tell whether what a program printed ends with a question for a password or the like."""
    return _QUESTION.search(text[-300:]) is not None


def judge(source: Source, process: Process) -> None:
    """Return when a command that is over gave all it had, or was stopped; else raise `SourceError`."""
    program = PurePath(source.run[0]).name
    match process.ended:
        case "stopped":
            return
        case "asks":
            asked = _last_line(process.half if asks(process.half) else process.errors)
            raise UnreachableSourceError(f'{program} asked "{asked}" and got no answer. {_BATCH}')
        case "slow":
            half = process.half.strip()  # what is no question may be a part of an order
            words = _last_line(half if half.endswith((b":", b"?")) else process.errors.strip())
            last = f' The last it said was "{words}".' if words else ""
            raise SourceError(
                f"{program} did not end within {written(source.timeout)} and was stopped; raise its timeout if it "
                f"needs longer, or find out what it waits for.{last}"
            )
        case "large":
            raise SourceError(
                f"{program} printed more than {source.max_bytes:,} bytes and was stopped; let it select less, or raise "
                "its max_bytes."
            )
        case None:
            _judge_end(program, process)


def _judge_end(program: str, process: Process) -> None:
    errors = process.errors.decode("utf-8", "replace")
    in_output = _SQL_ERROR.findall(process.last)
    said = _telling(errors) or (_one_line(in_output[-1].decode("utf-8", "replace")) if in_output else "")
    code = process.code
    if code is not None and code < 0:
        raise SourceError(f"{program} was ended by signal {-code}{_in_half(process)}; run it by hand to see why.")
    if _SSH_LOGIN.search(errors):
        raise UnreachableSourceError(f"{program} could not log in: {_ended(said)} {_BATCH}")
    if _MYSQL_UNKNOWN.search(said):
        raise SourceError(
            f"the database does not know what it was asked for: {_ended(said)} Compare preset and prefix with the "
            "shop's tables: azpay sources sql prints the text."
        )
    if _MYSQL_DENIED.search(said):
        raise UnreachableSourceError(
            f"the database refused: {_ended(said)} Check ~/.my.cnf of the account that runs it, and its user's rights."
        )
    if code == 255 and program == "ssh":
        raise UnreachableSourceError(f"ssh could not connect: {_ended(said or 'it said nothing')} Try it by hand.")
    if code == 127:
        raise UnreachableSourceError(f"a program is not there: {_ended(said or 'it said nothing')} Check run.")
    if code:
        told = f": {_ended(said)} Run" if said else " and said nothing; run"
        raise SourceError(f"{program} ended with {code}{_in_half(process)}{told} it by hand to see more.")
    if in_output or _SQL_ERROR.search(process.errors):
        raise SourceError(f"the database gave up: {_ended(said)} Run it by hand to see more.")
    if process.half:
        raise SourceError(f"{program} ended in the middle of a line, so its output was cut; run it by hand to see why.")


def misled(source: Source, head: bytes) -> SourceError | None:
    """Return what is wrong with output that cannot be a list of orders, by its beginning; None when it can."""
    if not is_web_page(head):
        return None
    program = PurePath(source.run[0]).name
    return SourceError(f"{program} printed a web page in place of orders, perhaps one to log in; check its run.")


def _telling(text: str) -> str:
    """Return the line of an error text that says most: the last that names a problem, else the last."""
    lines = [line for line in map(_one_line, text.splitlines()) if line]
    return next((line for line in reversed(lines) if _TELLING.search(line)), lines[-1] if lines else "")


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").splitlines()
    return _one_line(lines[-1]) if lines else ""


def _one_line(text: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in text).strip()
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "..."


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _in_half(process: Process) -> str:
    return " in the middle of a line" if process.half else ""
