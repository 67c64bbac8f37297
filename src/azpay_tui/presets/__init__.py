"""Presets: for each shop what to ask its database or API, and what the answer means; pure data and its reader.

`NAME.toml` says which plugin it reads, what its columns and statuses mean, what is missing and which rights it needs;
`NAME.sql` is the question, for shops whose database is asked.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping as Names
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final, Literal, cast

from azpay_tui.domain.claims import Claim
from azpay_tui.domain.mapping import Field, Mapping

SINCE: Final = ":since"
"""Stands in a question for a quoted time in UTC; what changed before it is not asked for."""
PREFIX: Final = ":prefix"
"""Stands in a question for what the names of the shop's tables begin with."""
_PREFIX: Final = re.compile(r"[A-Za-z0-9_]{0,32}", re.ASCII)


class PresetError(ValueError):
    """No such preset, or a prefix that is none; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Preset:
    """How to learn of a shop's orders."""

    name: str
    title: str
    """The shop, as its admin calls it."""
    plugin: str
    """Which plugin, and which of its versions keep ids where this preset looks."""
    kind: Literal["sql", "json"]
    """What is asked: a database in SQL, or an API that answers in JSON."""
    mapping: Mapping
    gaps: str
    """What this preset cannot see, in one sentence or two."""
    rights: str
    """Which rights the user of the database or of the API needs, in one sentence."""
    sql: str | None = None
    """The question, with `SINCE` and `PREFIX` in it; None for an API."""
    tables: tuple[str, ...] = ()
    """The tables it reads, without their prefix."""
    prefix: str = ""
    """What the names of the tables begin with unless the shop says otherwise."""
    captures: bool = False
    """Whether the plugin captures by itself as it is delivered; false also where that is not certain."""

    @property
    def complete(self) -> bool:
        """Whether a row names every charge and refund of its order."""
        return self.mapping.complete

    def question(self, since: datetime, prefix: str | None = None) -> str:
        """Return the SQL for what changed since then; empty for an API. Raises PresetError for a bad prefix."""
        return filled(self.sql or "", since, self.prefix if prefix is None else prefix)


def names() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in _data().iterdir() if file.name.endswith(".toml")))


@cache
def load(name: str) -> Preset:
    """Return the preset of that name. Raises PresetError, naming the nearest one, when there is none."""
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise PresetError(f"There is no preset {name!r}. {hint}Presets are: {', '.join(names())}.")
    read = tomllib.loads((_data() / f"{name}.toml").read_text(encoding="utf-8"))
    kind = cast(Literal["sql", "json"], read["kind"])
    return Preset(
        name=name,
        title=read["title"],
        plugin=read["plugin"],
        kind=kind,
        mapping=_mapping(read),
        gaps=read["gaps"],
        rights=read["rights"],
        sql=(_data() / f"{name}.sql").read_text(encoding="utf-8") if kind == "sql" else None,
        tables=tuple(read.get("tables", ())),
        prefix=read.get("prefix", ""),
        captures=read.get("captures", False),
    )


def filled(sql: str, since: datetime, prefix: str = "") -> str:
    """Put a time and a prefix into a question; what has neither token stays as it is. Raises PresetError."""
    moment = since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return sql.replace(PREFIX, _checked_prefix(prefix)).replace(SINCE, f"'{moment}'")


def _checked_prefix(prefix: str) -> str:
    """Return a prefix that can do no harm in SQL. Raises PresetError."""
    if not _PREFIX.fullmatch(prefix):
        raise PresetError(
            f"{prefix[:40]!r} cannot begin the names of tables: use at most 32 letters, digits and underscores."
        )
    return prefix


def _data() -> Traversable:
    return files(__name__)


def _mapping(read: dict[str, Any]) -> Mapping:
    columns = cast(Names[Field, list[str]], read["columns"])
    return Mapping(
        columns=MappingProxyType({field: tuple(titles) for field, titles in columns.items()}),
        statuses=MappingProxyType(cast(dict[str, Claim], read["statuses"])),
        complete=read["complete"],
        timezone=read.get("timezone", "UTC"),
    )
