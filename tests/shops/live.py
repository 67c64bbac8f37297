"""Every preset against a real MariaDB with that shop's tables; run by ``make shops``, which makes sure of a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.shops.harvested import assert_found, harvest
from tests.shops.orders import NOW, RECENT, samples, script
from tests.shops.server import READER, STRICT, RefusedError, Server, mariadb
from tests.shops.shops import SHOPS, Shop
from tests.support.office import Real, open_office

from azpay_tui import presets
from azpay_tui.simulator.testing import RunningSimulator, running
from azpay_tui.sourcing import Source

CAPTURED = Path(__file__).parent / "captured"
EVER = datetime(2020, 1, 1, tzinfo=UTC)
AT = f"'{READER}'@'localhost'"
UPDATE = bool(os.environ.get("UPDATE"))

every_shop = pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.preset)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with mariadb() as running:
        yield running


def database(server: Server, shop: Shop) -> str:
    """The shop's database, made anew, and a user with the rights that the preset asks for, no other."""
    name = shop.preset.replace("-", "_")
    server.ask(f"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4;")
    server.ask(script([shop.schema, *shop.fill(samples())]), name)
    server.ask(f"CREATE OR REPLACE USER {READER}@localhost;\n{grants(presets.load(shop.preset), name)}")
    return name


def grants(preset: presets.Preset, name: str, prefix: str | None = None) -> str:
    """Just the rights that the preset's question needs."""
    start = preset.prefix if prefix is None else prefix
    return "\n".join(f"GRANT SELECT ON `{name}`.`{start}{table}` TO {AT};" for table in preset.tables)


def asked(server: Server, shop: Shop, name: str, since: datetime = EVER, mode: str = "") -> bytes:
    return server.ask(presets.load(shop.preset).question(since), name, READER, mode)


@every_shop
def test_every_order_and_every_id_is_found_by_a_user_who_may_read_just_that(server: Server, shop: Shop) -> None:
    name = database(server, shop)
    answer = asked(server, shop, name)
    assert_found(harvest(answer, shop.preset), shop.kept(samples()), shop.preset)
    assert presets.load(shop.preset).complete is shop.complete
    captured = CAPTURED / f"{shop.preset}.tsv"
    if UPDATE:
        captured.write_bytes(answer)
    assert answer == captured.read_bytes(), "The captured answer is out of date: make shops UPDATE=1"


@every_shop
def test_a_server_with_the_strictest_rules_gives_the_same(server: Server, shop: Shop) -> None:
    name = database(server, shop)
    assert asked(server, shop, name, mode=STRICT) == asked(server, shop, name)


@every_shop
def test_without_the_right_to_any_of_its_tables_the_server_refuses(server: Server, shop: Shop) -> None:
    name = database(server, shop)
    preset = presets.load(shop.preset)
    for table in preset.tables:
        server.ask(f"REVOKE SELECT ON {name}.`{preset.prefix}{table}` FROM {AT};")
        with pytest.raises(RefusedError, match="denied"):
            asked(server, shop, name)
        server.ask(f"GRANT SELECT ON {name}.`{preset.prefix}{table}` TO {AT};")
    assert asked(server, shop, name)


@every_shop
def test_the_user_can_change_nothing_and_neither_can_the_session(server: Server, shop: Shop) -> None:
    name = database(server, shop)
    preset = presets.load(shop.preset)
    table = f"{preset.prefix}{preset.tables[0]}"
    with pytest.raises(RefusedError, match="denied"):
        server.ask(f"DELETE FROM {table};", name, READER)
    # A user who could write, as the shop's own may: the question itself forbids it.
    with pytest.raises(RefusedError, match="READ ONLY"):
        server.ask(f"{preset.question(EVER)}\nDELETE FROM {table};", name)


@every_shop
def test_since_gives_what_changed_and_nothing_else(server: Server, shop: Shop) -> None:
    name = database(server, shop)
    kept = list(shop.kept(samples()))
    recent = {each.order_id for each in kept if each.changed >= RECENT}
    assert 0 < len(recent) < len(kept)
    assert harvest(asked(server, shop, name, RECENT), shop.preset).keys() == recent
    # What is asked for later than everything: nothing, until the shop changes the oldest order.
    after = datetime.now(UTC) - timedelta(minutes=10)
    if after < NOW + timedelta(days=1):
        pytest.skip("The machine's clock is before the sample orders.")
    assert harvest(asked(server, shop, name, after), shop.preset) == {}
    server.ask(shop.touch, name)
    found = harvest(asked(server, shop, name, after), shop.preset)
    assert found.keys() == {kept[0].order_id}
    assert {*found[kept[0].order_id].charge_ids, *found[kept[0].order_id].refund_ids} == kept[0].ids


@every_shop
def test_the_names_of_the_tables_may_begin_otherwise(server: Server, shop: Shop) -> None:
    name = database(server, shop)
    preset = presets.load(shop.preset)
    plain = asked(server, shop, name)
    for table in preset.tables:
        server.ask(f"RENAME TABLE `{preset.prefix}{table}` TO x2_{table};", name)
    server.ask(grants(preset, name, "x2_"))
    assert server.ask(preset.question(EVER, "x2_"), name, READER) == plain


@every_shop
def test_a_changed_table_is_refused_and_not_misread(server: Server, shop: Shop) -> None:
    name = database(server, shop)
    server.ask(shop.break_, name)
    with pytest.raises(RefusedError, match=r"Unknown column|doesn't exist|denied"):
        asked(server, shop, name)


def azpay(simulator: RunningSimulator, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the program as an admin would."""
    command = [sys.executable, "-m", "azpay_tui", "--config", str(simulator.directory / "config.toml"), *arguments]
    return subprocess.run(command, input=given, capture_output=True, timeout=120, check=False)


def test_from_nothing_to_orders_on_the_command_line(server: Server) -> None:
    shop = next(shop for shop in SHOPS if shop.preset == "woocommerce-hpos")
    with running(orders=30, seed=5) as simulator:
        orders = tuple(simulator.core.book)
        late, early = orders[-1], orders[:-1]
        name = "from_nothing"
        server.ask(f"CREATE OR REPLACE DATABASE {name} CHARACTER SET utf8mb4;")
        server.ask(script([shop.schema, *shop.fill(early)]), name)
        server.ask(f"CREATE OR REPLACE USER {READER}@localhost;\n{grants(presets.load(shop.preset), name)}")
        command = server.command(name, READER)
        added = azpay(simulator, "sources", "add", "--preset", shop.preset, "--first", "400d", "--", *command)
        assert added.returncode == 0, added.stderr
        assert azpay(simulator, "sync", "--once").returncode == 0
        listed = json.loads(azpay(simulator, "orders", "list", "--json", "--limit", "100").stdout)["orders"]
        assert {order["id"] for order in listed} == {order.permission_id for order in early}
        assert not any(order["status"] in ("NEW", "NOT FOUND") for order in listed)
        # A new order in the shop comes with the next run.
        newer = [line for line in shop.fill(orders) if str(1001 + len(early)) in line]
        server.ask(script(newer), name)
        server.ask(f"UPDATE wp_wc_orders SET date_updated_gmt = UTC_TIMESTAMP() WHERE id = {1001 + len(early)};", name)
        assert azpay(simulator, "sources", "run").returncode == 0
        found = azpay(simulator, "orders", "show", late.permission_id, "--json")
        assert found.returncode == 0, found.stderr
        # By hand: the question printed, asked, and what the database says imported.
        question = azpay(simulator, "sources", "sql", shop.preset, "--since", "400d").stdout
        answer = server.ask(question.decode(), name, READER)
        imported = azpay(simulator, "orders", "import", "-", "--preset", shop.preset, given=answer)
        assert imported.returncode == 0, imported.stderr
        # The next version of the plugin: said in one sentence, with the source's name.
        server.ask("RENAME TABLE wp_wc_orders_meta TO wp_wc_order_meta;", name)
        broken = azpay(simulator, "sources", "run")
        assert broken.returncode == 4
        assert b"woocommerce-hpos: the database " in broken.stderr
        assert azpay(simulator, "orders", "show", late.permission_id, "--json").returncode == 0


def test_a_new_order_appears_in_an_open_desk_by_itself(server: Server, tmp_path: Path) -> None:
    """As in a shop: a row that is inserted, a source that runs the real client, and nobody who touches anything."""
    shop = SHOPS[0]
    name = database(server, shop)
    is_order = "SELECT MAX(ID) FROM wp_posts WHERE post_type = 'shop_order'"
    new = server.ask(is_order, name).split()[-1].decode()
    server.ask(f"CREATE TABLE later AS SELECT * FROM wp_postmeta WHERE post_id = {new};", name)
    server.ask(f"DELETE FROM wp_postmeta WHERE post_id = {new};", name)
    every, ever = timedelta(milliseconds=500), datetime.now(UTC) - EVER
    command = tuple(server.command(name, READER))
    source = Source("web", run=command, preset=shop.preset, every=every, first=ever)
    with open_office(tmp_path, sources=(source,), local=Real()) as office:
        office.desk.start()
        office.until(lambda: len(office.desk.reader.page().rows) == len(samples()) - 1)
        server.ask("INSERT INTO wp_postmeta SELECT * FROM later;", name)
        server.ask(f"UPDATE wp_posts SET post_modified_gmt = UTC_TIMESTAMP() WHERE ID = {new};", name)
        office.until(lambda: len(office.desk.reader.page().rows) == len(samples()))
