"""The documents are in step with the code, and what they link to is there."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
import typer.main
from docs import generate, words
from docs.parts import PARTS, code, table
from typer.core import TyperCommand, TyperGroup

from azpay_tui.cli.verbs import app
from azpay_tui.domain import limits, refund_limits
from azpay_tui.domain.rows import Connection
from azpay_tui.domain.status import STATUS_WORDS
from azpay_tui.domain.table import ROWS, ChargeClass
from azpay_tui.tui.commands import COMMANDS

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
    assert codes == ["0", "1", "2", "3", "4", "5", "6", "7", "70", "129, 130, 143"]


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


# The operator's guide

GUIDE = generate.ROOT / "docs" / "operating.md"
MESSAGES = "What azpay says, and what to do"
SOURCE = generate.ROOT / "src" / "azpay_tui"


def section(heading: str) -> str:
    return GUIDE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_every_word_of_the_console_has_a_meaning_in_the_guide() -> None:
    apart = set(words.STATUSES) ^ set(STATUS_WORDS)
    assert not apart, f"docs/words.py explains each status word in STATUSES and no other: {sorted(apart)}"
    assert set(words.CHARGES) == set(get_args(ChargeClass))
    assert set(words.CONNECTIONS) == set(get_args(Connection)) - {"SLOW"}, "nothing says SLOW; if it does, explain it"


def test_what_the_guide_says_of_suspended_and_closed_orders_holds() -> None:
    for (permission, kind), row in ROWS.items():
        if permission in ("suspended", "closed"):
            assert row.authorize.verdict == "no"
            assert (row.capture.verdict != "no") == (kind in ("fresh", "aged"))
        if permission == "closed":
            assert (row.cancel.verdict, row.close.verdict) == ("no", "no")


def test_the_numbers_in_the_guide_are_those_of_the_code() -> None:
    acting = section("Act on an order")
    assert f"{refund_limits.MAX_REFUNDS} refunds per charge" in acting
    assert f"{limits.MAX_CHARGES} charges and lives {limits.PERMISSION_LIFE.days} days" in acting
    assert f"at most {refund_limits.REFUND_LATE_WORKING_DAYS} working days" in acting


@cache
def sentences() -> tuple[str, ...]:
    """Every text in the program, those with values in them in the parts between the values."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in SOURCE.rglob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree))
    return tuple(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


def messages() -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", section(MESSAGES), re.MULTILINE)


def test_the_guide_knows_messages() -> None:
    assert len(messages()) > 30


@pytest.mark.parametrize("message", messages())
def test_a_message_in_the_guide_is_one_of_the_program(message: str) -> None:
    for part in filter(None, (part.strip() for part in message.split("…"))):
        assert any(part in sentence for sentence in sentences()), part


def written_commands() -> Iterator[str]:
    """Every command line of the README and the guide: in blocks, and whole between back-ticks."""
    for document in (generate.ROOT / "README.md", GUIDE):
        text = document.read_text(encoding="utf-8").replace(section(MESSAGES), "")
        text = re.sub(r"<!-- generated.*?<!-- end -->", "", text, flags=re.DOTALL)
        for block in re.findall(r"^```[a-z]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            yield from re.findall(r"^(?:azpay|shop) .*$", block, re.MULTILINE)
        text = re.sub(r"^```[a-z]*\n.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        yield from re.findall(r"`(azpay [^`]+)`", text)


def flags(command: object) -> set[str]:
    assert isinstance(command, TyperCommand | TyperGroup)
    return {flag for parameter in command.params for flag in parameter.opts} | {"--help"}


@pytest.mark.parametrize("line", sorted(set(written_commands())))
def test_a_command_in_the_guide_exists(line: str) -> None:
    command: object = typer.main.get_command(app)
    known = flags(command)
    for word in shlex.split(line, comments=True)[1:]:
        if word == "--":  # what follows is another program's
            break
        if isinstance(command, TyperGroup) and word in command.commands:
            command = command.commands[word]
            known |= flags(command)
        elif word.startswith("--"):
            assert word in known
        elif isinstance(command, TyperGroup):
            # The value of an option in front of the command, such as --config FILE; any other word is no command.
            assert "--" in line.partition(word)[0], f"{word} is no command"


def test_a_key_in_the_guide_does_what_it_says() -> None:
    known = {key.strip() for command in COMMANDS for key in (command.shown or "").split(",") if key.strip()} | {","}
    told = re.findall(r"^\| ((?:`[^`]+` ?)+)\|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    keys = {key for cell in told for key in re.findall(r"`([^`]+)`", cell) if re.fullmatch(r"a [a-z]|.|Space", key)}
    assert len(keys) > 20
    assert keys <= known
