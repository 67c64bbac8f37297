"""The documents are in step with the code, and what they link to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs import generate
from docs.parts import PARTS, code, table

BEFORE = "Text.\n\n<!-- generated: one -->\nold\n<!-- end -->\n\nMore.\n"


def test_the_documents_say_what_the_code_says() -> None:
    behind = [document.name for document, _ in generate.stale(generate.ROOT, PARTS)]
    assert not behind, f"{', '.join(behind)}: not in step with the code; run make docs and read what changed"


@pytest.mark.parametrize("name", PARTS)
def test_every_part_has_whole_tables_with_rows(name: str) -> None:
    tables = [block.splitlines() for block in PARTS[name]().split("\n\n") if block.startswith("|")]
    assert tables
    for head, rule, *rows in tables:
        assert rows
        columns = len(re.findall(r"(?<!\\)\|", head))
        assert all(len(re.findall(r"(?<!\\)\|", line)) == columns for line in (rule, *rows))
        assert not any("None" in row.split("|")[1] for row in rows)


def test_every_command_and_every_exit_code_is_told() -> None:
    told = PARTS["commands"]()
    for command in ("azpay capture ORDER", "azpay orders list", "azpay journal settle ID", "azpay simulate"):
        assert f"### {command}\n" in told
    assert "| `--amount A` |" in told
    codes = [line.split(" | ")[0].strip("| ") for line in PARTS["exit-codes"]().splitlines()[2:]]
    assert codes == ["0", "1", "2", "3", "4", "5", "6", "7", "70", "129, 143"]


def test_a_part_is_replaced_and_nothing_else() -> None:
    after = generate.renewed(BEFORE, {"one": lambda: "new\nlines\n"})
    assert after == BEFORE.replace("old", "new\nlines")
    assert generate.renewed(after, {"one": lambda: "new\nlines\n"}) == after


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BEFORE.replace("one", "two"), "the part two is not known"),
        (BEFORE.replace("<!-- end -->", ""), "has no end"),
        (BEFORE + "<!-- end -->\n", "has no end, or an end has no beginning"),
        (BEFORE.replace("old", "<!-- generated: one -->"), "has no end"),
    ],
)
def test_marks_that_do_not_fit_are_an_error(text: str, says: str) -> None:
    with pytest.raises(generate.MarkError, match=says):
        generate.renewed(text, {"one": lambda: "new"})


def test_a_document_behind_is_told_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("Nothing generated.\n")
    page = tmp_path / "docs" / "page.md"
    page.write_text("<!-- generated: acts -->\n<!-- end -->\n")
    assert generate.main(["--check"], tmp_path) == 1
    assert "docs/page.md is not in step" in capsys.readouterr().err
    assert generate.main([], tmp_path) == 0
    assert "`decline`" in page.read_text()
    assert generate.main(["--check"], tmp_path) == 0
    assert capsys.readouterr().out == "docs/page.md written\n"


def test_cells_cannot_break_a_table() -> None:
    assert table(("a", "b"), [("x|y", code(["p", "q"]))]).splitlines()[-1] == "| x\\|y | `p`, `q` |"


@pytest.mark.parametrize("document", generate.documents(generate.ROOT), ids=lambda document: document.name)
def test_what_a_document_links_to_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", text, re.M)
    }
    for anchor in re.findall(r"\]\(#([^)]+)\)", text):
        assert anchor in headings
