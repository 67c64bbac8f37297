"""Writes the parts of the documents that come from the code: `python -m docs.generate` (`make docs`).

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; `docs/parts.py` says which function makes it. With
`--check` nothing is written, and documents that are not in step end it with exit code 1.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from docs.parts import PARTS, Part

ROOT = Path(__file__).parent.parent
_PART = re.compile(
    r"(?P<begin>^<!-- generated: (?P<name>[a-z-]+) -->\n)(?P<text>.*?)(?P<end>^<!-- end -->$)", re.DOTALL | re.MULTILINE
)
_MARK = re.compile(r"^<!-- (?:generated: [a-z-]+|end) -->$", re.MULTILINE)


class MarkError(ValueError):
    """A document's marks cannot be understood; the message is one sentence that names the document."""


def documents(root: Path) -> list[Path]:
    """Every document that may hold generated parts."""
    return [root / "README.md", *sorted((root / "docs").glob("**/*.md"))]


def renewed(text: str, parts: Mapping[str, Part], name: str = "the document") -> str:
    """Return the text with every part as the code has it now. Raises MarkError."""
    found = list(_PART.finditer(text))
    if len(_MARK.findall(text)) != 2 * len(found) or any(_MARK.search(part["text"]) for part in found):
        raise MarkError(f"In {name} a generated part has no end, or an end has no beginning.")
    for part in found:
        if part["name"] not in parts:
            known = ", ".join(sorted(parts))
            raise MarkError(f"In {name} the part {part['name']} is not known; docs/parts.py makes {known}.")
    return _PART.sub(lambda part: f"{part['begin']}{parts[part['name']]().strip()}\n{part['end']}", text)


def stale(root: Path, parts: Mapping[str, Part]) -> Iterator[tuple[Path, str]]:
    """Give every document that is not in step, and what it has to say."""
    for document in documents(root):
        text = document.read_text(encoding="utf-8")
        now = renewed(text, parts, document.name)
        if now != text:
            yield document, now


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write what is not in step; with `--check` say it."""
    check = arguments == ["--check"]
    found = list(stale(root, PARTS))
    for document, text in found:
        name = document.relative_to(root)
        if check:
            sys.stderr.write(f"{name} is not in step with the code; run make docs.\n")
        else:
            document.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{name} written\n")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
