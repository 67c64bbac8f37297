"""The part of the app that knows the terminal: few bytes, the palette, the mouse, suspending, resizing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.color import ColorSystem
from rich.console import RenderableType
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.filter import LineFilter
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from azpay_tui.tui.driver import ConsoleDriver
from azpay_tui.tui.levers import Levers, Palette
from azpay_tui.tui.painter import Painter, spans_of
from azpay_tui.tui.palette import PaletteFilter
from azpay_tui.tui.timely import Timely

_COLOURS: dict[str | None, ColorSystem] = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
}


class TerminalApp(Timely, App[None], inherit_bindings=False):
    """Draws on a terminal as `Levers` say; knows nothing of orders."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = []

    theme: Reactive[str] = Reactive("ansi-dark")
    """The terminal's own palette, from the first byte on: anything else costs twice the bytes."""

    def __init__(self, levers: Levers) -> None:
        """Start with what was chosen."""
        super().__init__(ansi_color=True)
        self.animation_level = "none"
        self._filter = PaletteFilter(levers.palette, ascii=levers.ascii)
        self._painter = Painter(_COLOURS.get(self.console.color_system))
        self.no_color = levers.palette == "mono"

    def get_driver_class(self) -> type[Driver]:
        """Use the console's own driver."""
        return ConsoleDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Put everything into the palette and the characters that were chosen, and through no other filter."""
        return (self._filter,)

    # Painting

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Write only what differs from what the terminal shows."""
        driver = self._driver
        if not isinstance(driver, ConsoleDriver) or self.is_headless or self._batch_count or not self._running:
            super()._display(screen, renderable)
            return
        try:
            if renderable is None or self._closed or driver.resizing:
                return
            spans = spans_of(renderable)
            if spans is None:
                self._painter.forget()
                super()._display(screen, renderable)
                return
            x, y = screen.outer_size.clamp_offset(self.cursor_position)
            try:
                painted = self._painter.paint(spans, *self.size, (x, y))
            except Exception as error:  # As the base class does: a widget that cannot be drawn ends the app in order.
                self._handle_exception(error)
                return
            if painted:
                self._begin_update()
                driver.write(painted)
                self._end_update()
        finally:
            self.post_display_hook()

    def redraw(self) -> None:
        """Draw everything again, whatever the terminal shows now."""
        self._painter.forget()
        self.screen.refresh(repaint=True, layout=True)

    def resized(self) -> None:
        """Draw everything again once the new size has arrived: terminals cut, wrap or clear when they are resized."""
        self._painter.forget()
        self.call_later(self.redraw)

    # Choosing

    @property
    def palette(self) -> Palette:
        """The palette in use."""
        return self._filter.palette

    def choose_palette(self, palette: Palette) -> None:
        """Use another palette from now on."""
        self._filter = PaletteFilter(palette, ascii=self._filter.ascii)
        self.no_color = palette == "mono"
        for screen in self.screen_stack:
            for widget in screen.walk_children(Widget, with_self=True):
                widget.refresh()

    @property
    def mouse(self) -> bool:
        """Whether the terminal reports the mouse."""
        return isinstance(self._driver, ConsoleDriver) and self._driver.mouse

    def choose_mouse(self, on: bool) -> None:
        """Let the terminal report the mouse, or keep it for the terminal's own selecting and pasting."""
        if isinstance(self._driver, ConsoleDriver):
            self._driver.mouse = on
