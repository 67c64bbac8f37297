"""Made-up buyers, chosen to show what names do to a screen: umlauts, CJK, brackets, great length."""

from __future__ import annotations

import random
from typing import Final

from azpay_tui.simulator.model import Buyer

_WEST: Final = (
    ("Ada", "Muster"), ("Jürgen", "Größl"), ("Zoë", "O'Brien-Núñez"), ("Åsa", "Söderström"), ("François", "Lefèvre"),
    ("Magdalena", "Wójcik"), ("Björn", "Müller-Lüdenscheidt"), ("Chloé", "D'Arcy"), ("İlkay", "Şahin"),
    ("Siobhán", "Ní Dhomhnaill"), ("Bob", "[ACME Ltd]"), ("Grace", "Sample"), ("Otto", "Beispiel"), ("Nina", "Example"),
    ("Maximiliana Theodora Wilhelmina", "von und zu Hohenstein-Waldburg-Regenspurg"), ("Li", "Yu"), ("Thomas", "Weiß"),
    ("Łucja", "Źródlana"), ("Emre", "Çelik"), ("Priya", "Raghunathan"), ("Søren", "Kjærgård"), ("Anna", "Novák"),
)  # fmt: skip
_JAPAN: Final = ("見本 花子", "山田 太郎", "佐藤 健一", "鈴木 さくら", "高橋 エミリア", "田中 一郎", "長谷川 ゆり子")
_PLACES: Final = {
    "US": (("742 Sample Rd", "Springfield", "IL", "62704"), ("9 Harbor Way", "Portland", "OR", "97201"),
           ("1200 Example Ave Suite 400", "Austin", "TX", "78701")),
    "DE": (("Musterstraße 12", "Köln", None, "50667"), ("Am Grünen Weg 3a", "München", None, "80331"),
           ("Lange Gasse 101", "Görlitz", None, "02826")),
    "GB": (("1 Example Mews", "London", None, "SW1A 0AA"), ("27 Sample Lane", "Leeds", None, "LS1 1AA")),
    "JP": (("見本町1-2-3", "千代田区", "東京都", "100-0001"), ("例町4-5", "大阪市北区", "大阪府", "530-0001")),
}  # fmt: skip
_COUNTRY: Final = {"USD": "US", "EUR": "DE", "GBP": "GB", "JPY": "JP"}


def make_buyer(source: random.Random, currency: str, serial: int) -> Buyer:
    """A buyer that fits the currency; ``serial`` keeps the e-mail address apart from others."""
    country = _COUNTRY.get(currency, "DE")
    if country == "JP":
        name = source.choice(_JAPAN)
        email = f"buyer{serial}@kaimono.example"
    else:
        first, last = source.choice(_WEST)
        name = f"{first} {last}"
        plain = "".join(letter for letter in first.lower() if letter.isascii() and letter.isalnum()) or "buyer"
        email = f"{plain}.{serial}@{source.choice(('buyer', 'post', 'mail'))}.example"
    line1, city, region, postal_code = source.choice(_PLACES[country])
    return Buyer(
        name=name,
        email=email,
        phone=f"555-{source.randrange(10000):04d}",
        line1=line1,
        line2=source.choice((None, None, "Unit 5", "c/o Example GmbH")),
        city=city,
        region=region,
        postal_code=postal_code,
        country=country,
    )
