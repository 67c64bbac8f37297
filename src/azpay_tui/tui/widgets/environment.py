"""Where one is: the same mark on every screen and dialog, told by word, colour and border.

A screen yields a `PlaceLine` as its first row and calls `mark` when it is mounted; a dialog made of `Dialog` does
neither, its frame is marked already.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from rich.style import Style
from textual.screen import Screen

from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.tui import theme
from azpay_tui.tui.display import display, width
from azpay_tui.tui.widgets.line import Line, Part, justified
from azpay_tui.tui.widgets.words import ENVIRONMENTS


@runtime_checkable
class _Placed(Protocol):
    @property
    def profile(self) -> ProfileInfo: ...


def profile_of(app: object) -> ProfileInfo | None:
    """Return the profile an app works on; None when it has none."""
    return app.profile if isinstance(app, _Placed) else None


def word_of(profile: ProfileInfo) -> str:
    """Return the word for an environment: SIMULATOR, SANDBOX or PROD."""
    return ENVIRONMENTS[profile.environment]


def headed(profile: ProfileInfo | None, heading: str) -> str:
    """Return the title of a frame: the word, then the heading (the program's own words)."""
    return f" {heading} " if profile is None else f" {word_of(profile)}  {heading} "


def mark(screen: Screen[Any], profile: ProfileInfo | None) -> None:
    """Give a screen the class `-simulator`, `-sandbox` or `-live`: style sheets draw dashed, single, double borders."""
    for environment in ENVIRONMENTS:
        screen.set_class(profile is not None and profile.environment == environment, f"-{environment}")


def place_parts(profile: ProfileInfo, left: str, right: str, cells: int) -> tuple[Part, ...]:
    """Set a header for a width: the word, `left`, and `right` at the end; with real money the whole row stands out."""
    word = f" {word_of(profile)} "
    style = theme.ENVIRONMENTS[profile.environment]
    rest = style if profile.environment == "live" else theme.BOLD
    return ((word, style), (justified(left, right, cells - width(word)), rest))


def whereabouts(profile: ProfileInfo) -> str:
    """Name the profile, its region, the person, and what of it is not what one may expect."""
    name, region, person = display(profile.name, 30), display(profile.region, 8), display(profile.person, 40)
    return f" {name} {region}  {person}{'  demo' if profile.demo else ''}{'' if profile.writable else '  RO'}"


class PlaceLine(Line):
    """The first row of every screen: environment, profile and person, at the right what the screen is about."""

    def __init__(self, profile: ProfileInfo, title: str = "", *, id: str | None = None) -> None:
        """Show a profile; `title` is the program's own words."""
        super().__init__(id=id)
        self._profile = profile
        self._right = title
        self._show()

    def place(self, text: str) -> None:
        """Show another text at the right; outside text in it must have passed `display`."""
        self._right = text
        self._show()

    def now(self, profile: ProfileInfo) -> None:
        """Show a profile whose state changed, for example to read-only."""
        self._profile = profile
        self._show()

    def _show(self) -> None:
        style: Style = theme.ENVIRONMENTS[self._profile.environment]
        self.put((word_of(self._profile), style), (whereabouts(self._profile), theme.BOLD), (self._right, theme.PLAIN))

    def parts_for(self, cells: int) -> tuple[Part, ...]:
        """Set the right text to the end."""
        return place_parts(self._profile, whereabouts(self._profile), self._right, cells)
