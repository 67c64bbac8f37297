"""What a real MariaDB answered to each preset's question, harvested; ``make shops`` holds that it still does."""

import os
import re
import shutil
from pathlib import Path

import pytest
from tests.shops import drive
from tests.shops.harvested import assert_found, harvest
from tests.shops.orders import samples
from tests.shops.shops import SHOPS, Shop

from azpay_tui import presets
from azpay_tui.simulator.shapes.batch import Table
from azpay_tui.simulator.shapes.databases import MAGENTO2, OXID, TRANSACTIONS, WOOCOMMERCE

CAPTURED = Path(__file__).parent / "captured"


def answer(shop: Shop) -> bytes:
    return (CAPTURED / f"{shop.preset}.tsv").read_bytes()


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.preset)
def test_every_order_with_every_id_the_shop_has_is_harvested(shop: Shop) -> None:
    assert_found(harvest(answer(shop), shop.preset), shop.kept(samples()), shop.preset)


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.preset)
def test_the_answer_has_the_columns_of_the_question(shop: Shop) -> None:
    titles = answer(shop).split(b"\n", 1)[0].decode().split("\t")
    preset = presets.load(shop.preset)
    assert preset.sql
    # The part between the last SELECT that starts a line and its FROM names the columns.
    asked = preset.sql.rpartition("\nSELECT\n")[2].partition("\nFROM ")[0]
    assert titles == re.findall(r"(?:\bAS |^ {2}\w\.)(\w+),?$", asked, re.MULTILINE)
    assert preset.mapping.missing(titles) == ()


@pytest.mark.parametrize(
    ("preset", "table"),
    [("woocommerce", WOOCOMMERCE), ("magento2", MAGENTO2), ("oxid", OXID), ("modified", TRANSACTIONS)],
)
def test_the_simulators_files_have_the_columns_of_a_real_answer(preset: str, table: Table) -> None:
    head, _, _ = (CAPTURED / f"{preset}.tsv").read_text(encoding="utf-8").partition("\n")
    assert head.split("\t") == list(table.columns)


def test_a_shop_with_more_charges_than_room_is_the_one_that_is_not_complete() -> None:
    """The samples hold orders with two charges, so that a preset that loses one cannot pass for complete."""
    assert any(len(order.charges) > 1 for order in samples())
    for shop in SHOPS:
        known = {each.order_id: each.ids for each in shop.kept(samples())}
        # OXID's module makes one charge; what else there is was made elsewhere, which no shop knows of.
        own = 1 if shop.preset.startswith("oxid") else None
        whole = all(known.get(order.permission_id, frozenset()) >= set(order.charge_ids()[:own]) for order in samples())
        assert whole is presets.load(shop.preset).complete, shop.preset


def test_the_questions_to_both_versions_of_the_module_for_oxid_differ_in_names_only() -> None:
    new, old = presets.load("oxid").sql, presets.load("oxid-1").sql
    assert new
    assert new.replace("OSC_AMAZON", "OXPS_AMAZON") == old
    assert presets.load("oxid").mapping == presets.load("oxid-1").mapping


def test_without_mariadb_the_run_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path: None)
    assert drive.main([]) == os.EX_UNAVAILABLE
    [line] = capsys.readouterr().err.splitlines()
    assert "there is no mariadbd here; install it (Debian's package is mariadb-server)" in line
