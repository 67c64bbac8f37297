"""Templates listed, letters shown and sent."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from azpay_tui import letters
from azpay_tui.backoffice.composing import Desired, compose
from azpay_tui.cli import resolve
from azpay_tui.cli.context import Context
from azpay_tui.cli.messages.looking import shape
from azpay_tui.cli.outcome import OK, REFUSED, CommandError
from azpay_tui.cli.output import ask, is_terminal, json_result, result, say, shown, table
from azpay_tui.domain.letters import MEANINGS, Letter, LetterError

_COLUMNS: Final = {
    "template": "TEMPLATE",
    "language": "LANGUAGE",
    "to": "TO",
    "origin": "FROM",
    "says": "WHAT FOR",
    "problem": "PROBLEM",
}


def list_templates(context: Context, name: str | None, language: str | None, *, as_json: bool) -> int:
    """List every template, or print one; exit code 2 for one that there is not or that will not do."""
    mail = context.profile().mail
    if name is not None:
        try:
            template = letters.load(name, language or mail.language, mail.templates)
        except LetterError as error:
            raise CommandError(str(error)) from error
        placeholders = {one: MEANINGS[one] for one in template.kind.placeholders}
        if as_json:
            text = letters.source(template)
            json_result({"template": _shape(template), "text": text, "placeholders": placeholders})
            return OK
        say(f"{template.kind.says} It may hold: {', '.join(f'${one}' for one in placeholders)}.")
        for line in letters.source(template).splitlines():
            result(shown(line))
        return OK
    found = [_shape(one) for one in letters.every(mail.templates) if language in (None, one.language)]
    if as_json:
        json_result({"templates": found})
    else:
        table(_COLUMNS, [{key: shown(value or "") for key, value in one.items()} for one in found])
    return OK


def _shape(template: letters.Template) -> dict[str, str | None]:
    return {
        "template": template.kind.name,
        "language": template.language,
        "to": template.kind.to,
        "origin": template.origin,
        "says": template.kind.says,
        "problem": template.problem or None,
    }


def preview(
    context: Context, text: str, template: str | None, language: str | None, sets: Sequence[str], *, as_json: bool
) -> int:
    """Print a letter; reads local files alone."""
    reader, profile = context.reader(), context.profile()
    order = resolve.load(reader, text)
    row = reader.row(order.id)
    wanted = Desired(template, language, _values(sets))
    try:
        letter = compose(order, row.status if row else "NEW", profile.mail, profile.region, wanted)
    except LetterError as error:
        raise CommandError(str(error)) from error
    if as_json:
        json_result({"letter": _letter(letter)})
        return OK
    for line in _lines(letter):
        result(shown(line))
    return OK


def send(
    context: Context,
    text: str,
    template: str | None,
    language: str | None,
    sets: Sequence[str],
    *,
    again: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Keep a letter, then deliver it; exit code 4 when it did not arrive for certain.

    Raises `ChangedError` when it would not be the one that was shown.
    """
    asks = is_terminal(sys.stdin) and is_terminal(sys.stderr)
    if not yes and not asks:
        raise CommandError("Nobody can be asked here: say --yes to confirm.", code="not-confirmed")
    wanted = Desired(template, language, _values(sets))
    with context.desk() as desk:
        order_id = resolve.order_id(desk.reader, text)
        seen = None if yes else desk.letters.preview(order_id, wanted)
        if seen is not None:
            for line in _lines(seen):
                say(shown(line))
            if ask("Type yes to send this letter: ") != "yes":
                raise CommandError("Not confirmed: nothing was sent.", code="not-confirmed")
        message = desk.letters.write(order_id, wanted, again=again, seen=seen)
        desk.messages.send()
        message = desk.messages.show(message.id)[0]
    if as_json:
        json_result({"message": shape(message)})
    elif message.state == "delivered":
        result(shown(f"{message.id} to {message.draft.to} was handed over. {message.why}"))
    else:
        hint = "it is tried again by itself" if message.state == "waiting" else f"azpay messages retry {message.id}"
        result(shown(f"{message.id} to {message.draft.to} did not arrive for certain ({hint}). {message.why}"))
    return OK if message.state == "delivered" else REFUSED


def _values(sets: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in sets:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise CommandError(f"{text!r} sets nothing: write NAME=TEXT, such as total='230.00 EUR'.")
        found[name.strip().removeprefix("$")] = value
    return found


def _lines(letter: Letter) -> list[str]:
    return [
        f"To:       {letter.to}",
        f"Language: {letter.language}",
        f"Subject:  {letter.subject}",
        "",
        *letter.text.rstrip("\n").split("\n"),
    ]


def _letter(letter: Letter) -> dict[str, str]:
    return {
        "template": letter.kind.name,
        "language": letter.language,
        "to": letter.to,
        "subject": letter.subject,
        "text": letter.text,
    }
