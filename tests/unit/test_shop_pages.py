"""A shop's page: the rights it names are those its presets need, and it explains every word that they understand."""

from pathlib import Path

import pytest

from azpay_tui import presets

PAGES = Path(__file__).parents[2] / "docs" / "shops"
#: Page -> the shop's database as it is called there, and the presets that the page is about.
SHOPS = {
    "shopware.md": ("shopware", ("shopware", "shopware-transactions")),
    "prestashop.md": ("prestashop", ("prestashop",)),
    "xcart.md": ("xcart", ("xcart",)),
}


@pytest.mark.parametrize("page", SHOPS)
def test_a_page_names_just_the_rights_that_its_presets_need(page: str) -> None:
    database, names = SHOPS[page]
    wanted = {
        line for name in names for line in presets.load(name).grants("'azpay'@'localhost'", database).splitlines()
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
    """What stands in the first column of tables, parted by commas."""
    cells = (line.split("|")[1] for line in text.splitlines() if line.startswith("| "))
    return {word.strip().strip("`") for cell in cells for word in cell.split(",")}
