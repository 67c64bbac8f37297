"""Finding by any part of any word: folding, trigrams, and the conditions a query becomes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from azpay_tui.store.times import storable

_LONGEST_TERM: Final = 200
_MOST_TERMS: Final = 16
_MOST_TRIGRAMS: Final = 32


def fold(text: str) -> str:
    """Fold a text so that case, width and ligatures do not matter, in any script; SQLite itself folds ASCII only.

    `Straße` is found by `STRASSE`, `İstanbul` by `istanbul` (the dot that folding leaves behind is dropped).
    """
    if text.isascii():
        return text.lower().replace("\0", " ")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", storable(text)).casefold())
    return unicodedata.normalize("NFC", folded.replace("i\u0307", "i")).replace("\0", " ")


@dataclass(frozen=True, slots=True)
class Terms:
    """A query ready for SQL: every term must occur somewhere."""

    terms: tuple[str, ...]
    match: str | None
    """Full-text expression that every hit satisfies (not only hits do); None when no term has three characters."""

    @property
    def empty(self) -> bool:
        """Whether everything matches."""
        return not self.terms


def parse(query: str) -> Terms:
    """Turn what a person typed into terms; words are ANDed, no character has a special meaning."""
    terms = tuple(dict.fromkeys(word[:_LONGEST_TERM] for word in fold(query).split()))[:_MOST_TERMS]
    trigrams = list(dict.fromkeys(term[i : i + 3] for term in terms for i in range(len(term) - 2)))
    if len(trigrams) > _MOST_TRIGRAMS:  # a sample spread over the whole query is as selective
        trigrams = trigrams[:: -(-len(trigrams) // _MOST_TRIGRAMS)]
    quoted = ['"' + trigram.replace('"', '""') + '"' for trigram in trigrams]
    return Terms(terms, " AND ".join(quoted) or None)
