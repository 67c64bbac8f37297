"""The views a person saved: one small file of the profile's data directory, only this person's to read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, cast

from azpay_tui.domain import filters
from azpay_tui.domain.rows import VIEWS
from azpay_tui.paths import ConfigError, check_private_file, draft_of, private_opener, shown, sync_directory
from azpay_tui.store.cache.paging import sort_of
from azpay_tui.store.errors import ViewsUnavailable

NAME: Final = "views.json"
"""The file's name within the data directory."""
LONGEST_NAME: Final = 30
MOST: Final = 50
"""Views that can be saved."""
_MAX_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view with its filter, sort and columns, under a name."""

    name: str
    view: str = "all"
    """The built-in view it narrows."""
    filter: str = ""
    """As `domain.filters` reads it."""
    sort: str | None = None
    """None: the view's own."""
    columns: tuple[str, ...] | None = None
    """Optional columns of the console's list; None: by the width."""


def checked_name(name: str) -> str:
    """Return a name without blanks around it; raises `ValueError` with a sentence for one that cannot be used."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"A view's name has 1 to {LONGEST_NAME} characters that can be shown: choose another one.")
    if name.casefold() in VIEWS or name[0] in "=-":
        raise ValueError(f"A saved view cannot be called {name!r}: choose another name.")
    return name


def checked(view: SavedView) -> SavedView:
    """Return a view that can be shown; raises `ValueError` with a sentence for one that cannot."""
    sort_of(view.view, view.sort)
    return replace(view, name=checked_name(view.name), filter=filters.parse(view.filter).text)


class SavedViews:
    """Saved views in the order in which they were saved; names differ in more than case.

    Every method but `find` raises `ViewsUnavailable` when the file cannot be read or written.
    """

    def __init__(self, data_dir: Path | None) -> None:
        """Keep views in a data directory; without one only in memory."""
        self._file = None if data_dir is None else data_dir / NAME
        self._memory: tuple[SavedView, ...] = ()

    def all(self) -> tuple[SavedView, ...]:
        """Return every saved view."""
        if self._file is None:
            return self._memory
        try:
            with suppress(FileNotFoundError):
                self._file.lstat()
                check_private_file(self._file)
                with open(self._file, "rb", opener=private_opener) as stream:
                    return _parsed(stream.read(_MAX_BYTES + 1))
        except ConfigError as error:
            raise ViewsUnavailable(str(error)) from error
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no file of saved views"
            raise ViewsUnavailable(
                f"The saved views in {shown(self._file)} cannot be read ({why}): put it right, or move it away."
            ) from error
        return ()

    def find(self, name: str) -> SavedView | None:
        """Return a view by its name in any case."""
        return _found(self.all(), name)

    def save(self, view: SavedView) -> SavedView:
        """Keep a view, in the place of one with that name; raises `ValueError` with a sentence when it cannot be."""
        view, known = checked(view), self.all()
        old = _found(known, view.name)
        if old is None and len(known) >= MOST:
            raise ValueError(f"There are {MOST} saved views already: delete one first.")
        self._write([view if one is old else one for one in known] if old else [*known, view])
        return view

    def delete(self, name: str) -> None:
        """Forget a view; raises `ValueError` with a sentence when there is none of that name."""
        known = self.all()
        gone = _needed(known, name)
        self._write(one for one in known if one is not gone)

    def rename(self, name: str, new: str) -> SavedView:
        """Give a view another name; raises `ValueError` with a sentence when that cannot be."""
        known = self.all()
        old = _needed(known, name)
        renamed = checked(replace(old, name=new))
        taken = _found(known, renamed.name)
        if taken is not None and taken is not old:
            raise ValueError(f"There is a view {taken.name!r} already: choose another name, or delete it first.")
        self._write(renamed if one is old else one for one in known)
        return renamed

    def _write(self, views: Iterable[SavedView]) -> None:
        kept = tuple(views)
        if self._file is None:
            self._memory = kept
            return
        text = json.dumps({"views": [asdict(view) for view in kept]}, ensure_ascii=False, indent=1)
        try:
            with draft_of(self._file, f"{text}\n".encode()) as draft:
                os.replace(draft, self._file)
            sync_directory(self._file.parent)
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it holds what is no text"
            raise ViewsUnavailable(f"The view is not saved: {shown(self._file)} cannot be written ({why}).") from error


def _found(views: Iterable[SavedView], name: str) -> SavedView | None:
    wanted = " ".join(name.split()).casefold()
    return next((view for view in views if view.name.casefold() == wanted), None)


def _needed(views: tuple[SavedView, ...], name: str) -> SavedView:
    found = _found(views, name)
    if found is None:
        names = ", ".join(view.name for view in views) or "none yet"
        raise ValueError(f"There is no saved view {name[:60]!r}; there are: {names}.")
    return found


def _parsed(content: bytes) -> tuple[SavedView, ...]:
    if len(content) > _MAX_BYTES:
        raise ValueError("too large")
    found = []
    for values in json.loads(content.decode())["views"]:
        if not isinstance(values, dict):
            raise TypeError("not a view")
        columns = values.pop("columns", None)
        if not all(isinstance(value, str) or (key == "sort" and value is None) for key, value in values.items()):
            raise TypeError("not a text")
        if columns is not None:
            columns = tuple(cast(list[str], columns))
            if not all(isinstance(name, str) for name in columns):
                raise TypeError("not a text")
        found.append(checked(SavedView(**values, columns=columns)))
    return tuple(found)
