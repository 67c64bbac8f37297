"""Reads on the command line start quickly, and the domain stays pure."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

import azpay_tui

PACKAGE = Path(azpay_tui.__file__).parent
HEAVY = (
    "textual",
    "rich",
    "httpx",
    "sqlmodel",
    "sqlalchemy",
    "alembic",
    "pydantic",
    "cryptography",
    "starlette",
    "uvicorn",
)
# What would let the domain look at a clock, a file, the network, chance or another process.
IMPURE = frozenset(
    (
        *("asyncio", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "select", "shutil"),
        *("signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid"),
    )
)


def loaded_by(code: str) -> set[str]:
    """Return which heavy packages a fresh process has loaded after running this code."""
    probe = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", probe], capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(HEAVY).intersection(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "module",
    [
        "azpay_tui.__main__",
        "azpay_tui.config",
        "azpay_tui.domain",
        "azpay_tui.keyfile",
        "azpay_tui.launch",
        "azpay_tui.paths",
        "azpay_tui.store.cache.read",
    ],
)
def test_the_way_of_a_read_loads_nothing_heavy(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} comes with a later part")
    assert loaded_by(f"import {module}") == set()


@pytest.mark.parametrize(
    "command",
    [
        ["orders", "list", "--json"],
        ["journal", "list", "--json"],
        ["sources", "list", "--json"],
        ["lapses", "--json"],
        ["policy", "plan", "--json"],
        ["config", "show", "--json"],
        ["messages", "list", "--json"],
        ["slips", "list", "--json"],
        ["mail", "templates", "--json"],
    ],
)
def test_a_read_on_the_command_line_loads_nothing_heavy(command: list[str], tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        'default_profile = "a"\n[profiles.a]\nregion = "eu"\nenvironment = "sandbox"\nmerchant_id = "A1"\n'
        'public_key_id = "SANDBOX-A"\nprivate_key_file = "key.pem"\ndata_dir = "data"\n'
        '[[profiles.a.source]]\nname = "web"\nrun = ["cat"]\npreset = "woocommerce"\n',
        encoding="utf-8",
    )
    arguments = ["--config", str(config), *command]
    loaded = loaded_by(f"from azpay_tui.bootstrap import main\nassert main({arguments!r}) == 0")
    # The parser of the command line reads its options with pydantic.
    assert loaded <= {"pydantic"}


def test_the_check_can_fail() -> None:
    assert loaded_by("import httpx") >= {"httpx"}


def test_every_module_of_the_domain_loads_without_anything_heavy() -> None:
    modules = [f"azpay_tui.domain.{path.stem}" for path in sorted((PACKAGE / "domain").glob("[!_]*.py"))]
    assert loaded_by("\n".join(f"import {module}" for module in modules)) == set()


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are written out"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", sorted((PACKAGE / "domain").rglob("*.py")), ids=lambda path: path.name)
def test_the_domain_imports_itself_and_pure_parts_of_the_standard_library(path: Path) -> None:
    own = {name for name in imports(path) if name.partition(".")[0] == "azpay_tui"}
    roots = {name.partition(".")[0] for name in imports(path) - own}
    assert all(name.startswith("azpay_tui.domain") for name in own), own
    assert roots <= sys.stdlib_module_names, roots - sys.stdlib_module_names
    assert not roots & IMPURE, roots & IMPURE
