"""Presets: what they name exists, what they say can be relied on, and nothing dangerous gets into a question."""

import re
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import get_args

import pytest
from hatchling.builders.wheel import WheelBuilder

from azpay_tui import presets
from azpay_tui.domain.claims import CLAIMS
from azpay_tui.domain.mapping import Field

SINCE = datetime(2026, 8, 24, 12, 30, 5, tzinfo=UTC)
ALL = presets.names()
SQL = tuple(name for name in ALL if presets.load(name).kind == "sql")
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ALL)
def test_a_preset_says_what_an_admin_has_to_know(name: str) -> None:
    preset = presets.load(name)
    assert preset.name == name
    assert preset.title
    assert preset.plugin
    assert preset.gaps.endswith(".")
    assert preset.rights.endswith(".")
    assert preset.complete is preset.mapping.complete
    assert set(preset.mapping.columns) <= set(get_args(Field))
    assert {"ids", "permission"} & set(preset.mapping.columns)
    assert set(preset.mapping.statuses.values()) <= set(CLAIMS)


@pytest.mark.parametrize("name", SQL)
def test_a_question_names_every_column_that_the_mapping_reads(name: str) -> None:
    preset = presets.load(name)
    assert preset.sql
    for titles in preset.mapping.columns.values():
        for title in titles:
            assert re.search(rf"(?:\bAS {title}|^ {{2}}\w+\.{title}),?$", preset.sql, re.MULTILINE), title


@pytest.mark.parametrize("name", SQL)
def test_a_question_only_reads_and_is_read_only_for_the_server_too(name: str) -> None:
    preset = presets.load(name)
    statements = [part.strip() for part in preset.question(SINCE).split(";") if part.strip()]
    assert statements[0] == "SET SESSION TRANSACTION READ ONLY"
    # Names of people arrive as UTF-8, whatever the program that asks was set up for.
    assert statements[1] == "SET NAMES utf8mb4"
    assert all(statement.startswith("SET SESSION ") for statement in statements[2:-1])
    assert statements[-1].startswith("SELECT")
    assert preset.tables
    asked = set(re.findall(r"(?:FROM|JOIN) `?:prefix(\w+)", preset.sql or ""))
    assert asked == set(preset.tables)


@pytest.mark.parametrize("name", SQL)
def test_time_and_prefix_are_put_in_wherever_they_are_asked_for(name: str) -> None:
    preset = presets.load(name)
    east = SINCE.astimezone(timezone(timedelta(hours=9)))
    question = preset.question(east, "x1_")
    assert "'2026-08-24 12:30:05'" in question
    assert ":since" not in question
    assert ":prefix" not in question
    assert f"x1_{preset.tables[0]}" in question
    assert f"{preset.prefix}{preset.tables[0]}" in preset.question(SINCE)


@pytest.mark.parametrize("prefix", ["wp-", "a b", "`", "x;", "a" * 33, "präfix_", "wp_\n"])
def test_a_prefix_that_is_none_gets_into_no_question(prefix: str) -> None:
    with pytest.raises(presets.PresetError, match="cannot begin the names of tables"):
        presets.filled("SELECT * FROM :prefixposts", SINCE, prefix)


def test_an_unknown_preset_is_told_with_the_nearest_one() -> None:
    with pytest.raises(presets.PresetError, match=r"no preset 'wocommerce'. Did you mean woocommerce\?"):
        presets.load("wocommerce")


def test_the_wheel_carries_every_preset(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        carried = {Path(name).name for name in archive.namelist() if name.startswith("azpay_tui/presets/")}
    assert carried >= {f"{name}.toml" for name in ALL} | {f"{name}.sql" for name in SQL}
