"""Paths into JSON: the forms that orders of shops need, and what leads nowhere."""

from typing import Any, Final

import pytest

from azpay_tui.domain.paths import follow

ORDER: Final[dict[str, Any]] = {
    "number": "17",
    "total": 0,
    "a.b": "with a point",
    "billing": {"first_name": "Zoë", "last_name": "Núñez", "company": ""},
    "meta_data": [
        {"key": "colour", "value": "red"},
        {"key": "amazon_charge_permission_id", "value": "S01-1"},
        {"key": "amazon_charge_permission_id", "value": "S01-2"},
        {"key": "list", "value": ["a", "b"]},
    ],
    "payments": [
        {"ids": None, "state": "cancelled"},
        {"ids": {"charge": "C1"}, "state": "failed"},
        {"ids": {"charge": "C2"}, "state": "paid"},
        {"ids": {"charge": None}, "state": "open"},
    ],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("number", "17"),
        ("total", 0),
        ("a.b", "with a point"),
        ("billing.first_name", "Zoë"),
        ("billing.first_name + billing.last_name", "Zoë Núñez"),
        ("billing.company + billing.last_name", "Núñez"),
        ("billing.company + billing.nothing", None),
        ("payments.state", "cancelled"),
        ("payments.ids.charge", "C1"),
        ("meta_data[key=colour].value", "red"),
        ("meta_data[key=amazon_charge_permission_id].value", "S01-2"),
        ("meta_data[key=list].value", ["a", "b"]),
        ("meta_data[key=size].value", None),
        ("payments[ids.charge].state", "paid"),
        ("payments[ids.charge=C1].state", "failed"),
        ("payments[nothing].state", None),
        ("billing[last_name=Núñez].first_name", "Zoë"),
        ("number.more", None),
        ("nothing", None),
        ("billing", ORDER["billing"]),
        ("payments", ORDER["payments"]),
        ("payments[ids.charge", None),
        ("payments[ids[charge]].state", None),
        ("", None),
    ],
)
def test_a_path_leads_to_what_is_meant(path: str, found: object) -> None:
    assert follow(ORDER, path) == found


@pytest.mark.parametrize("record", [None, "text", 5, [], {}, ["a", ["b"]]])
def test_a_record_of_another_form_has_nothing(record: object) -> None:
    assert follow(record, "number") is None
