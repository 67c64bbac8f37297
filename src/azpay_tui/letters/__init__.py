"""The templates of letters: those that come with azpay, in German and English, and a shop's own in their place.

Each is a file `NAME.LANGUAGE.txt`; how it is written, and what may stand in it, is in `domain.letters`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from azpay_tui.domain.letters import KINDS, Draft, Kind, LetterError, is_language, kind_of, read_draft
from azpay_tui.paths import check_unchangeable, shown, without_waiting

_MOST_BYTES: Final = 80_000
DEFAULT_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True)
class Template:
    """One template that is there."""

    kind: Kind
    language: str
    origin: str
    """`built in`, or the path of the shop's own file."""
    draft: Draft | None
    """None when the shop's own file will not do."""
    problem: str = ""
    """Why not, one sentence."""


def languages() -> tuple[str, ...]:
    """Return the languages that come with azpay, sorted."""
    found = (file.name.split(".") for file in files(__name__).iterdir() if file.name.endswith(".txt"))
    return tuple(sorted({parts[1] for parts in found}))


def load(name: str, language: str, own: Path | None) -> Template:
    """Return a template in a language: the shop's own in the directory `own`, else the one that comes with azpay.

    Raises `LetterError`, one sentence, when there is none of that name or in that language, or when the shop's own will
    not do: it is never passed over for another. Raises `ConfigError` when somebody else could change it.
    """
    kind = kind_of(name)
    if not is_language(language):
        raise LetterError(f"{language[:20]!r} is no language: write two letters such as {' or '.join(languages())}.")
    filename = f"{kind.name}.{language}.txt"
    if own is not None:
        text = _own_text(own / filename)
        if text is not None:
            return Template(kind, language, str(own / filename), read_draft(text, kind, shown(own / filename)))
    built_in = files(__name__) / filename
    if not built_in.is_file():
        where = "" if own is None else f", or write it: {shown(own / filename)}"
        raise LetterError(
            f"There is no template {kind.name} in the language {language}; choose {' or '.join(languages())}{where}."
        )
    return Template(kind, language, "built in", _built_in(built_in, kind))


def every(own: Path | None) -> tuple[Template, ...]:
    """Return every template that there is, with what is wrong with those of the shop's own."""
    found = []
    for kind in KINDS.values():
        for language in sorted({*languages(), *_own_languages(own, kind)}):
            try:
                found.append(load(kind.name, language, own))
            except LetterError as error:
                path = "" if own is None else str(own / f"{kind.name}.{language}.txt")
                found.append(Template(kind, language, path, None, str(error)))
    return tuple(found)


def source(template: Template) -> str:
    """Return the text of a template as it lies in its file, for a shop to begin with."""
    filename = f"{template.kind.name}.{template.language}.txt"
    if template.origin != "built in":
        return _own_text(Path(template.origin)) or ""
    return (files(__name__) / filename).read_text(encoding="utf-8")


def _built_in(file: Traversable, kind: Kind) -> Draft:
    return read_draft(file.read_text(encoding="utf-8"), kind, file.name)


def _own_languages(own: Path | None, kind: Kind) -> set[str]:
    try:
        names = [] if own is None else os.listdir(own)
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise LetterError(f"The templates in {shown(own or Path())} cannot be read: {error.strerror}.") from error
    begin, end = f"{kind.name}.", ".txt"
    middles = (name[len(begin) : -len(end)] for name in names if name.startswith(begin) and name.endswith(end))
    return {middle for middle in middles if is_language(middle)}


def _own_text(path: Path) -> str | None:
    """Return what is in a file of the shop's own; None when there is none."""
    try:
        with open(path, "rb", opener=without_waiting) as stream:
            check_unchangeable(path, os.fstat(stream.fileno()), "The template")
            content = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LetterError(f"The template {shown(path)} cannot be read: {error.strerror}.") from error
    if len(content) > _MOST_BYTES:
        raise LetterError(f"{shown(path)} is too large for a letter.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise LetterError(f"{shown(path)} is not UTF-8 text at line {line}: save it as UTF-8.") from error
