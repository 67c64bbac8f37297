"""The recipes of docs/recipes, run as real processes against a shop that is played: what arrives is what it should."""

from __future__ import annotations

import base64
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.cli.conftest import Simulated
from tests.cli.telling import Told
from tests.support.receiver import Answer, Arrived, receiving

RECIPE = Path(__file__).parents[2] / "docs" / "recipes" / "tell_shop.py"
MONEY = {"minor": 12000, "currency": "EUR", "amount": "120.00"}
MESSAGE: dict[str, Any] = {
    "id": "M-000007-0a1b2c3d",
    "sequence": 7,
    "type": "order.status",
    "timestamp": "2026-03-01T12:00:00.000Z",
    "data": {
        "profile": "shop",
        "environment": "live",
        "order": "S01-1234567-1234567",
        "number": "1001",
        "status": "CAPTURED",
        "before": "AUTHORIZED",
        "ship": "SHIP",
        "amount": MONEY,
        "captured": MONEY,
        "refunded": None,
        "charges": ["S01-1234567-1234567-C000001"],
        "refunds": [],
    },
}
TEST = {**MESSAGE, "type": "test", "data": {"profile": "shop", "environment": "live"}}
TOLD = "Amazon Pay S01-1234567-1234567: CAPTURED, captured 120.00 EUR, refunded nothing [M-000007-0a1b2c3d]"


def settings(directory: Path, text: str) -> Path:
    file = directory / "shop.ini"
    file.touch(0o600)
    file.write_text(text)
    return file


def run(how: str, file: Path, message: object = MESSAGE) -> tuple[int, str]:
    """Run the recipe with a message on standard input; returns its exit code and what it complained of."""
    done = subprocess.run(
        [sys.executable, str(RECIPE), how, str(file)],
        input=json.dumps(message),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.strip()


def changed(**data: object) -> dict[str, Any]:
    return {**MESSAGE, "data": {**MESSAGE["data"], **data}}


# Plain SQL

CLIENT = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.stdin.read()); c.close()"
STATEMENT = (
    "UPDATE orders SET payment = '{status}', paid = '{captured}', azpay = {sequence} "
    "WHERE number = '{number}' AND azpay < {sequence};"
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (number TEXT, payment TEXT, paid TEXT, azpay INTEGER)")
        connection.execute("INSERT INTO orders VALUES ('1001', 'open', '0', 0), ('1002', 'open', '0', 0)")
        connection.commit()
    return path


def rows(database: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT * FROM orders ORDER BY number").fetchall()


def sql(tmp_path: Path, database: Path) -> Path:
    client = tmp_path / "client.py"
    client.write_text(CLIENT)
    return settings(tmp_path, f"[sql]\nclient = {sys.executable} {client} {database}\nstatement = {STATEMENT}\n")


def test_sql_changes_the_order_once_and_never_back(tmp_path: Path, database: Path) -> None:
    file = sql(tmp_path, database)
    assert run("sql", file) == (0, "")
    assert rows(database) == [("1001", "CAPTURED", "120.00", 7), ("1002", "open", "0", 0)]
    assert run("sql", file) == (0, "")
    older = {**changed(status="AUTHORIZED"), "sequence": 6}
    assert run("sql", file, older) == (0, "")
    assert rows(database)[0] == ("1001", "CAPTURED", "120.00", 7)
    assert run("sql", file, TEST) == (0, "")


@pytest.mark.parametrize("number", ["1' OR '1'='1", "1001\\", 'a"b', "1;DROP TABLE orders", "1\n2"])
def test_sql_takes_no_sign_that_could_end_a_text(tmp_path: Path, database: Path, number: str) -> None:
    before = rows(database)
    code, said = run("sql", sql(tmp_path, database), changed(number=number))
    assert (code, said) == (1, "The number of this order holds a sign that is not put into SQL.")
    assert rows(database) == before


def test_sql_says_when_the_client_fails(tmp_path: Path, database: Path) -> None:
    file = sql(tmp_path, database)
    database.write_bytes(b"no database at all" * 100)
    code, said = run("sql", file)
    assert code == 1
    assert said.endswith("The database's client ended with 1.")


# REST


@dataclass
class Wired:
    """A shop's REST interface that knows one order, checks who asks, and keeps what is written."""

    authorization: str
    notes: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    written: list[tuple[str, str, Any]] = field(default_factory=list)

    def answer(self, request: Arrived) -> Answer:
        if request.headers.get("authorization") != self.authorization:
            return Answer(401)
        parts = urlsplit(request.path)
        self.asked.append((request.method, parts.path))
        if request.method != "GET":
            assert request.headers["content-type"] == "application/json"
            self.written.append((request.method, parts.path, json.loads(request.body)))
        found = self.found(request.method, parts.path, dict(parse_qsl(parts.query)), request.body)
        return Answer(404) if found is None else Answer(200, {}, json.dumps(found).encode())

    def found(self, method: str, path: str, query: dict[str, str], body: bytes) -> object:
        raise NotImplementedError


class WooCommerce(Wired):
    def found(self, method: str, path: str, query: dict[str, str], body: bytes) -> object:
        match method, path.removeprefix("/shop/wp-json/wc/v3"):
            case "GET", "/orders":
                return []
            case "GET", "/orders/1001/notes":
                return [{"id": n, "note": note} for n, note in enumerate(self.notes)]
            case "POST", "/orders/1001/notes":
                self.notes.append(json.loads(body)["note"])
                return {"id": len(self.notes)}
            case "PUT", "/orders/1001":
                return {"id": 1001}
        return None


class Magento(Wired):
    def found(self, method: str, path: str, query: dict[str, str], body: bytes) -> object:
        match method, path:
            case "GET", "/rest/V1/orders":
                rule = "searchCriteria[filter_groups][0][filters][0]"
                if query.get(f"{rule}[field]") != "increment_id" or query[f"{rule}[value]"] != "1001":
                    return {"items": []}
                histories = [{"comment": note} for note in [None, *self.notes]]
                return {"items": [{"entity_id": 42, "status": "pending", "status_histories": histories}]}
            case "POST", "/rest/V1/orders/42/comments":
                self.notes.append(json.loads(body)["statusHistory"]["comment"])
                return True
        return None


@pytest.fixture
def woocommerce() -> WooCommerce:
    return WooCommerce(f"Basic {base64.b64encode(b'ck_1:cs_HUSH').decode()}")


@pytest.fixture
def woo_settings(woocommerce: WooCommerce, tmp_path: Path) -> Iterator[Path]:
    with receiving() as receiver:
        receiver.answer = woocommerce.answer
        text = f"[woocommerce]\nurl = {receiver.url}/shop/\nkey = ck_1\nsecret = cs_HUSH\n"
        yield settings(tmp_path, f"{text}[statuses]\nCAPTURED = processing\nVOIDED = cancelled\n")


def test_woocommerce_gets_the_status_and_a_private_note_once(woocommerce: WooCommerce, woo_settings: Path) -> None:
    order = "/shop/wp-json/wc/v3/orders/1001"
    for _ in range(2):  # azpay may send a message twice
        assert run("woocommerce", woo_settings) == (0, "")
    assert woocommerce.written == [
        ("PUT", order, {"status": "processing"}),
        ("POST", f"{order}/notes", {"note": TOLD}),
    ]
    assert run("woocommerce", woo_settings, {**changed(status="PENDING"), "id": "M-000008-00000000"}) == (0, "")
    assert [method for method, _path, _body in woocommerce.written] == ["PUT", "POST", "POST"]
    assert run("woocommerce", woo_settings, TEST) == (0, "")


def test_magento_gets_a_comment_with_the_status_once(tmp_path: Path) -> None:
    shop = Magento("Bearer HUSH")
    with receiving() as receiver:
        receiver.answer = shop.answer
        text = f"[magento2]\nurl = {receiver.url}\ntoken = HUSH\n[statuses]\nCAPTURED = processing\n"
        file = settings(tmp_path, text)
        for _ in range(2):
            assert run("magento2", file) == (0, "")
        quiet = {"is_customer_notified": 0, "is_visible_on_front": 0}
        history = {"comment": TOLD, "parent_id": 42, "status": "processing", **quiet}
        assert shop.written == [("POST", "/rest/V1/orders/42/comments", {"statusHistory": history})]
        other = {**changed(status="PENDING"), "id": "M-000008-00000000"}
        assert run("magento2", file, other) == (0, "")
        assert shop.written[1][2]["statusHistory"]["status"] == "pending"  # without a word of its own it stays
        assert run("magento2", file, TEST) == (0, "")
        assert run("magento2", file, changed(number="77")) == (1, "Magento has 0 orders with the number '77'.")


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (changed(number="A-1"), "'A-1' is no id of an order of WooCommerce."),
        (changed(number=None), "'' is no id of an order of WooCommerce."),
        (changed(number="77"), "answers GET /wp-json/wc/v3/orders/77/notes with HTTP 404."),
    ],
)
def test_what_does_not_arrive_is_one_sentence(woo_settings: Path, message: object, says: str) -> None:
    code, said = run("woocommerce", woo_settings, message)
    assert code == 1
    assert said.endswith(says)
    assert said.count("\n") == 0


def test_a_wrong_key_is_told_without_the_key(woocommerce: WooCommerce, woo_settings: Path) -> None:
    woocommerce.authorization = "Basic another"
    code, said = run("woocommerce", woo_settings)
    assert (code, said.endswith("with HTTP 401.")) == (1, True)
    assert "HUSH" not in said


def test_settings_that_others_can_read_are_refused(woo_settings: Path) -> None:
    woo_settings.chmod(0o640)
    assert run("woocommerce", woo_settings) == (1, f"Others can read {woo_settings}: chmod 600 {woo_settings}")


def test_a_key_travels_encrypted_only(tmp_path: Path) -> None:
    file = settings(tmp_path, "[magento2]\nurl = http://shop.example\ntoken = HUSH\n")
    assert run("magento2", file) == (1, "url must begin with https://: a key travels encrypted only.")


def test_what_a_later_version_tells_is_left_alone(tmp_path: Path) -> None:
    assert run("magento2", settings(tmp_path, ""), {**MESSAGE, "type": "order.moved"}) == (0, "")


def test_azpay_tells_a_shop_by_the_recipe(
    simulator: Simulated,
    woocommerce: WooCommerce,
    woo_settings: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shop = Told(simulator, tmp_path / "data", capsys)
    shop.tell(command=[sys.executable, str(RECIPE), "woocommerce", str(woo_settings)])
    order = shop.make("authorized", number="1001")
    shop.good("messages", "send")
    shop.good("void", order, "--yes")
    shop.good("messages", "send")
    (put, post) = woocommerce.written
    assert put == ("PUT", "/shop/wp-json/wc/v3/orders/1001", {"status": "cancelled"})
    assert post[2]["note"].startswith(f"Amazon Pay {order}: VOIDED, captured 0.00 USD")
    assert [message["state"] for message in shop.messages()] == ["delivered"]
