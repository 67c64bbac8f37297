"""What no module may do, read from the source: money as floats, files under SQLite, keys, clients, markup in widgets.

Each rule has examples of what it forbids at the end: a rule that finds nothing in them finds nothing at all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import azpay_tui

PACKAGE: Final = Path(azpay_tui.__file__).parent
Rule = Callable[[ast.Module, str], Iterator[str]]
"""Takes a module and its path below the package; yields a sentence for everything in it that may not be."""


def modules(*folders: str, but: tuple[str, ...] = ()) -> list[str]:
    """Return the modules below these folders, by path below the package."""
    found = (path.relative_to(PACKAGE).as_posix() for folder in folders for path in (PACKAGE / folder).rglob("*.py"))
    return sorted(name for name in found if name not in but)


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse((PACKAGE / name).read_text(encoding="utf-8"))


@cache
def calls(tree: ast.AST) -> tuple[tuple[ast.Call, str], ...]:
    """Return every call with what is called, as it is written."""
    return tuple((node, ast.unparse(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call))


# Money is whole minor units: no float comes near it.

MONEY: Final = (
    *modules("domain", but=("domain/calls.py", "domain/queue.py")),  # these two count requests per second
    *modules("store/cache", but=("store/cache/file.py",)),  # waits for a lock, in seconds
    "amazon/v2/wire.py",
    "amazon/v2/translate.py",
    "amazon/v2/requests.py",
    "backoffice/act.py",
    "cli/shapes.py",
    "cli/intent_shapes.py",
    "cli/resolve.py",
    "store/journal/rows.py",
    "store/journal/read.py",
    *modules("backoffice/harvest"),
)


def floats(tree: ast.Module, name: str) -> Iterator[str]:
    """No float, nothing that makes one: literals, `float`, division, `round`, `math`."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float()) | ast.Name(id="float" | "round"):
                yield f"{node.lineno}: {ast.unparse(node)}"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield f"{node.lineno}: {ast.unparse(node)}"
            case ast.Import(names=names) if any(alias.name == "math" for alias in names):
                yield f"{node.lineno}: {ast.unparse(node)}"
            case ast.ImportFrom(module="math"):
                yield f"{node.lineno}: {ast.unparse(node)}"


def test_json_from_amazon_makes_no_float() -> None:
    """The one reader of Amazon's JSON gives numbers to Decimal, and is the only one."""
    loads = [call for call, what in calls(parsed("amazon/v2/wire.py")) if what == "json.loads"]
    assert [{keyword.arg for keyword in call.keywords} for call in loads] == [
        {"parse_float", "parse_constant", "object_pairs_hook"}
    ]
    others = [name for name in modules("amazon") if any(what == "json.loads" for _, what in calls(parsed(name)))]
    assert others == ["amazon/v2/wire.py"]


# Closing a database file that was opened by ordinary means drops SQLite's locks on it.

_OPENS: Final = re.compile(
    r"(?:^|\.)(?:open|copy|copy2|copyfile|copytree|move|read_bytes|read_text|write_bytes|write_text|truncate)$"
)
_DATABASE: Final = re.compile(r"\b(?:journal|cache|database|\w+\.db)\b")
_NO_DATABASE: Final = frozenset(
    {
        ("store/files.py", "private_file"),  # makes a new, empty file under another name
        ("store/files.py", "ensure"),  # the ballast
        ("store/journal/anchors.py", "drop"),  # lines of text outside the data directory
        ("store/journal/anchors.py", "files"),
        ("store/journal/anchors.py", "last"),
        ("store/journal/backup.py", "back_up"),  # a back-up that nobody has opened yet
        ("store/locks.py", "_open"),
        ("store/migrations/shape.py", "create"),  # SQL that is shipped
        ("store/migrations/shape.py", "main"),
        ("store/views.py", "all"),
        ("store/wiping.py", "_rewrite"),  # a back-up's draft, after its last connection was closed
    }
)


def opened_files(tree: ast.Module, name: str) -> Iterator[str]:
    """In the store every opening of a file is one of those looked at; elsewhere nothing named like a database is."""
    if not any(_OPENS.search(what) for _, what in calls(tree)):
        return
    for function, call, what in _with_functions(tree):
        if _OPENS.search(what) is None:
            continue
        if name.startswith("store/"):
            if (name, function) not in _NO_DATABASE:
                yield f"{call.lineno}: {what} in {function}"
        elif any(_DATABASE.search(ast.unparse(part)) for part in (call.func, *call.args)):
            yield f"{call.lineno}: {ast.unparse(call)}"


def _with_functions(tree: ast.Module) -> Iterator[tuple[str, ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from ((node.name, call, what) for call, what in calls(node))


# An idempotency key comes from the wish and from nowhere else.

_KEY_MAKERS: Final = {
    "derive_key": "backoffice/act.py",
    "key_base": "backoffice/act.py",
    "delivery_key": "backoffice/deliveries.py",
}
_KEY_SENDERS: Final = ("amazon/v2/client.py", "amazon/v2/reports.py", "amazon/v2/signing.py")
"""The gateway sends the key of an intent or a parcel, reports have one of their body, the signer names the header."""
_CHANCE: Final = {
    "secrets": (
        "paths.py",
        "store/files.py",
        "store/journal/addresses.py",
        "store/journal/deliveries.py",
        "store/journal/messages.py",
        "store/journal/slips.py",
        "store/locks.py",
    ),
    "uuid": (),
}
"""Names of drafts, messages and sessions, and what keeps a seal from being guessed; nothing else is drawn."""


def made_keys(tree: ast.Module, name: str) -> Iterator[str]:
    """Keys are derived where a wish is checked, and named where they are sent."""
    for call, what in calls(tree):
        maker = _KEY_MAKERS.get(what.rpartition(".")[2])
        if maker is not None and name != maker:
            yield f"{call.lineno}: {what}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == "x-amz-pay-idempotency-key" and name not in _KEY_SENDERS:
            yield f"{node.lineno}: {node.value!r}"
        for imported in _imported(node):
            if imported in _CHANCE and name not in _CHANCE[imported]:
                yield f"{node.lineno}: import of {imported}"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


# One place makes HTTP clients.

FACTORY: Final = "amazon/transport.py"
_CLIENTS: Final = re.compile(
    r"^(?:httpx\.(?:Client|AsyncClient|HTTPTransport|AsyncHTTPTransport|get|post|put|patch|delete|head|options|request|stream)"
    r"|httpcore\.(?:ConnectionPool|AsyncConnectionPool|HTTPProxy|request|stream)"
    r"|(?:urllib\.request\.)?(?:urlopen|urlretrieve)|http\.client\.\w+|HTTPSConnection|HTTPConnection)$"
)
_OTHERS: Final = frozenset({"aiohttp", "requests", "urllib3", "http.client", "urllib.request"})
_UNVERIFIED: Final = re.compile(
    r"CERT_NONE|CERT_OPTIONAL|_create_unverified_context|disable_warnings"
    r"|create_default_context|load_default_certs|set_default_verify_paths"
)
"""What verifies less, or by authorities that a variable of the environment may name."""


def clients(tree: ast.Module, name: str) -> Iterator[str]:
    """No client outside the factory; nowhere one that verifies less, follows redirects or asks the environment."""
    for call, what in calls(tree):
        if _CLIENTS.match(what) and name != FACTORY:
            yield f"{call.lineno}: {what}"
        for keyword in call.keywords:
            said = (keyword.arg, ast.unparse(keyword.value))
            if said in (("verify", "False"), ("trust_env", "True"), ("follow_redirects", "True")):
                yield f"{call.lineno}: {keyword.arg}={said[1]}"
    for node in ast.walk(tree):
        yield from (f"{node.lineno}: import of {other}" for other in _imported(node) if other in _OTHERS)
        if isinstance(node, ast.Attribute | ast.Name):
            word = node.attr if isinstance(node, ast.Attribute) else node.id
            if _UNVERIFIED.search(word):
                yield f"{node.lineno}: {word}"
        if isinstance(node, ast.Assign) and any("check_hostname" in ast.unparse(target) for target in node.targets):
            yield f"{node.lineno}: {ast.unparse(node)}"


def factory(tree: ast.Module, name: str) -> Iterator[str]:
    """The factory makes one client that asks nothing of the environment and follows nothing."""
    found = [call for call, what in calls(tree) if what == "httpx.Client"]
    if len(found) != 1:
        yield f"{len(found)} clients"
    for call in found:
        said = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        for wanted in ("trust_env", "follow_redirects"):
            if said.get(wanted) != "False":
                yield f"{call.lineno}: {wanted} is {said.get(wanted)}"
        if "transport" not in said:
            yield f"{call.lineno}: httpx's own transport"
    contexts = [ast.unparse(call) for call, what in calls(tree) if what.startswith("ssl.")]
    if contexts != ["ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)"]:
        yield f"contexts: {contexts}"


# A plain string in a widget is markup, with links and actions in it.

_WIDGETS: Final = frozenset({"Static", "Label", "Button", "Option", "Options", "OptionList", "Markdown", "Checkbox"})
_PARSERS: Final = re.compile(r"(?:^|\.)(?:from_markup|assemble_markup|render_markup|to_content)$")
_TITLES: Final = frozenset({"border_title", "border_subtitle", "tooltip"})
_OWN_TITLES: Final = ("headed(", "TITLE")
"""Made of the program's own words."""


def markup(tree: ast.Module, name: str) -> Iterator[str]:
    """What a widget is given is a literal, a `Text`, or said to be no markup; frames have the program's own titles."""
    for call, what in calls(tree):
        last = what.rpartition(".")[2]
        if _PARSERS.search(what):
            yield f"{call.lineno}: {what}"
        if last in _WIDGETS and not _harmless(call):
            yield f"{call.lineno}: {ast.unparse(call)[:80]}"
        if last == "notify" and "markup=False" not in ast.unparse(call):
            yield f"{call.lineno}: {ast.unparse(call)[:80]}"
        if last == "__init__" and any(keyword.arg == "markup" for keyword in call.keywords) and not _no_markup(call):
            yield f"{call.lineno}: {ast.unparse(call)[:80]}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            named = {target.attr for target in node.targets if isinstance(target, ast.Attribute)}
            if named & _TITLES and not ast.unparse(node.value).startswith(_OWN_TITLES):
                yield f"{node.lineno}: {ast.unparse(node)}"


def _no_markup(call: ast.Call) -> bool:
    return any(keyword.arg == "markup" and ast.unparse(keyword.value) == "False" for keyword in call.keywords)


def _harmless(call: ast.Call) -> bool:
    """Whether nothing that a widget shows, now or later, can be taken for markup."""
    if _no_markup(call):
        return True
    if not call.args:  # it is filled later, by whoever finds it
        return False
    first = call.args[0]
    if isinstance(first, ast.Constant):
        return "[" not in str(first.value)
    text = isinstance(first, ast.Call) and ast.unparse(first.func).endswith(("Text", "_line"))
    return text or isinstance(first, ast.Starred)


RULES: Final[dict[Rule, tuple[str, ...]]] = {
    floats: MONEY,
    opened_files: tuple(modules(".", but=tuple(modules("simulator")))),
    made_keys: tuple(modules(".", but=("domain/idempotency.py", *modules("simulator")))),
    clients: tuple(modules(".")),
    factory: (FACTORY,),
    markup: tuple(modules("tui")),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_breaks_the_rule(rule: Rule) -> None:
    broken = [f"{name}:{found}" for name in RULES[rule] for found in rule(parsed(name), name)]
    assert broken == [], "\n".join(broken)


GOOD_CLIENT: Final = "httpx.Client(transport=x, trust_env=False, follow_redirects=False)"
CONTEXT: Final = "ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)"
FORBIDDEN: Final[tuple[tuple[Rule, str, str], ...]] = (
    (floats, "domain/money.py", "amount = 12.50"),
    (floats, "domain/money.py", "amount = float(text)"),
    (floats, "domain/money.py", "def to_minor(amount: float) -> int: ..."),
    (floats, "domain/money.py", "half = minor / 2"),
    (floats, "domain/money.py", "minor /= 2"),
    (floats, "domain/money.py", "minor = round(amount * 100)"),
    (floats, "domain/money.py", "import math"),
    (floats, "domain/money.py", "from math import floor"),
    (opened_files, "store/opening.py", "def look(data):\n    return open(data.journal, 'rb').read(16)"),
    (opened_files, "store/journal/store.py", "def look(self):\n    self._path.read_bytes()"),
    (opened_files, "cli/doctor/files.py", "def look(data):\n    return data.journal.read_bytes()"),
    (opened_files, "cli/doctor/files.py", "def look(data):\n    shutil.copy(data.cache, 'there')"),
    (opened_files, "cli/doctor/files.py", "def look(data):\n    os.open(data.path / 'journal.db', os.O_RDONLY)"),
    (made_keys, "backoffice/sender.py", "key = derive_key(base, counter + 1)"),
    (made_keys, "backoffice/late.py", "key = delivery_key(place, parcel, ())"),
    (made_keys, "backoffice/sender.py", "import uuid"),
    (made_keys, "amazon/v2/client.py", "from uuid import uuid4"),
    (made_keys, "amazon/v2/line.py", "import secrets"),
    (made_keys, "amazon/v2/line.py", "headers['x-amz-pay-idempotency-key'] = 'a'"),
    (clients, "shops/wire.py", "httpx.Client(verify=True)"),
    (clients, "shops/wire.py", "httpx.get(url)"),
    (clients, "amazon/download.py", "urllib.request.urlopen(url)"),
    (clients, "amazon/download.py", "import requests"),
    (clients, "amazon/download.py", "from http.client import HTTPSConnection"),
    (clients, FACTORY, "context.verify_mode = ssl.CERT_NONE"),
    (clients, FACTORY, "context.check_hostname = False"),
    (clients, "delivery/smtp.py", "context.load_default_certs()"),
    (clients, FACTORY, "open_client(place, verify=False)"),
    (factory, FACTORY, f"{CONTEXT}; {GOOD_CLIENT}; {GOOD_CLIENT}"),
    (factory, FACTORY, f"{CONTEXT}; {GOOD_CLIENT.replace('follow_redirects=False', 'follow_redirects=True')}"),
    (factory, FACTORY, f"{CONTEXT}; {GOOD_CLIENT.replace('trust_env=False, ', '')}"),
    (factory, FACTORY, f"{CONTEXT}; {GOOD_CLIENT.replace('transport=x, ', '')}"),
    (factory, FACTORY, f"ssl.create_default_context(); {GOOD_CLIENT}"),
    (markup, "tui/widgets/detail.py", "Static(order.number)"),
    (markup, "tui/widgets/detail.py", "Static(f'Buyer {name}', id='buyer')"),
    (markup, "tui/widgets/detail.py", "Static(id='body')"),
    (markup, "tui/widgets/detail.py", "Option(order.number)"),
    (markup, "tui/widgets/detail.py", "Static('[@click=app.quit]here[/]')"),
    (markup, "tui/widgets/detail.py", "Static(text, markup=True)"),
    (markup, "tui/widgets/detail.py", "self.app.notify(error.message)"),
    (markup, "tui/widgets/detail.py", "Content.from_markup(text)"),
    (markup, "tui/widgets/detail.py", "Text.from_markup(text)"),
    (markup, "tui/widgets/detail.py", "super().__init__(text, markup=self.markup)"),
    (markup, "tui/widgets/detail.py", "self.border_title = order.number"),
    (markup, "tui/widgets/detail.py", "self.tooltip = order.number"),
)


@pytest.mark.parametrize(("rule", "name", "source"), FORBIDDEN, ids=lambda part: getattr(part, "__name__", part))
def test_the_rule_finds_what_is_forbidden(rule: Rule, name: str, source: str) -> None:
    assert list(rule(ast.parse(source), name)), source


def test_every_rule_has_an_example() -> None:
    assert {rule for rule, _, _ in FORBIDDEN} == set(RULES)
    assert not list(factory(ast.parse(f"{CONTEXT}; {GOOD_CLIENT}"), FACTORY))
