"""Puts every picture in snapshots/ on one page for looking at: `python docs/gallery.py build/gallery.html`.

The page links to the pictures where they lie, so it opens in any browser without a server and is never out of step.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from html import escape
from pathlib import Path
from urllib.parse import quote

PICTURES = Path(__file__).parent.parent / "snapshots"

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>azpay: every screen</title>
<style>
  body {{ margin: 2rem; background: #24292e; color: #e6edf3; font: 15px/1.5 system-ui, sans-serif; }}
  a {{ color: inherit; }}
  nav {{ columns: 4 14rem; }}
  nav h3 {{ margin: .6rem 0 .2rem; }}
  figure {{ margin: 1rem 0 2.5rem; }}
  figcaption {{ margin-bottom: .3rem; font-weight: 600; }}
  img {{ max-width: 100%; border: 1px solid #57606a; }}
</style>
<h1>azpay: {count} pictures of its screens</h1>
<p>Look at each: is anything important cut, is every state readable without colour, is it clear where one is?</p>
<nav>{contents}</nav>
{groups}
</html>
"""


def group_of(picture: Path) -> str:
    """Say what a picture is of: those of `test_list_pictures.py` are of the `list`."""
    return picture.parent.name.removesuffix("_pictures").replace("_", " ")


def title(picture: Path) -> str:
    """Turn the name of a picture's test into words: `test_environment[live].svg` is `environment, live`."""
    name, _, variant = picture.stem.removeprefix("test_").partition("[")
    return name.replace("_", " ") + (f", {variant.removesuffix(']')}" if variant else "")


def page(pictures: list[Path], beside: Path) -> str:
    """Return the page that lies in the directory `beside`."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for picture in pictures:
        groups[group_of(picture)].append(picture)
    contents, figures = [], []
    for group, members in sorted(groups.items()):
        figures.append(f"<h2>{escape(group)}</h2>")
        contents.append(f"<h3>{escape(group)}</h3>")
        for picture in members:
            place = quote(Path(os.path.relpath(picture, beside)).as_posix())
            name, mark = escape(title(picture)), quote(picture.relative_to(PICTURES).as_posix())
            contents.append(f'<div><a href="#{mark}">{name}</a></div>')
            figures.append(
                f'<figure id="{mark}"><figcaption>{escape(group)}: {name}</figcaption>'
                f'<a href="{place}"><img src="{place}" alt="{name}" loading="lazy"></a></figure>'
            )
    return PAGE.format(count=len(pictures), contents="\n".join(contents), groups="\n".join(figures))


def main(target: Path) -> None:
    """Write the page and say where it is."""
    pictures = sorted(PICTURES.rglob("*.svg"))
    if not pictures:
        raise SystemExit("There are no pictures in snapshots/: run the tests with --snapshot-update first.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(pictures, target.resolve().parent), encoding="utf-8")
    print(f"{len(pictures)} pictures on {target}: open it in a browser.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
