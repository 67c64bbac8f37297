"""One section of config.toml: its keys read by kind, and every error says where it stands and what to do."""

import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from azpay_tui.argv import secret_in
from azpay_tui.domain.spans import parse, written
from azpay_tui.paths import ConfigError
from azpay_tui.tomlfile import check_known, kind, quoted

_LONGEST_WORD: Final = 8192
_MOST_WORDS: Final = 100


class Section:
    """Keys and values of one section. Every method raises ConfigError for a value that is not of its kind.

    `file` (absolute) is what paths are relative to; errors begin with `where`. `allowed` is what a value may be, in the
    words of a person.
    """

    def __init__(self, table: Mapping[str, object], file: Path, where: str) -> None:
        self.table = table
        self.file = file
        self.where = where

    def __contains__(self, key: str) -> bool:
        return key in self.table

    def error(self, text: str) -> ConfigError:
        """Return what to raise."""
        return ConfigError(f"{self.where}: {text}")

    def check_keys(self, known: tuple[str, ...]) -> None:
        """Refuse a key that is not among the known ones."""
        for key in self.table:
            check_known(key, known, self.where)

    def text(self, key: str, allowed: str, *, empty: bool = False) -> str:
        """Return a text on one line. Nothing of it is repeated: it may be a key in place of its file's name."""
        if key not in self.table:
            raise self.error(f"{key} is missing; it must be {allowed}.")
        value = self.table[key]
        if not isinstance(value, str):
            raise self.error(f"{key} must be {allowed}, in quotes, not {kind(value)}.")
        if not value.isprintable() or (not value.strip() and not empty):
            raise self.error(f"{key} must be {allowed}, on one line{'' if empty else ' and not empty'}.")
        return value

    def text_if_given(self, key: str, allowed: str) -> str | None:
        """Return a text on one line; None without the key."""
        return self.text(key, allowed) if key in self.table else None

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """Return one of some words; without a default the key is needed."""
        if default is not None and key not in self.table:
            return default
        allowed = either(choices)
        value = self.text(key, allowed)
        if value not in choices:
            raise self.error(f"{key} must be {allowed}, not {quoted(value)}.")
        return value

    def switch(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            raise self.error(f"{key} must be true or false without quotes, not {kind(value)}.")
        return value

    def span(self, key: str, allowed: str, default: timedelta, least: timedelta, most: timedelta) -> timedelta:
        """Return a length of time within two others."""
        if key not in self.table:
            return default
        value = self.text(key, allowed)
        span = parse(value)
        if span is None:
            raise self.error(f"{key} must be {allowed}, not {quoted(value)}.")
        if not least <= span <= most:
            raise self.error(f"{key} must be between {written(least)} and {written(most)}, not {quoted(value)}.")
        return span

    def absolute(self, key: str, value: str) -> Path:
        """Return a path that stands in the section, relative to its file or with ~, as an absolute one."""
        try:
            path = Path(value).expanduser()
        except RuntimeError as error:
            raise self.error(f"{key} starts with ~, but that home directory is not known: write it out.") from error
        return Path(os.path.abspath(self.file.parent / path))

    def command(self, key: str, example: str, instead: str) -> tuple[str, ...]:
        """Return a program and its words, never a shell's line; a program with a slash in it by its absolute path.

        `instead`: what to do in place of a password among the words, which is never repeated.
        """
        allowed = f"a list of words such as {example}"
        if key not in self.table:
            raise self.error(f"{key} is missing; it must be {allowed}.")
        value = self.table[key]
        if not isinstance(value, list) or not value or len(value) > _MOST_WORDS:
            raise self.error(f"{key} must be {allowed}, not {'an empty list' if value == [] else kind(value)}.")
        words: list[str] = []
        for word in value:
            if not isinstance(word, str) or not word.isprintable() or len(word) > _LONGEST_WORD:
                raise self.error(f"{key} must be {allowed}: every word in quotes, on one line.")
            words.append(word)
        problem = secret_in(words)
        if problem is not None:  # before anything that could repeat a word
            raise self.error(
                f"{key} holds a password ({problem}); every user of this machine could read it in the list of "
                f"processes: {instead}"
            )
        program = words[0]
        if not program.strip() or (" " in program and not program.startswith(("/", "~", "."))):
            raise self.error(f"{key} must be {allowed}: the program is a word of its own; no shell reads it.")
        if "/" in program:
            words[0] = str(self.absolute(key, program))
        return tuple(words)


def either(choices: Iterable[str]) -> str:
    """Return words to choose from as a person writes them."""
    return " or ".join(f'"{choice}"' for choice in choices)
