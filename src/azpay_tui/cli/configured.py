"""What the profile is set to, in one place; reads the configuration alone."""

from __future__ import annotations

import sys
from itertools import groupby

from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK
from azpay_tui.cli.output import json_result, result, shown
from azpay_tui.cli.wrapping import fill
from azpay_tui.configured import facts


def show_configuration(context: Context, *, as_json: bool) -> int:
    """Show what the profile decides, and what each of it means; no secret is among it."""
    found = facts(context.profile())
    if as_json:
        settings = [
            {"group": fact.group.lower(), "name": fact.name, "value": fact.value, "says": fact.says} for fact in found
        ]
        json_result({"profile": context.profile().name, "settings": settings})
        return OK
    for group, of_group in groupby(found, lambda fact: fact.group):
        result(group)
        for fact in of_group:
            result(f"  {fact.name:<22} {shown(fact.value)}")
            result(fill(shown(fact.says), sys.stdout, indent=" " * 25))
    return OK
