"""Lists: keyset pages equal the sorted whole, search knows every script, nothing that is typed is special."""

import base64
import itertools
import json
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.making import NOW, charge, fill, oid, open_at, permission, tracked
from tests.store.making import read as read_of
from tests.store.test_marks import mark

from azpay_tui.domain import filters
from azpay_tui.domain.filters import Narrowed
from azpay_tui.domain.marks import MarkChange
from azpay_tui.domain.matching import matches
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Buyer
from azpay_tui.domain.rows import VIEWS, ListRow
from azpay_tui.store.cache import paging, planning
from azpay_tui.store.cache.paging import SORTS
from azpay_tui.store.cache.project import natural
from azpay_tui.store.cache.read import CacheReader
from azpay_tui.store.cache.search import fold, parse
from azpay_tui.store.opening import Stores

COUNT = 60
NAMES = ["Jane Doe", "Straße", "İstanbul", "山田太郎", "O'Brien 100%", 'a_b "quoted" *', "ＦＵＬＬ", "Σίσυφος"]
SAID: list[dict[str, object]] = [
    {},
    {"shop_status": "WC Done", "claim": "paid"},
    {"shop_status": "called off", "claim": "canceled"},
    {"claim": "shipped"},
    {"shop_status": "an own word"},
]


@pytest.fixture(scope="module")
def shop() -> Iterator[CacheReader]:
    """A shop with orders of every kind, several of them equal in every sort key but the id."""
    with tempfile.TemporaryDirectory() as directory:
        stores = open_at(Path(directory) / "data")
        ids = [oid(n) for n in range(1, COUNT + 1)]
        known = [
            tracked(
                i,
                number=None if n % 7 == 0 else f"A-{n % 20}",
                amount=Money(n % 5 * 100, ("USD", "JPY")[n % 2]),
                **({"side": "amazon", "source": "reports"} if n % 8 == 0 else {"side": "shop", **SAID[n % len(SAID)]}),
            )
            for n, i in enumerate(ids)
        ]
        stores.cache.reproject(stores.journal.track(known, NOW).changed_ids, NOW)
        facts = []
        for n, i in enumerate(ids):
            if n % 10 == 9:
                continue  # never read
            created = NOW - timedelta(days=n % 4, hours=2)
            facts.append(permission(i, created=created, buyer=Buyer(NAMES[n % len(NAMES)], f"b{n}@example.com")))
            state = ("Authorized", "Captured", "Declined", "Canceled", "Odd")[n % 5]
            taken = Money(100, "USD") if state == "Captured" else None
            expires = NOW + timedelta(hours=n % 60)
            facts.append(
                charge(i, state=state, captured=taken, created=created, expires=expires, reason="HardDeclined")
            )
        stores.cache.put([read_of(fact) for fact in facts], NOW)
        for n, i in enumerate(ids):
            if n % 6 == 0:
                mark(stores, i, MarkChange(tags=("fraud",) if n % 12 else ("@ann", "later")))
            row = stores.reader.row(i)
            if n % 9 == 0 and row is not None and row.attention:
                mark(stores, i, MarkChange(reviewed=True))
        yield stores.reader
        stores.close()


def walk(shop: CacheReader, view: str, sort: str | None, query: str, sizes: list[int]) -> list[str]:
    """Go through a list forwards in pages of changing size."""
    found: list[str] = []
    after = None
    for size in itertools.cycle(sizes):
        page = shop.page(view, query=query, sort=sort, after=after, limit=size)
        assert (page.previous is None) == (after is None)
        assert len(page.rows) <= size
        found += [row.id for row in page.rows]
        after = page.next
        if after is None:
            return found
    raise AssertionError


def walk_back(shop: CacheReader, view: str, sort: str | None, query: str, sizes: list[int]) -> list[str]:
    """Go through a list backwards from its end."""
    pages: list[list[str]] = []
    before = None
    for size in itertools.cycle(sizes):
        page = shop.page(view, query=query, sort=sort, before=before, from_end=before is None, limit=size)
        assert (page.next is None) == (before is None)
        pages.insert(0, [row.id for row in page.rows])
        before = page.previous
        if before is None:
            return [i for page_ids in pages for i in page_ids]
    raise AssertionError


@given(
    view=st.sampled_from(VIEWS),
    sort=st.sampled_from([None, *SORTS]),
    query=st.sampled_from(["", "example", "a-1", "e", "straße", "nothing at all"]),
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=4),
)
def test_pages_put_together_are_the_sorted_list(
    shop: CacheReader, view: str, sort: str | None, query: str, sizes: list[int]
) -> None:
    if sort == "trouble" and view != "attention":
        with pytest.raises(ValueError, match="cannot be sorted by 'trouble'"):
            shop.page(view, sort=sort)
        return
    whole = [row.id for row in shop.page(view, query=query, sort=sort, limit=1000).rows]
    assert len(set(whole)) == len(whole)
    if not query:
        assert len(whole) == shop.total(view)
    assert shop.total(view, query) == len(whole)
    assert walk(shop, view, sort, query, sizes) == whole
    assert walk_back(shop, view, sort, query, sizes) == whole


def rows(shop: CacheReader, sort: str | None, view: str = "all") -> tuple[ListRow, ...]:
    return shop.page(view, sort=sort, limit=1000).rows


def test_each_sort_sorts(shop: CacheReader) -> None:
    far = NOW + timedelta(days=9999)
    newest = rows(shop, None)
    assert newest == rows(shop, "-created")
    assert list(newest) == sorted(newest, key=lambda r: (-(r.created or NOW).timestamp(), r.id))
    assert [r.id for r in rows(shop, "created")] == [r.id for r in reversed(newest)]
    by_expiry = rows(shop, "expires")
    assert list(by_expiry) == sorted(by_expiry, key=lambda r: (r.expires or far, r.id))
    by_amount = rows(shop, "amount")
    amounts = [(r.amount.currency, r.amount.minor, r.id) for r in by_amount if r.amount]
    assert amounts == sorted(amounts)
    assert [r.id for r in rows(shop, "-amount")] == [r.id for r in reversed(by_amount)]
    numbers = [r.number for r in rows(shop, "number")]
    assert list(dict.fromkeys(numbers)) == [*(f"A-{n}" for n in range(20)), None]
    words = [r.status for r in rows(shop, "status")]
    assert words == sorted(words)


def test_the_attention_view_starts_with_what_lapses_soonest(shop: CacheReader) -> None:
    found = rows(shop, None, "attention")
    lapsing = list(itertools.takewhile(lambda row: "lapses-soon" in row.attention, found))
    assert lapsing
    assert [row.expires for row in lapsing] == sorted(row.expires for row in lapsing if row.expires)
    assert not any("lapses-soon" in row.attention for row in found[len(lapsing) :])


def test_frequent_and_rare_terms_find_the_same(shop: CacheReader, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = ["example", "a-1", "straße b", "S01-1234567", "100%", "o'b"]
    rare = {q: [[row.id for row in shop.page(v, query=q, limit=99).rows] for v in VIEWS] for q in queries}
    monkeypatch.setattr(planning, "FREQUENT", -1)
    monkeypatch.setattr(paging, "FREQUENT", -1)
    assert {q: [[row.id for row in shop.page(v, query=q, limit=99).rows] for v in VIEWS] for q in queries} == rare
    assert all(any(found) for found in rare.values())


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("jane doe", "Jane Doe"),
        ("DOE jane", "Jane Doe"),
        ("ne d", "Jane Doe"),
        ("STRASSE", "Straße"),
        ("ß", "Straße"),
        ("istanbul", "İstanbul"),
        ("İST", "İstanbul"),
        ("ISTANBUL", "İstanbul"),
        ("山田太", "山田太郎"),
        ("田太", "山田太郎"),
        ("郎", "山田太郎"),
        ("100%", "O'Brien 100%"),
        ("0%", "O'Brien 100%"),
        ("o'brien", "O'Brien 100%"),
        ("a_b", 'a_b "quoted" *'),
        ('"quoted"', 'a_b "quoted" *'),
        ("*", 'a_b "quoted" *'),
        ('"', 'a_b "quoted" *'),
        ("full", "ＦＵＬＬ"),
        ("ＦＵＬ", "ＦＵＬＬ"),
        ("σίσυφος", "Σίσυφος"),
        ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
    ],
)
def test_search_knows_every_script_and_no_special_character(shop: CacheReader, query: str, name: str) -> None:
    found = shop.page(query=query, limit=100).rows
    assert found
    assert {row.buyer for row in found} == {name}
    assert shop.total(query=query) == len(found)


@pytest.mark.parametrize(
    "query",
    ["%", "_", "a%b", "x_b", "NEAR(a b)", "jane AND", "col:x", "^a", "a OR b", "--", "';", "\\", "(", "jane*doe"],
)
def test_characters_that_are_special_elsewhere_are_only_characters(shop: CacheReader, query: str) -> None:
    everything = rows(shop, None)
    terms = [fold(word) for word in query.split()]
    found = {row.id for row in shop.page(query=query, limit=100).rows}
    texts = {
        row.id: fold("\n".join((row.id, row.number or "", row.buyer or "", f"{row.id}-C000001"))) for row in everything
    }
    expected = {i for i, text in texts.items() if all(term in text for term in terms)}
    assert found >= expected
    assert not any(set(term) - set("@.bexampl0123456789com") and i not in expected for i in found for term in terms)


@given(query=st.text(max_size=30))
def test_nothing_that_is_typed_breaks_the_search(shop: CacheReader, query: str) -> None:
    page = shop.page(query=query)
    assert shop.total(query=query) is not None
    assert len(page.rows) <= COUNT


@given(text=st.text(min_size=1, max_size=20))
def test_a_text_is_found_by_itself_in_any_case(text: str) -> None:
    folded = " ".join(fold(text).split())
    for variant in (text, text.upper(), text.casefold()):
        if fold(variant) == fold(text):
            assert all(term in folded for term in parse(variant).terms)


def test_search_finds_ids_numbers_and_addresses(shop: CacheReader) -> None:
    assert [r.id for r in shop.page(query=f"{oid(3)}-c000001").rows] == [oid(3)]
    assert {r.number for r in shop.page(query="a-19", limit=99).rows} == {"A-19"}
    assert [r.id for r in shop.page(query="b3@example.com").rows] == [oid(4)]
    assert shop.page(query="jane nobody").rows == ()


def test_a_changed_name_is_found_by_the_new_one_alone(stores: Stores) -> None:
    ids = fill(stores, 3)
    stores.cache.put([read_of(permission(ids[0], buyer=Buyer("Zaphod", "z@example.org")))], NOW)
    assert [r.id for r in stores.reader.page(query="zaphod").rows] == [ids[0]]
    assert {r.id for r in stores.reader.page(query="jane").rows} == {ids[1], ids[2]}


def test_an_id_or_number_names_orders(shop: CacheReader) -> None:
    assert shop.resolve(oid(5)) == (oid(5),)
    assert shop.resolve(f" {oid(5).lower()}-c000001 ") == (oid(5),)
    assert shop.resolve(f"{oid(5)}-R000009") == (oid(5),)
    assert shop.resolve(oid(9999)) == ()
    assert shop.resolve("a-5") == shop.resolve("A-5")
    assert len(shop.resolve("A-5")) == 3
    assert shop.resolve("A-") == ()
    assert shop.resolve("") == ()


def test_totals_are_exact_up_to_their_cap(shop: CacheReader) -> None:
    assert shop.total(cap=COUNT) == COUNT
    assert shop.total(cap=COUNT - 1) is None
    assert shop.total(query="example", cap=5) is None
    assert shop.total(query="zzzz", cap=5) == 0


def forged(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "ü", "====", "\0", "A" * 5000,
        forged(), forged("-created"), forged("-created", 1), forged("-created", "1", "x"), forged("-created", 1, 2),
        forged("-created", 1 << 70, "x"), forged("-created", True, "x"), forged("-created", 1.5, "x"),
        forged("amount", "USD", 1, "x"), forged("-created", 1, "\ud800"), forged("-created", None, None),
        base64.urlsafe_b64encode(b"[" * 20_000).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("side", ["after", "before"])
def test_a_cursor_that_is_none_is_refused_in_a_sentence(shop: CacheReader, cursor: str, side: str) -> None:
    with pytest.raises(ValueError, match=r"^The cursor is not one of this list; start again without it\.$"):
        shop.page(**{side: cursor})  # type: ignore[arg-type]


def test_a_cursor_of_another_sort_is_refused(shop: CacheReader) -> None:
    cursor = shop.page(sort="amount", limit=1).next
    assert cursor is not None
    with pytest.raises(ValueError, match="cursor"):
        shop.page(sort="number", after=cursor)
    assert shop.page(sort="amount", after=cursor, limit=1).rows


def test_a_place_stays_when_its_row_goes(stores: Stores) -> None:
    ids = fill(stores, 5)
    page = stores.reader.page("to-capture", limit=2)
    stores.cache.put([read_of(charge(ids[1], state="Canceled", reason="MerchantCanceled"))], NOW)
    rest = stores.reader.page("to-capture", after=page.next, limit=10)
    assert [row.id for row in rest.rows] == ids[2:]


# Filters

CONDITIONS = [
    "status=AUTHORIZED", "status=CAPTURED,declined", "status!=CAPTURED", "status=NEW", "status=UNRECOGNISED",
    "lapses<9h", "lapses=2026-03-03", "guarantee<5d", "guarantee=2026-03-08", "closes=2026-08-27", "closes<999d",
    "age<2d", "age>=1d", "age>26h", "age<=3h", "expires<24h", "expires>=5h", "expires>40d",
    "amount>=100", "amount<2", "amount=3", "amount<=2.5", "amount>0.999", "amount=1.234",
    "currency=JPY", "currency=USD,EUR", "currency!=USD",
    "attention=any", "attention=none", "attention=lapses-soon,declined", "attention!=unrecognised", "attention!=any",
    "method=amazon-pay", "method!=amazon-pay", "ship=SHIP", "ship!=SHIP",
    "tag=any", "tag=none", "tag=fraud,@ann", "tag!=fraud",
    "shop=paid", "shop!=paid,called-off", "shop=any", "shop=none", "shop=wc-done",
    "differs=any", "differs=none", "differs=capture-due", "differs!=no-money,not-in-shop",
    "jane", "a-1",
]  # fmt: skip


@given(
    view=st.sampled_from(VIEWS),
    sort=st.sampled_from([None, *(name for name in SORTS if name != "trouble")]),
    words=st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=3),
    size=st.integers(1, 30),
    few=st.sampled_from([-1, 0, 3, 20, 5000]),
)
def test_a_filter_leaves_what_its_conditions_say_whichever_way_it_is_found(
    shop: CacheReader, view: str, sort: str | None, words: list[str], size: int, few: int
) -> None:
    found = filters.parse(" ".join(words))
    narrowed = Narrowed(found, NOW)
    whole = shop.page(view, sort=sort, query=found.query, limit=1000).rows
    expected = [row.id for row in whole if matches(narrowed, row)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "FREQUENT", few)
        assert walk_narrowed(shop, view, sort, narrowed, size) == expected
        assert shop.total(view, narrowed=narrowed) == len(expected)
        for order_id in expected[:: max(1, len(expected) // 5)]:
            row = shop.row(order_id, view=view, sort=sort, narrowed=narrowed)
            assert row is not None
            assert shop.place(row.cursor, view, sort=sort, narrowed=narrowed) == expected.index(order_id)
    for row in whole:
        held = shop.row(row.id, view=view, sort=sort, narrowed=narrowed)
        assert (held is not None) == (row.id in expected)


def walk_narrowed(shop: CacheReader, view: str, sort: str | None, narrowed: Narrowed, size: int) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        page = shop.page(view, sort=sort, after=after, limit=size, narrowed=narrowed)
        found += [row.id for row in page.rows]
        after = page.next
        if after is None:
            return found


def test_the_place_of_a_row_is_counted_up_to_a_cap(shop: CacheReader) -> None:
    cursor = shop.page(limit=30).rows[-1].cursor
    assert shop.place(cursor) == 29
    assert shop.place(cursor, cap=29) == 29
    assert shop.place(cursor, cap=28) is None


def told(shop: CacheReader, text: str, sort: str, view: str = "all") -> str:
    """Return SQLite's plan for the first page of a filter."""
    found = filters.parse(text)
    with shop._files.reading() as (cache, _journal):
        assert cache is not None
        base = planning.planned(cache, view, SORTS[sort], "", Narrowed(found, NOW))
        statement = paging.ordered(SORTS[sort], base, None, backwards=False, limit=60)
        plan = cache.execute(f"EXPLAIN QUERY PLAN SELECT r.number {statement.sql}", statement.values).fetchall()
    return " / ".join(row[3] for row in plan)


def test_a_filter_uses_the_index_that_leaves_few_rows(shop: CacheReader, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "SEARCH r USING INDEX row_all_status (status=?)" in told(shop, "status=AUTHORIZED", "amount")
    assert "SEARCH r USING INDEX row_all_expires" in told(shop, "expires<4h ship=SHIP", "-created")
    deadlines = told(shop, "lapses<9h ship=SHIP", "-created")
    assert "SEARCH lapse USING COVERING INDEX lapse_at (mark=? AND at>? AND at<?)" in deadlines
    assert "SEARCH r USING INTEGER PRIMARY KEY" in deadlines
    assert "SEARCH r USING INDEX row_to_capture_amount" in told(shop, "currency=JPY amount<2", "number", "to-capture")
    assert "SEARCH r USING INDEX row_all_newest" in told(shop, "age<1d", "number")
    monkeypatch.setattr(planning, "FREQUENT", 3)
    # Too many to collect: walked in the order of the sort, which needs no sorting.
    for text, sort, index in (
        ("status=AUTHORIZED", "amount", "row_all_amount"),
        ("status=AUTHORIZED age<3d", "-created", "row_all_status (status=? AND k_newest<?)"),
        ("age<3d", "created", "row_all_newest (k_newest<?)"),
        ("attention=any ship=HOLD", "expires", "row_attention_expires"),
    ):
        plan = told(shop, text, sort)
        assert index in plan, plan
        assert "TEMP B-TREE" not in plan, plan


def test_unknown_views_and_sorts_are_refused_in_a_sentence(shop: CacheReader) -> None:
    with pytest.raises(ValueError, match="There is no view 'mine'; the views are attention, to-capture"):
        shop.page("mine")
    with pytest.raises(ValueError, match="cannot be sorted by 'colour'; it can by -created"):
        shop.page(sort="colour")


def test_limits_are_kept_sane(shop: CacheReader) -> None:
    assert len(shop.page(limit=-5).rows) == 1
    assert len(shop.page(limit=10**9).rows) == COUNT


def test_numbers_sort_as_people_count() -> None:
    numbers = ["", "a-1", "a-2", "a-10", "a-10b", "b-007", "b-8", "100000001"]
    assert sorted(numbers, key=natural) == ["", "100000001", *numbers[1:-1]]


def test_no_list_looks_at_all_rows(shop: CacheReader) -> None:
    """Each view and sort walks an index that is in its order: no scan of the table, no sorting."""
    with shop._files.reading() as (cache, _journal):
        assert cache is not None
        for view, (name, sort) in itertools.product(VIEWS, SORTS.items()):
            if name == "trouble" and view != "attention":
                continue
            base = paging.source(view, sort, parse(""), False)
            for place in (None, tuple("x" if text else 1 for text in sort.text)):
                for backwards in (False, True):
                    statement = paging.ordered(sort, base, place, backwards=backwards, limit=50)
                    plan = cache.execute(
                        f"EXPLAIN QUERY PLAN SELECT r.number {statement.sql}", statement.values
                    ).fetchall()
                    told = " / ".join(row[3] for row in plan)
                    assert f"USING INDEX row_{view.replace('-', '_')}_{sort.index}" in told, told
                    assert "TEMP B-TREE" not in told, told
                    assert place is None or "SEARCH r" in told, told
