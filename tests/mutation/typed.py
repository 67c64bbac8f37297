"""Which changes the type check finds, as `make types` would: `typed.py mypy CONFIGURATION FILE ...` in a copy.

Prints mypy's errors as lines of JSON, for the tool of `make mutation`: those in a changed function that its unchanged
twin does not have. The rest comes of how the tool puts the changes into a file.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_COPY = re.compile(r"(?P<function>.+)__mutmut_(?P<number>\d+|orig)")
_OFF = ("untyped-decorator", "unused-ignore", "import-not-found", "no-any-return", "no-untyped-call", "unreachable")
"""What mypy says of the decorators that choose between the changes, and of what they return."""


def main(configuration: str, files: list[str]) -> None:
    command = [sys.executable, "-m", "mypy", "--config-file", configuration, "--output", "json"]
    off = [f"--disable-error-code={code}" for code in _OFF]
    done = subprocess.run([*command, *off, *files], capture_output=True, text=True, check=False)
    errors = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for file in files:
        for error in found(Path(file), [error for error in errors if error["file"] == file]):
            print(json.dumps(error))


def found(file: Path, errors: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the errors of changed functions that the unchanged ones do not have."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    copies = [
        (node.lineno, node.end_lineno or node.lineno, match["function"], match["number"])
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (match := _COPY.fullmatch(node.name)) is not None
    ]
    told = []
    for error in errors:
        at = [(function, number) for first, last, function, number in copies if first <= error["line"] <= last]
        if at and error["severity"] == "error":
            told.append((*at[0], error))
    usual = {(function, error["message"]) for function, number, error in told if number == "orig"}
    for function, number, error in told:
        if number != "orig" and (function, error["message"]) not in usual:
            yield error


if __name__ == "__main__":
    main(sys.argv[2], sys.argv[3:])
