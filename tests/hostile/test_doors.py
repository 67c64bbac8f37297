"""Every text of the corpus through each door by itself: what is shown, written for scripts, and for spreadsheets."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.segment import Segment
from tests.hostile.corpus import CORPUS, TEXTS
from tests.hostile.judge import active, foreign, unfit
from tests.support.figures import tell

from azpay_tui.cli import output
from azpay_tui.paths import shown
from azpay_tui.tui.display import display, fit, hidden, width, wrap
from azpay_tui.tui.painter import Painter

LIMITS = (1, 7, 40, 200, 2000)
WIDTHS = (1, 8, 27)


def bad(texts: dict[str, list[str]]) -> dict[str, list[str]]:
    return {text: found for text, found in texts.items() if found}


def told(promise: str, runs: int, found: dict[str, list[str]], where: str) -> None:
    """Write the figure down, then hold that there is nothing."""
    tell(promise, runs, len(found), seed=ascii(next(iter(found), ""))[:60], says=where)
    assert not found


@pytest.mark.always
def test_the_corpus_is_large_and_each_text_is_there_once() -> None:
    assert len(CORPUS) >= 500
    assert len(set(TEXTS)) == len(TEXTS)
    assert sum(len(text) >= 100_000 for text in TEXTS) >= 5


@pytest.mark.always
def test_the_judge_sees_the_harm_in_most_of_the_corpus() -> None:
    """A judge that lets everything pass would make every other test of this package worth nothing."""
    harmful = [
        hostile for hostile in CORPUS if hostile.kind in ("sequence", "C1", "direction", "no character", "split")
    ]
    blind = [h for h in harmful if not unfit(h.text) and not foreign(h.text.encode("utf-8", "replace"))]
    # The second halves of what is split are plain text by themselves, and what nobody assigned yet may be a letter.
    assert {h.kind for h in blind} <= {"split", "no character"}
    assert len(blind) <= 15


def test_every_text_may_be_shown_once_it_has_passed() -> None:
    found = {}
    for text in TEXTS:
        for limit in LIMITS:
            out = display(text, limit)
            found[text] = unfit(out)
            assert len(out) <= limit
            assert display(out, limit) == out, ascii(text)[:80]
            assert not hidden(out)
            for cells in WIDTHS:
                assert width(fit(out, cells)) == cells
                found[text] += unfit(" ".join([fit(out, cells), *wrap(out, cells + 1, 4)]))
    told("S1", len(TEXTS) * len(LIMITS), bad(found), "texts through the display door")


def test_two_fields_side_by_side_make_nothing_that_one_does_not() -> None:
    """A sequence may begin in one field and end in the next."""
    pairs = list(itertools.pairwise(TEXTS))
    found = {one + two: unfit(display(one) + display(two)) for one, two in pairs}
    # Two marks at the end of one field and two at the start of the next are a heap, and no more.
    told("S1", len(pairs), bad({t: [f for f in fs if f.startswith("U+")] for t, fs in found.items()}), "fields joined")


def _harmless(character: str) -> bool:
    return character.isprintable() or character in "\u200c\u200d"


def test_what_never_passed_the_door_still_moves_no_cursor() -> None:
    """The last door: a widget that forgot the first one costs looks, not the terminal."""
    found = {}
    for text in TEXTS:
        painted = Painter(None).paint([(0, 0, [Segment(text[:400])])], 80, 24, (0, 0))
        # Heaps of marks, joiners and letters without a glyph drive nothing.
        drives = (what for what in foreign(painted.encode("utf-8", "replace")) if what.startswith("U+"))
        found[text] = [what for what in drives if not _harmless(chr(int(what[2:].split()[0], 16)))]
    told("S1", len(TEXTS), bad(found), "texts through the painter alone")


@pytest.mark.parametrize("write", [output.shown, output.cell], ids=["text", "cell"])
def test_every_text_may_stand_on_the_command_line(write: Callable[[str], str]) -> None:
    told("S1", len(TEXTS), bad({text: unfit(write(text)) for text in TEXTS}), "texts on the command line")


def test_every_path_may_stand_on_the_command_line() -> None:
    found = {text: [character for character in shown(Path(text)) if not character.isprintable()] for text in TEXTS}
    told("S1", len(TEXTS), bad(found), "paths")


def test_json_holds_every_text_as_it_came_in_ascii() -> None:
    for text in TEXTS:
        written = output.json_text({text: [text]})
        assert written.isascii()
        assert written.isprintable()
        assert json.loads(written) == {text: [text]}
    tell("S1", len(TEXTS), says="texts in JSON")


def test_no_cell_of_an_export_is_active_and_each_comes_back_as_it_was_written() -> None:
    """RFC 4180: a strict reader finds the very cells again, whatever stood in them."""
    cells = [output.cell(text) for text in TEXTS]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([cell, "x"] for cell in cells)
    again = list(csv.reader(io.StringIO(file.getvalue(), newline=""), strict=True))
    assert again == [[cell, "x"] for cell in cells]
    told("S10", len(cells), {cell: ["active"] for cell in cells if active(cell)}, "cells of CSV")
