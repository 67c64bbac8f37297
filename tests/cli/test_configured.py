"""The configuration in one place: what is done by itself, how orders stay in step, who is told."""

from __future__ import annotations

from tests.cli.conftest import Shop

SOURCE = """

[[profiles.sim.source]]
name = "web"
run = ["true"]
every = "10m"
"""


def test_the_configuration_is_shown_in_one_place(shop: Shop) -> None:
    """S1.12, S3.58: mode, how orders stay in step, notifications; where to change it is named."""
    done = shop.good("config", "show", "--json")
    found = {each["name"]: each for each in done.json["settings"]}
    assert done.json["profile"] == "sim"
    assert {each["group"] for each in found.values()} == {"where", "done by itself", "kept in step", "who is told"}
    values = {name: each["value"] for name, each in found.items()}
    assert (values["payment"], values["writable"], values["policy"]) == ("by hand", "true", "amazon")
    assert (values["notifications"], values["sources"], values["mail"]) == ("none", "none", "off")
    assert str(shop.simulated.directory / "config.toml") in found["profile"]["says"]
    assert all(each["says"].endswith(".") for each in found.values())
    text = shop.good("config", "show").out
    assert "  notifications          none\n" in text
    assert "PRIVATE" not in text


def test_how_the_shop_is_told_is_shown_without_the_path(own_shop: Shop) -> None:
    assert '"tell","value":"none"' in own_shop.good("config", "show", "--json").out
    file = own_shop.simulated.directory / "config.toml"
    hooks = 'command = ["true"]\nwebhook = "https://shop.example/HUSH"\nsecret_file = "s"\n'
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[profiles.sim.tell]\n{hooks}", encoding="utf-8")
    done = own_shop.good("config", "show", "--json")
    found = {each["name"]: each["value"] for each in done.json["settings"]}
    assert (found["tell command"], found["tell webhook"]) == ("true", "https://shop.example")
    assert "HUSH" not in done.out


def test_how_often_a_shop_is_asked_is_shown(own_shop: Shop) -> None:
    """S3.58."""
    file = own_shop.simulated.directory / "config.toml"
    file.write_text(file.read_text(encoding="utf-8") + SOURCE, encoding="utf-8")
    found = {each["name"]: each for each in own_shop.good("config", "show", "--json").json["settings"]}
    assert found["source web"]["value"] == "every 10m"
    assert found["source web"]["says"] == "A program is asked for orders."
    assert "sources" not in found
