"""Schedules that once broke a promise, as they were found and shrunk, with what was wrong."""

from __future__ import annotations

from typing import Final

NAMED: Final[dict[str, str]] = {
    # An earlier refund was still being decided when the second was confirmed. When the total rose by it, the second,
    # which Amazon had never done, was taken for it: the buyer would have gone without.
    "another refund explains the total": """{"hosts":1,"seed":398,"situation":"part-refunded","skews":[0,0],
        "healer":"sync","steps":[{"amount":1000,"kind":"act","verb":"refund"},
        {"amount":1000,"faults":[{"name":"cut","on":"write","times":9}],"kind":"act","verb":"refund"},
        {"kind":"pass","seconds":1200}]}""",
    # Access to the request that was sent again was refused, reading was granted: each look sent it once more.
    "refused access is asked for again at the next look": """{"hosts":1,"situation":"captured","skews":[0,0],
        "healer":"resume","steps":[{"amount":1000,"faults":[{"name":"reset","on":"write","times":9}],"kind":"act",
        "verb":"refund"},{"faults":[{"name":"403","on":"write","times":1}],"kind":"sync"},
        {"kind":"pass","seconds":60},{"kind":"sync"}]}""",
    # Two hosts wished for the same refund, under two keys, as one of them had been refused before. One refund was made.
    "a refund of the other host is counted as the own": """{"hosts":2,"situation":"part-refunded","skews":[0,0],
        "healer":"resume","steps":[{"amount":1000,"faults":[{"name":"401-date","on":"write","times":1}],"kind":"act",
        "verb":"refund"},{"amount":1000,"beside":{"amount":1000,"kind":"act","verb":"refund","who":1},
        "faults":[{"name":"500","on":"write","times":1}],"kind":"act","verb":"refund"}],
        "switches":[["delay_seconds",0]]}""",
}
