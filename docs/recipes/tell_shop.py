#!/usr/bin/env python3
"""Tell a shop what azpay says of an order: by its database's client, by WooCommerce's or Magento 2's REST interface.

    tell_shop.py sql|woocommerce|magento2 SETTINGS.ini < MESSAGE.json

Nothing but Python is needed. What azpay sends twice is told once: the id of each message is left with the order. It
ends with 0 when the shop knows, else with one sentence on standard error, and azpay tries again later.
"""

import base64
import configparser
import http.client
import json
import os
import re
import shlex
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

SAFE = re.compile(r"[A-Za-z0-9._#/ -]{0,64}", re.ASCII)
"""What may stand in SQL: no quote, no backslash, nothing that ends a text."""
TIMEOUT = 20
Json = Any


class Trouble(Exception):
    """Why the shop does not know; one sentence."""


def main(how: str, file: str) -> None:
    """Tell the message on standard input."""
    settings, message = read_settings(Path(file)), json.load(sys.stdin)
    if message["type"] not in ("order.status", "test"):
        return  # of a later version, about something else
    {"sql": tell_sql, "woocommerce": tell_woocommerce, "magento2": tell_magento2}[how](settings, message)


def read_settings(file: Path) -> configparser.ConfigParser:
    """Read the settings, which hold a key: nobody else may read them."""
    if os.stat(file).st_mode & 0o077:
        raise Trouble(f"Others can read {file}: chmod 600 {file}")
    found = configparser.ConfigParser(interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]  # status words are written in capitals
    found.read_string(file.read_text(encoding="utf-8"))
    return found


def sentence(message: Json) -> str:
    """Say what changed, with the message's id at the end."""
    data = message["data"]
    taken, back = money(data["captured"]), money(data["refunded"])
    return f"Amazon Pay {data['order']}: {data['status']}, captured {taken}, refunded {back} [{message['id']}]"


def money(amount: Json) -> str:
    """Write an amount as azpay does."""
    return f"{amount['amount']} {amount['currency']}" if amount else "nothing"


# Plain SQL: [sql] client = the words of a program that reads SQL, statement = what it is to do.


def tell_sql(settings: configparser.ConfigParser, message: Json) -> None:
    """Give one statement to a database's client, with the values of the message in it."""
    sql = settings["sql"]
    statement = "SELECT 1;\n" if message["type"] == "test" else filled(sql["statement"], message) + "\n"
    done = subprocess.run(shlex.split(sql["client"]), input=statement, text=True, check=False, timeout=TIMEOUT)
    if done.returncode:
        raise Trouble(f"The database's client ended with {done.returncode}.")


def filled(statement: str, message: Json) -> str:
    """Put values into a statement: {number}, {order}, {status}, {before}, {captured}, {refunded}, {sequence}, {id}."""
    data = message["data"]
    values = {name: str(data[name] or "") for name in ("number", "order", "status", "before")}
    values |= {name: str((data[name] or {}).get("amount", "0")) for name in ("captured", "refunded")}
    values |= {"sequence": str(message["sequence"]), "id": message["id"]}
    for name, value in values.items():
        if not SAFE.fullmatch(value):
            raise Trouble(f"The {name} of this order holds a sign that is not put into SQL.")
    return statement.format_map(values)


# WooCommerce: [woocommerce] url, key, secret (WooCommerce > Settings > Advanced > REST API, Read/Write);
# [statuses] AUTHORIZED = on-hold, ...


def tell_woocommerce(settings: configparser.ConfigParser, message: Json) -> None:
    """Set the status that belongs to Amazon's, and leave a private note."""
    shop = settings["woocommerce"]
    basic = base64.b64encode(f"{shop['key']}:{shop['secret']}".encode()).decode()
    site = Site(shop["url"], f"Basic {basic}")
    if message["type"] == "test":
        site.ask("GET", "/wp-json/wc/v3/orders?per_page=1")
        return
    order = f"/wp-json/wc/v3/orders/{number_of(message)}"
    if any(message["id"] in note["note"] for note in site.ask("GET", f"{order}/notes")):
        return
    status = settings.get("statuses", message["data"]["status"], fallback="")
    if status:
        site.ask("PUT", order, {"status": status})
    site.ask("POST", f"{order}/notes", {"note": sentence(message)})  # last: with it the message counts as told


def number_of(message: Json) -> str:
    """Return the order's number, which is its id in WooCommerce unless a plugin numbers orders."""
    number = message["data"]["number"] or ""
    if not (number.isascii() and number.isdigit()):
        raise Trouble(f"{number!r} is no id of an order of WooCommerce.")
    return number


# Magento 2: [magento2] url, token (System > Integrations, access to Sales > Orders); [statuses] CAPTURED = processing


def tell_magento2(settings: configparser.ConfigParser, message: Json) -> None:
    """Add a comment to the order's history, with the status that belongs to Amazon's."""
    shop = settings["magento2"]
    site = Site(shop["url"], f"Bearer {shop['token']}")
    if message["type"] == "test":
        site.ask("GET", "/rest/V1/orders?" + urlencode({"searchCriteria[pageSize]": 1, "fields": "items[entity_id]"}))
        return
    rule = "searchCriteria[filter_groups][0][filters][0]"
    number = message["data"]["number"] or ""
    query = {f"{rule}[field]": "increment_id", f"{rule}[value]": number, f"{rule}[condition_type]": "eq"}
    found = site.ask("GET", "/rest/V1/orders?" + urlencode(query)).get("items") or []
    if len(found) != 1:
        raise Trouble(f"Magento has {len(found)} orders with the number {number!r}.")
    if any(message["id"] in (entry.get("comment") or "") for entry in found[0].get("status_histories") or []):
        return
    status = settings.get("statuses", message["data"]["status"], fallback=found[0]["status"])
    number = found[0]["entity_id"]
    comment = {"comment": sentence(message), "parent_id": number, "status": status}
    history = {**comment, "is_customer_notified": 0, "is_visible_on_front": 0}
    site.ask("POST", f"/rest/V1/orders/{number}/comments", {"statusHistory": history})


class Site:
    """A shop's REST interface: https, or http on this machine; certificates verified, redirects refused."""

    def __init__(self, url: str, authorization: str) -> None:
        """Take the shop's address, and what proves who asks."""
        parts = urlsplit(url.rstrip("/"))
        self.host, self.path, self.authorization = parts.netloc, parts.path, authorization
        if parts.scheme == "https":
            self.connect: Any = lambda: http.client.HTTPSConnection(
                self.host, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        elif parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"):
            self.connect = lambda: http.client.HTTPConnection(self.host, timeout=TIMEOUT)
        else:
            raise Trouble("url must begin with https://: a key travels encrypted only.")

    def ask(self, method: str, path: str, body: Json = None) -> Json:
        """Ask once and return the JSON of the answer."""
        connection = self.connect()
        headers = {"Authorization": self.authorization, "Accept": "application/json", "User-Agent": "azpay-recipe"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, self.path + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Trouble(f"{self.host} cannot be reached: {error}") from error
        finally:
            connection.close()
        if answer.status >= 300:
            raise Trouble(f"{self.host} answers {method} {path.partition('?')[0]} with HTTP {answer.status}.")
        return json.loads(content or b"null")


def usage() -> Iterator[str]:
    """Yield the two words of the command line, or end with how it is used."""
    if len(sys.argv) != 3 or sys.argv[1] not in ("sql", "woocommerce", "magento2"):
        sys.exit("usage: tell_shop.py sql|woocommerce|magento2 SETTINGS.ini < MESSAGE.json")
    yield from sys.argv[1:]


if __name__ == "__main__":
    try:
        main(*usage())
    except (Trouble, OSError, KeyError, ValueError, configparser.Error, subprocess.SubprocessError) as trouble:
        sys.exit(f"{trouble}" if isinstance(trouble, Trouble) else f"{type(trouble).__name__}: {trouble}")
