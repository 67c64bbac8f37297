"""Every screen has its picture, and the page of all pictures leads to each."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from docs.gallery import PICTURES, page
from textual.screen import Screen

import azpay_tui.tui

_TITLE = re.compile(r'class="[^"]*-title"[^>]*>(\w+)&#160;')


def screens(above: type[Screen[object]] = Screen) -> Iterator[type[Screen[object]]]:
    """Yield every screen of the console that can be shown: those that no other screen is made of."""
    for module in pkgutil.walk_packages(azpay_tui.tui.__path__, "azpay_tui.tui."):
        importlib.import_module(module.name)
    for below in above.__subclasses__():
        own = below.__module__.startswith("azpay_tui.")
        if own and not inspect.isabstract(below) and not below.__subclasses__():
            yield below
        yield from screens(below)


def test_every_screen_has_a_picture() -> None:
    pictures = sorted(PICTURES.rglob("*.svg"))
    shown = {title[1] for picture in pictures for title in _TITLE.finditer(picture.read_text(encoding="utf-8"))}
    assert {screen.__name__ for screen in screens()} <= shown


def test_every_picture_has_a_test() -> None:
    tests = Path(__file__).parent.parent
    for picture in PICTURES.rglob("*.svg"):
        place = picture.parent.relative_to(PICTURES)
        module = tests / place.parent / f"test_{place.name}.py"
        name, several, _ = picture.stem.partition("[")
        taken = module.read_text(encoding="utf-8") if module.exists() else ""
        found = re.search(rf"((?:^@.*\n(?:^[ )\]].*\n)*)*)^def {name}\(", taken, re.MULTILINE)
        assert found, f"nobody takes {picture}"
        assert bool(several) == bool(found[1]), f"nobody takes {picture} any more: delete it"


def test_the_page_leads_to_every_picture(tmp_path: Path) -> None:
    pictures = sorted(PICTURES.rglob("*.svg"))
    text = page(pictures, tmp_path)
    found = {(tmp_path / unquote(place)).resolve() for place in re.findall(r'<img src="([^"]+)"', text)}
    assert found == set(pictures)
    marks = re.findall(r'<figure id="([^"]+)"', text)
    assert sorted(re.findall(r'<a href="#([^"]+)"', text)) == sorted(marks)
    assert len(set(marks)) == len(pictures)
