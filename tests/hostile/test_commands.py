"""Every command with hostile arguments, files, surroundings and answers, on a terminal and on a pipe."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer
from tests.hostile.corpus import FEW, SEED, TEXTS
from tests.hostile.judge import LOOKS, active, foreign
from tests.hostile.poison import Poisoned
from tests.hostile.teletype import on_pipe, on_terminal
from tests.hostile.world import Texts
from tests.support.figures import full, size, tell

from azpay_tui.cli.verbs import app
from azpay_tui.simulator.testing import RunningSimulator, running

SOME = TEXTS if full() else FEW
SITUATIONS = ("authorized", "open", "refund-declined", "declined-hard", "suspended", "part-refunded")
HEADER = (
    "order_number",
    "permission_id",
    "charge_ids",
    "refund_ids",
    "currency",
    "amount",
    "status",
    "buyer_name",
    "buyer_email",
)


COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "refresh": (("{order}",), ("{text}",)),
    "sync": (("--once", "--all"), ("--status",), ("--why", "{order}"), ("--why", "{text}")),
    "init": (
        ("--yes", "--environment", "{text}"),
        ("--yes", "--profile-name", "{text}", "--url", "{text}"),
        ("--yes", "--private-key-file", "{text}", "--environment", "sandbox"),
    ),
    "discover": (("--days", "{text}"),),
    "doctor": ((),),
    "purge": (("{text}", "--dry-run"), ("{order}", "--dry-run")),
    "authorize": (("{order}", "--amount", "{text}", "--dry-run"),),
    "charge-more": (
        ("{order}", "--total", "{text}", "--dry-run"),
        ("{order}", "--by", "1.00", "--told", "{text}", "--yes"),
        ("{order}", "--by", "1.00", "--letter", "{text}", "--yes"),
    ),
    "address": (
        ("{order}",),
        ("{order}", "--set", "{text}"),
        ("{order}", "--set", "line1={text}", "--set", "city={text}", "--accept", "not-protected"),
        ("{order}", "--json"),
    ),
    "capture": (
        ("{order}", "--dry-run"),
        ("{order}", "--note", "{text}", "--yes"),
        ("{text}",),
        ("{order}", "--charge", "{text}"),
        ("{order}", "--tracking", "{text}", "--yes"),
    ),
    "void": (("{order}", "--dry-run", "--note", "{text}"),),
    "refund": (
        ("{order}", "--dry-run", "--accept", "{text}"),
        ("{order}", "--line", "{text}=1", "--yes"),
        ("{order}", "--adjust", "1.00", "--document", "{text}", "--dry-run"),
    ),
    "mail templates": ((), ("{text}",), ("payment-method", "--language", "{text}")),
    "mail preview": (
        ("{order}", "--template", "order-again"),
        (
            "{order}",
            "--template",
            "charged-more",
            "--set",
            "total={text}",
            "--set",
            "more={text}",
            "--set",
            "why={text}",
        ),
        ("{order}", "--template", "{text}"),
        ("{order}", "--set", "{text}={text}"),
        ("{text}", "--language", "{text}"),
    ),
    "mail send": (("{order}", "--yes", "--template", "{text}"), ("{order}", "--template", "order-again", "--yes")),
    "slips list": ((), ("{order}", "--csv"), ("{text}",)),
    "slips record": (("{order}", "--line", "{text}"), ("{order}", "--adjust", "1.00", "--note", "{text}")),
    "cancel": (("{order}", "--dry-run"),),
    "close": (("{order}", "--dry-run"), ("{order}",)),
    "orders list": (
        (),
        ("--query", "{text}"),
        ("--filter", "{text}"),
        ("--view", "{text}"),
        ("--sort", "{text}"),
        ("--after", "{text}"),
    ),
    "orders show": (("{order}",), ("{order}", "--raw"), ("{text}",)),
    "orders link": (("{order}",), ("{text}",)),
    "orders actions": (("{order}",), ("{text}",)),
    "orders mark": (("{order}", "--note", "{text}"), ("{order}", "--tag", "{text}"), ("{order}", "--remind", "{text}")),
    "orders import": (("{text}",), ("{file}", "--source", "{text}"), ("{file}", "--preset", "{text}"), ("{file}",)),
    "orders track": (("{text}",),),
    "orders ships": (("{text}", "2026-12-01"), ("{order}", "{text}"), ("{order}", "2026-12-01")),
    "orders delete": (("{text}", "--dry-run"), ("{order}", "--dry-run"), ("{order}", "--note", "{text}", "--dry-run")),
    "cancel-sale": (
        ("{text}", "--dry-run"),
        ("{order}", "--dry-run"),
        ("{order}", "--extra", "{text}", "--dry-run"),
        ("{order}", "--line", "{text}=1", "--dry-run"),
    ),
    "track-delivery": (
        ("{text}", "--dry-run"),
        ("{order}", "--carrier", "{text}", "--number", "1Z", "--dry-run"),
        ("{order}", "--carrier", "UPS", "--number", "{text}", "--yes"),
        ("{order}", "--yes"),
    ),
    "cannot-fulfil": (("{text}", "--dry-run"), ("{order}", "--dry-run"), ("{order}", "--language", "{text}")),
    "messages list": ((), ("--order", "{text}"), ("--state", "{text}"), ("--order", "{order}")),
    "messages show": (("{text}",),),
    "messages retry": (("{text}",),),
    "messages drop": (("{text}",),),
    "messages send": ((),),
    "messages test": ((),),
    "policy show": ((), ("{text}",)),
    "policy plan": ((),),
    "policy switch-on": (("--confirm", "{text}"),),
    "policy switch-off": ((),),
    "config show": ((),),
    "lapses": ((), ("--of", "{text}"), ("--csv",)),
    "views list": ((),),
    "views save": (("{text}",), ("mine", "--filter", "{text}")),
    "views rename": (("mine", "{text}"), ("{text}", "other")),
    "views delete": (("{text}",),),
    "journal list": ((),),
    "journal show": (("{text}",), ("I-000001",)),
    "journal resume": (("{text}",), ()),
    "journal settle": (("{text}", "--as", "{text}", "--note", "{text}"),),
    "audit verify": ((), ("--anchor", "{text}")),
    "audit export": ((), ("--order", "{order}"), ("--order", "{text}"), ("--day", "{text}"), ("--from", "{text}")),
    "sources list": ((),),
    "sources show": (("{text}",),),
    "sources run": (("{text}",), ("loud",), ("heap",)),
    "sources add": (
        ("{text}", "--", "true"),
        ("--preset", "{text}", "--", "{text}"),
        ("--url", "{text}", "--preset", "woocommerce"),
    ),
    "sources sql": (("{text}",), ("woocommerce", "--prefix", "{text}")),
}
"""What each command is tried with: a hostile text, an order, a file full of hostile texts."""
ELSEWHERE = {"demo": "opens the console", "simulate": "runs until it is stopped, and prints its own address alone"}


def names(command: object, before: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the names of all commands."""
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(before)
        return
    for name, each in below.items():
        yield from names(each, (*before, name))


@pytest.mark.always
def test_every_command_is_tried() -> None:
    """A new command has to say with what."""
    missing = set(names(typer.main.get_command(app))) - set(COMMANDS) - set(ELSEWHERE)
    assert not missing, f"say in COMMANDS with what {missing} is tried"


@dataclass
class Shop:
    """A command line whose Amazon, export, sources and surroundings are hostile."""

    amazon_pay: RunningSimulator
    poison: Poisoned
    directory: Path
    orders: list[str] = field(default_factory=list)

    @property
    def options(self) -> list[str]:
        return ["--config", str(self.directory / "config.toml"), "--data-dir", str(self.directory / "data")]

    @property
    def file(self) -> Path:
        return self.directory / "orders\u202e\x1b[2J.csv"

    def export(self, texts: Texts, lines: int) -> None:
        """Write an export with a hostile text in every column that takes any."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for place in range(lines):
            made = self.amazon_pay.order(SITUATIONS[place % len(SITUATIONS)])
            charges, refunds = " ".join(made.charge_ids), " ".join(made.refund_ids)
            row = [texts(), made.permission_id, charges, refunds, "USD", "120.00", texts(), texts(), texts()]
            writer.writerow([cell[:5000] for cell in row])
            self.orders.append(made.permission_id)
        self.file.write_bytes(out.getvalue().encode("utf-8", "surrogatepass"))


HEAP = "Z" + "\u0335" * 60 + "algo"
"""Printable, so no source's error leaves it out: only the door of the command line takes the heap away."""


def failing(name: str, texts: Sequence[str]) -> str:
    """Return a source that says hostile texts as its errors."""
    said = "".join(json.dumps(text) + "," for text in texts)
    program = (
        f"import sys; [sys.stderr.buffer.write(t.encode('utf-8', 'surrogatepass')) for t in [{said}]]; sys.exit(3)"
    )
    run = json.dumps(["python3", "-c", program])
    return f'\n[[profiles.sim.source]]\nname = "{name}"\nrun = {run}\n'


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    tmp_path.chmod(0o700)
    for name, value in {"SSH_CONNECTION": f"{FEW[0]} 1 2 3", "SUDO_USER": FEW[2], "EDITOR": FEW[3]}.items():
        monkeypatch.setenv(name, value)
    with running() as amazon_pay:
        texts = Texts(SOME)
        poison = Poisoned(amazon_pay.core, texts)
        found = Shop(amazon_pay, poison, tmp_path)
        config = (amazon_pay.directory / "config.toml").read_text()
        key = amazon_pay.private_key_file
        (tmp_path / key.name).touch(0o600)
        (tmp_path / key.name).write_bytes(key.read_bytes())
        (tmp_path / "config.toml").touch(0o600)
        (tmp_path / "config.toml").write_text(config + failing("loud", FEW[:8]) + failing("heap", [HEAP]))
        found.export(texts, len(SOME) // 2)
        monkeypatch.setattr(amazon_pay.core, "handle", poison)
        done = on_pipe([*found.options, "orders", "import", str(found.file)])
        assert b" added, " in done[1], done
        on_pipe([*found.options, "sync", "--once"])
        yield found


def told(found: list[str], runs: int, promise: str, says: str) -> None:
    tell(promise, runs, len(found), seed=f"corpus {SEED}", says=says)
    assert not found


def filled(arguments: Sequence[str], shop: Shop, text: str, order: str) -> list[str]:
    """Put a text, an order and a file into arguments; what no process can be given is left out of the text."""
    given = os.fsdecode(text.replace("\x00", "")[:5000].encode("utf-8", "surrogatepass"))
    return [each.format(text=given, order=order, file=shop.file) if "{" in each else each for each in arguments]


@pytest.mark.parametrize("words", [True, False][: size(1, 2)], ids=["any word", "known words"][: size(1, 2)])
def test_what_every_command_writes(shop: Shop, words: bool) -> None:
    shop.poison.words = words
    on_pipe([*shop.options, "sync", "--once", "--all"])
    found, runs, place = [], 0, 0
    for name, forms in COMMANDS.items():
        for arguments in forms if full() else forms[:1]:
            several = full() and not words and any("{text}" in each for each in arguments)
            for _ in range(len(SOME) // 8 if several else 1):
                place += 1
                text, order = SOME[place % len(SOME)], shop.orders[place % len(shop.orders)]
                command = [*shop.options, *name.split(), *filled(arguments, shop, text, order)]
                runs += 1
                found += [f"{name} {arguments!a}: {what}" for what in _seen(command, place % 3)]
    told(found, runs, "S1", "commands on a terminal, on a pipe and as JSON")


def _seen(command: list[str], way: int) -> Iterator[str]:
    """Run a command in one of three ways: on a terminal, on a pipe, or as JSON where it has such an answer."""
    if way == 0 or (way == 2 and not _has_json(command)):
        code, data = on_terminal(command)
        yield from foreign(data, LOOKS)
    else:
        code, out, err = on_pipe([*command, "--json"] if way == 2 else command)
        lines = out.replace(b"\r\n", b"\n") if "--csv" in command else out  # RFC 4180 ends them so
        yield from foreign(lines, LOOKS, allowed="\n\t")
        yield from foreign(err, LOOKS, allowed="\n")
        if way == 2 and not out.isascii():
            yield f"JSON with {out!r}"
    if code == 70:
        yield "it crashed"


def _has_json(command: list[str]) -> bool:
    return "--" not in command and "views" not in command[:6]


def test_every_order_in_list_and_detail(shop: Shop) -> None:
    found, runs = [], 0
    limit = ["--limit", "10000"]
    for arguments in (["orders", "list", *limit], ["journal", "list"], ["sync", "--status"]):
        found += foreign(on_terminal([*shop.options, *arguments])[1], LOOKS)
        found += foreign(on_pipe([*shop.options, *arguments])[1], LOOKS, allowed="\n\t")
        runs += len(shop.orders)
    for order in shop.orders:
        found += foreign(on_terminal([*shop.options, "orders", "show", order, "--raw"])[1], LOOKS)
        runs += 1
    told(found, runs, "S1", "orders listed and shown in full")


def test_no_cell_of_the_exports_is_active(shop: Shop) -> None:
    _, out, _ = on_pipe([*shop.options, "orders", "list", "--csv", "--limit", "10000"])
    rows = list(csv.reader(io.StringIO(out.decode("utf-8"), newline=""), strict=True))
    assert len(rows) == len(shop.orders) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert b"\r\n" in out
    _, plain, _ = on_pipe([*shop.options, "orders", "list", "--limit", "10000"])
    lines = [line.split("\t") for line in plain.decode("utf-8").splitlines()]
    assert {len(line) for line in lines} == {len(lines[0])}
    cells = [cell for row in (*rows, *lines) for cell in row]
    told(
        [cell for cell in cells if active(cell)], len(cells), "S10", "cells of the orders' CSV and tab-separated lines"
    )
