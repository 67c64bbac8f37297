"""A shop's page: the rights it names are those its presets need, and it explains every word that they understand."""

import re
from pathlib import Path

import pytest

from azpay_tui import presets

PAGES = Path(__file__).parents[2] / "docs" / "shops"
#: Page -> the shop's database as it is called there, and the presets that the page is about.
SHOPS = {
    "woocommerce.md": ("shop", ("woocommerce", "woocommerce-hpos")),
    "magento2.md": ("magento", ("magento2",)),
    "oxid.md": ("oxid", ("oxid", "oxid-1")),
    "modified.md": ("shop", ("modified", "gambio", "zencart")),
    "shopware.md": ("shopware", ("shopware", "shopware-transactions")),
    "prestashop.md": ("prestashop", ("prestashop",)),
    "xcart.md": ("xcart", ("xcart",)),
}


@pytest.mark.parametrize("page", SHOPS)
def test_a_page_names_just_the_rights_that_its_presets_need(page: str) -> None:
    database, names = SHOPS[page]
    wanted = {
        f"GRANT SELECT ON `{database}`.`{preset.prefix}{table}` TO 'azpay'@'localhost';"
        for preset in map(presets.load, names)
        for table in preset.tables
    }
    lines = (PAGES / page).read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line.startswith("GRANT SELECT ON")} == wanted


@pytest.mark.parametrize("page", SHOPS)
def test_a_page_explains_every_word_and_adds_every_preset(page: str) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")
    for name in SHOPS[page][1]:
        assert f"--preset {name} " in text
        assert set(presets.load(name).mapping.statuses) <= {word for word in _words(text)}


def _words(text: str) -> set[str]:
    """What stands in the first column of tables, parted by commas or between marks of code."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ")]
    return {word.strip() for cell in cells for word in [*cell.split(","), *re.findall(r"`([^`]+)`", cell)]}


def test_every_preset_has_a_page() -> None:
    texts = [page.read_text(encoding="utf-8") for page in PAGES.glob("*.md") if page.name != "README.md"]
    for name in presets.names():
        assert any(f"--preset {name} " in text for text in texts), name
