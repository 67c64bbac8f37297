"""What the generated parts of the documents say: one function each, by the name that stands in the document's mark."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM

import typer.main
from docs import policies, proofs, words
from docs.tables import code, table
from typer.core import TyperGroup

from azpay_tui import presets
from azpay_tui.cli.outcome import MEANINGS, SIGNALLED
from azpay_tui.cli.verbs import app
from azpay_tui.simulator import codes, quotas
from azpay_tui.simulator.acts import ACTS
from azpay_tui.simulator.checkout import METHODS
from azpay_tui.simulator.control import PATHS
from azpay_tui.simulator.faults import FAULTS
from azpay_tui.simulator.model import BLOCK_REASONS, DECLINE_REASONS, REFUND_DECLINE_REASONS, REFUSAL_REASONS
from azpay_tui.simulator.routes import ROUTES
from azpay_tui.simulator.settings import SWITCHES, Switch
from azpay_tui.simulator.situations import SITUATIONS
from azpay_tui.tui.commands import COMMANDS
from azpay_tui.tui.commands.base import Command

Part = Callable[[], str]
SIMULATOR = Path(quotas.__file__).parent


def span(age: timedelta) -> str:
    """Return an age as the control surface reads it: `3d`, `5h`."""
    hours, rest = divmod(int(age.total_seconds()), 3600)
    if rest:
        return f"{hours * 60 + rest // 60}m"
    return f"{hours // 24}d" if hours and hours % 24 == 0 else f"{hours}h"


def _values(switch: Switch) -> str:
    if isinstance(switch.default, bool):
        return "`true`, `false`"
    return f"{switch.least:,} to {switch.most:,}" if isinstance(switch.default, int) else code(switch.words)


def _default(value: bool | int | str) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def switches() -> str:
    """The switches of the simulator."""
    rows = (
        (f"`{switch.name}`", _default(switch.default), _values(switch), switch.says, switch.point or "")
        for switch in SWITCHES
    )
    return table(("Switch", "Default", "Values", "Means", "What the public documents leave open"), rows)


def situations() -> str:
    """The situations an order can be made in."""
    rows = ((f"`{name}`", span(situation.age), situation.says) for name, situation in SITUATIONS.items())
    return table(("Situation", "Age", "What it is"), rows)


def faults() -> str:
    """The faults that can be arranged."""
    rows = (
        (f"`{name}`", "yes" if fault.effect else "no", code(fault.takes), fault.says) for name, fault in FAULTS.items()
    )
    return table(("Fault", "Takes effect", "Takes", "What happens"), rows)


def acts() -> str:
    """The acts of Amazon, the buyer and Seller Central."""
    rows = ((f"`{name}`", code(act.takes), act.says) for name, act in ACTS.items())
    return table(("Act", "Takes", "What happens"), rows)


def act_reasons() -> str:
    """The reasons that acts take."""
    rows = (
        ("`decline` a charge", code(DECLINE_REASONS), "SoftDeclined"),
        ("`decline` the next charge of a permission", code((*DECLINE_REASONS, *REFUSAL_REASONS)), "SoftDeclined"),
        ("`decline` a refund", code(REFUND_DECLINE_REASONS), "AmazonRejected"),
        ("`refuse`", code(REFUND_DECLINE_REASONS), "AmazonRejected"),
        ("`suspend`", code(BLOCK_REASONS), "PaymentMethodInvalid"),
    )
    return table(("Act", "Reasons", "Unless said"), ((act, words, f"`{default}`") for act, words, default in rows))


def control_paths() -> str:
    """The control surface."""
    rows = ((f"`{method} {path}`", door.says) for path, methods in PATHS.items() for method, door in methods.items())
    return table(("Request", "What it does"), rows)


def operations() -> str:
    """The operations of Amazon Pay that are answered."""
    rows = ((f"`{route.method} /v2{route.path}`", route.title, f"`{route.operation}`", route.key) for route in ROUTES)
    return table(("Request", "Amazon's name", "Name here", "Idempotency key"), rows)


def quota_table() -> str:
    """The published request quotas: how many at once, and how many come back in a second."""
    titles = {route.operation: route.title for route in ROUTES}
    rows = []
    for operation, (burst, newer, older) in quotas.LIVE.items():
        new, old = quotas.SANDBOX[operation]
        sandbox = (f"{new} + 1/s", f"{old} + 1/s")
        rows.append((titles.get(operation, operation), f"{burst} + {newer}/s", f"{burst} + {older}/s", *sandbox))
    return table(("Operation", "Live", "Live, older table", "Sandbox", "Sandbox, older table"), rows)


def simulation_codes() -> str:
    """The simulation codes, by operation."""
    titles = {route.operation: route.title for route in ROUTES}
    rows = [
        (titles[operation], f"`{word}`", says)
        for operation, known in codes.CODES.items()
        if operation in titles
        for word, says in known.items()
    ]
    return table(("Operation", "Code", "What it forces"), rows)


def payment_methods() -> str:
    """The buyer's payment methods, by their last digits."""
    return table(("Ends in", "What it simulates"), ((f"`{digits}`", says) for digits, says in METHODS.items()))


def errors() -> str:
    """Every refusal in the simulator's code: status, reason code and message."""
    found: dict[tuple[int, str], list[str]] = {}
    for file in sorted(SIMULATOR.rglob("*.py")):
        for status, reason, message in _refusals(ast.parse(file.read_text(encoding="utf-8"))):
            known = found.setdefault((status, reason), [])
            if message not in known:
                known.append(message)
    rows = ((str(status), f"`{reason}`", "<br>".join(says)) for (status, reason), says in sorted(found.items()))
    return table(("Status", "`reasonCode`", "`message`"), rows)


def _refusals(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ApiError":
            match node.args:
                case [ast.Constant(value=int(status)), ast.Constant(value=str(reason)), message]:
                    yield status, reason, _template(message)
                case _:  # a decline, or chosen by a switch: the page says it in words
                    continue


def _template(message: ast.expr) -> str:
    """Return a message with a mark where a value stands."""
    if isinstance(message, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in message.values)
    return str(message.value) if isinstance(message, ast.Constant) else "…"


def _commands(group: TyperGroup, before: str) -> Iterator[tuple[str, typer.core.TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands(command, f"{before} {name}")
        elif isinstance(command, typer.core.TyperCommand) and not command.hidden:
            yield f"{before} {name}", command


def _usage(command: typer.core.TyperCommand | TyperGroup) -> Iterator[tuple[str, str]]:
    """Give every argument and option as one writes it, and what it means."""
    for parameter in command.params:
        if isinstance(parameter, typer.core.TyperArgument):
            yield parameter.metavar or str(parameter.name).upper(), parameter.help or ""
        elif isinstance(parameter, typer.core.TyperOption) and not parameter.hidden:
            flag = ", ".join(parameter.opts)
            default = "" if parameter.is_flag or parameter.default in (None, "") else f" Default: {parameter.default}."
            yield (
                flag if parameter.is_flag else f"{flag} {parameter.metavar or 'TEXT'}",
                (parameter.help or "") + default,
            )


def _group() -> TyperGroup:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def general_options() -> str:
    """The options that stand before any command."""
    own = (pair for pair in _usage(_group()) if not pair[0].startswith(("--install-", "--show-")))
    return table(("Option", "What it does"), ((f"`azpay {way}`", says) for way, says in own))


def commands() -> str:
    """Every command of azpay with its arguments and options."""
    blocks = []
    for name, command in _commands(_group(), "azpay"):
        arguments = [p.metavar or str(p.name).upper() for p in command.params if p.param_type_name == "argument"]
        blocks.append(f"### {' '.join((name, *arguments))}\n\n{command.help or ''}")
        rows = [(f"`{way}`", says) for way, says in _usage(command)]
        if rows:
            blocks.append(table(("Option", "What it does"), rows))
    return "\n\n".join(blocks)


def exit_codes() -> str:
    """The exit codes of azpay."""
    rows = [(str(number), says) for number, says in MEANINGS.items()]
    signals = ", ".join(str(SIGNALLED + number) for number in (SIGHUP, SIGINT, SIGTERM))
    return table(("Code", "Means"), (*rows, (signals, "ended by a signal")))


def simulate_options() -> str:
    """The options of `azpay simulate`."""
    command = _group().commands["simulate"]
    assert isinstance(command, typer.core.TyperCommand)
    return table(("Option", "What it does"), ((f"`{way}`", says) for way, says in _usage(command)))


_PLACES: dict[str, str] = {
    "anywhere": "list and panes",
    "everywhere": "everywhere",
    "page": "every page",
    "lists": "list and every page",
}


def _typed(command: Command) -> str:
    """Return what runs a command on the `:` line; what may be left out stands in brackets."""
    argument = command.argument
    behind = (
        "" if argument is None else f" {argument.name.upper()}" if argument.required else f" [{argument.name.upper()}]"
    )
    return ", ".join(f"`:{name}{behind}`" for name in (command.id, *command.aliases))


def keys() -> str:
    """The keys of the console."""
    rows = (
        (
            code(command.shown.split(", ")) if command.shown else "",
            _typed(command),
            _PLACES.get(command.place, command.place),
            command.sentence,
        )
        for command in COMMANDS
    )
    return table(("Key", "`:` line", "Where", "What it does"), rows)


def preset_table() -> str:
    """Every preset with its page."""
    pages = sorted(
        set((Path(__file__).parent / "shops").glob("*.md")) - {Path(__file__).parent / "shops" / "README.md"}
    )
    rows = []
    for name in presets.names():
        preset = presets.load(name)
        page = next(page.name for page in pages if f"--preset {name} " in page.read_text(encoding="utf-8"))
        asked = "its database" if preset.kind == "sql" else "its API"
        rows.append((preset.title, f"[`{name}`]({page})", asked, "yes" if preset.complete else "no", preset.plugin))
    return table(
        ("Shop", "Preset", "Asks", "Complete", "Reads what this wrote"), sorted(rows, key=lambda row: row[0].casefold())
    )


#: Name in the mark -> what makes the part.
PARTS: dict[str, Part] = {
    "switches": switches,
    "situations": situations,
    "faults": faults,
    "acts": acts,
    "act-reasons": act_reasons,
    "control-paths": control_paths,
    "operations": operations,
    "quotas": quota_table,
    "simulation-codes": simulation_codes,
    "errors": errors,
    "payment-methods": payment_methods,
    "general-options": general_options,
    "commands": commands,
    "exit-codes": exit_codes,
    "simulate-options": simulate_options,
    "keys": keys,
    "statuses": words.statuses,
    "concerns": words.concerns,
    "differences": words.differences,
    "reason-codes": words.reason_codes,
    "warnings": words.warnings,
    "valid-actions": words.valid_actions,
    "connections": words.connections,
    "filter-conditions": words.filter_conditions,
    "sorts": words.sorts,
    "columns": words.columns,
    "presets": preset_table,
    "policy-settings": policies.settings,
    "policy-presets": policies.presets,
    "policy-verdicts": policies.verdicts,
    "reliability-promises": proofs.reliability,
    "security-promises": proofs.security,
    "simulation-seeds": proofs.seeds,
    "planted-bugs": proofs.planted_bugs,
    "mutation": proofs.mutation,
}
