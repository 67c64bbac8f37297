"""The views a person saved: whole or not at all on disk, and one sentence when the file is spoiled."""

import json
import stat
from pathlib import Path

import pytest

from azpay_tui.store.errors import ViewsUnavailable
from azpay_tui.store.views import MOST, NAME, SavedView, SavedViews

VIEW = SavedView("Late", "to-capture", "age>5d", "expires", ("age", "buyer"))


def test_what_is_saved_is_there_again_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    views = SavedViews(tmp_path)
    assert views.all() == ()
    views.save(VIEW)
    views.save(SavedView("  Two   words ", "all", "status:new jane"))
    again = SavedViews(tmp_path)
    assert again.all() == (VIEW, SavedView("Two words", "all", "status=NEW jane"))
    assert again.find("TWO words") == again.all()[1]
    assert again.find("three") is None
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_saving_again_replaces_in_place_and_renaming_keeps_the_rest(tmp_path: Path) -> None:
    views = SavedViews(tmp_path)
    for name in ("One", "Two", "Three"):
        views.save(SavedView(name))
    views.save(SavedView("TWO", "unpaid"))
    assert [view.name for view in views.all()] == ["One", "TWO", "Three"]
    views.rename("two", "Zwei")
    views.rename("zwei", "ZWEI")
    views.delete("one")
    assert views.all() == (SavedView("ZWEI", "unpaid"), SavedView("Three"))


@pytest.mark.parametrize(
    "view",
    [
        SavedView(""),
        SavedView("all"),
        SavedView("To-Capture"),
        SavedView("x" * 31),
        SavedView("a\x1bb"),
        SavedView("=x"),
        SavedView("x", "nowhere"),
        SavedView("x", "all", "age=3"),
        SavedView("x", "all", "", "trouble"),
    ],
)
def test_what_cannot_be_a_view_is_refused_in_a_sentence(tmp_path: Path, view: SavedView) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        SavedViews(tmp_path).save(view)
    assert not (tmp_path / NAME).exists()


def test_names_that_are_taken_or_missing_are_said(tmp_path: Path) -> None:
    views = SavedViews(tmp_path)
    views.save(SavedView("One"))
    views.save(SavedView("Two"))
    with pytest.raises(ValueError, match="There is a view 'Two' already"):
        views.rename("One", "two")
    with pytest.raises(ValueError, match="There is no saved view 'Three'; there are: One, Two"):
        views.delete("Three")
    for number in range(MOST - 2):
        views.save(SavedView(f"v{number}"))
    with pytest.raises(ValueError, match="There are 50 saved views already"):
        views.save(SavedView("one more"))


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "{}", "null", "\x00", '{"views": 3}', '{"views": [3]}', '{"views": [{}]}',
        '{"views": [{"name": 3}]}', '{"views": [{"name": "x", "view": "nowhere"}]}',
        '{"views": [{"name": "x", "y": "z"}]}',
        '{"views": [{"name": "x", "filter": "age=3"}]}', '{"views": [{"name": "x", "columns": 3}]}',
        '{"views": [{"name": "x", "columns": [3]}]}', "[" * 100_000, " " * 300_000,
    ],
)  # fmt: skip
def test_a_spoiled_file_is_one_sentence_and_stays_as_it_is(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    (tmp_path / NAME).chmod(0o600)
    views = SavedViews(tmp_path)
    for act in (views.all, lambda: views.save(VIEW), lambda: views.delete("x")):
        with pytest.raises(ViewsUnavailable, match=r"^The saved views in .* cannot be read .*: put it right"):
            act()
    assert (tmp_path / NAME).read_text() == content


def test_a_file_open_to_others_or_a_full_place_is_said(tmp_path: Path) -> None:
    views = SavedViews(tmp_path)
    views.save(VIEW)
    (tmp_path / NAME).chmod(0o644)
    with pytest.raises(ViewsUnavailable, match="chmod 600"):
        views.all()
    missing = SavedViews(tmp_path / "gone")
    assert missing.all() == ()
    with pytest.raises(ViewsUnavailable, match="The view is not saved"):
        missing.save(VIEW)


def test_without_a_directory_views_live_in_memory() -> None:
    views = SavedViews(None)
    views.save(VIEW)
    assert views.all() == (VIEW,)
    assert json.dumps([view.name for view in views.all()]) == '["Late"]'
