"""Jobs and unknowns: what is on its way, what nobody knows yet, what waits for a person, what ended, whom to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.dossier import may_be_settled
from azpay_tui.domain.intent import RETRY_AFTER, Intent
from azpay_tui.domain.messages import Message
from azpay_tui.tui import theme
from azpay_tui.tui.deciding import why_not
from azpay_tui.tui.display import display, fit
from azpay_tui.tui.feed import READ_ERRORS
from azpay_tui.tui.news import why
from azpay_tui.tui.screens.page import PageScreen
from azpay_tui.tui.sitting import Sitting
from azpay_tui.tui.widgets.choices import Choice
from azpay_tui.tui.widgets.messages import message_lines
from azpay_tui.tui.widgets.words import object_name, plural, relative, span

LAST: Final = 50
"""Ended intents that are shown."""
_ENDED: Final = "ENDED LAST"
_GROUPS: Final = (
    ("OUTCOME UNKNOWN", ("unknown",)),
    ("WAITS FOR A PERSON", ("attention",)),
    ("ON THE WAY", ("intent", "sent")),
    ("AMAZON IS WORKING ON IT", ("accepted",)),
    (_ENDED, ("succeeded", "declined", "refused", "abandoned")),
)
_SIGNS: Final = {
    "unknown": "?",
    "attention": "!",
    "intent": "~",
    "sent": "~",
    "accepted": "~",
    "succeeded": "$",
    "declined": "x",
    "refused": "x",
    "abandoned": "-",
}


_TITLES: Final = "     STATE     VERB              AMOUNT ORDER                   AGE SENT  NEXT"


def next_look(intent: Intent, now: datetime) -> str:
    """Say when an unknown outcome is looked at again."""
    if intent.next_due is None:
        return "checked now" if intent.state == "unknown" else ""
    return "check due now" if intent.next_due <= now else f"next check in {_wait(intent.next_due - now)}"


def _wait(length: timedelta) -> str:
    return f"{int(length.total_seconds())} s" if length < timedelta(minutes=1) else span(length)


def job_line(intent: Intent, now: datetime) -> str:
    """Set one intent: sign, state, verb, amount, order, age, how often it was sent, next check."""
    wish = intent.draft.wish
    age = span(now - intent.draft.at) if now - intent.draft.at >= timedelta(minutes=1) else "now"
    due = intent.next_due
    look = "" if intent.state != "unknown" else "now" if due is None or due <= now else f"in {_wait(due - now)}"
    parts = (
        f"{_SIGNS.get(intent.state, '?')} {fit(intent.state.upper(), 9)}",
        fit(str(wish.verb), 9),
        fit(str(wish.amount) if wish.amount else "", 14, "right"),
        fit(display(wish.order_id, 40), 19),
        fit(age, 7, "right"),
        fit(str(intent.attempts), 4, "right"),
        f" {look}" if look else "",
    )
    return " ".join(parts).rstrip()


def job_detail(intent: Intent, now: datetime, where: tzinfo) -> str:
    """Say who confirmed it, what is being done about it, and what a person can do."""
    draft = intent.draft
    at = f"{draft.at.astimezone(where):%Y-%m-%d %H:%M:%S %Z}"
    who = f"{intent.id}: {draft.wish.verb}, {object_name(draft.wish.target)}, confirmed by {display(draft.person, 60)}"
    note = f" Note: {display(draft.wish.note, 200)}." if draft.wish.note else ""
    reason = why(intent, where)
    return f"{' '.join(_doing(intent, now, where))} {f'{reason} ' if reason else ''}{who} {at}.{note}"


def _doing(intent: Intent, now: datetime, where: tzinfo) -> Iterator[str]:
    match intent.state:
        case "unknown":
            due = intent.next_due
            clock = f" ({due.astimezone(where):%H:%M:%S})" if due is not None and due > now else ""
            left = max(0, len(RETRY_AFTER) - intent.attempts)
            yield f"Amazon is asked what became of it, with the same request key: {next_look(intent, now)}{clock}."
            yield f"Never do it again by hand. To ask right now: azpay journal resume {intent.id} (y copies it)."
            if may_be_settled(intent.state, intent.draft.at, now):
                yield "If you know what became of it: s, and decide."
            elif not left:
                yield "If Amazon never tells, it comes to you."
        case "attention":
            yield "Look at the order in Seller Central, then decide: s, or"
            yield f"azpay journal settle {intent.id} --as succeeded|refused|abandoned --note WHY."
        case "intent":
            yield "It is stored and waits for its turn; its order is locked."
        case "sent":
            sent = plural(intent.attempts, "attempt")
            yield f"It was sent ({sent}) and Amazon has not answered yet; its order is locked."
        case "accepted":
            yield "Amazon has taken it and decides; the order is read until it has."
        case _:
            by = f" by {display(intent.settled_by, 60)}" if intent.settled_by else ""
            ended = f"Ended {relative(intent.settled_at, now)}{by}" if intent.settled_at else f"Ended{by}"
            yield f"{ended}. What was sent and answered: azpay journal show {intent.id}."


def job_lines(intents: Sequence[Intent], now: datetime, where: tzinfo) -> Iterator[Choice]:
    """Yield the lines of the page: the groups with their intents, those that need somebody first."""
    if intents:
        yield Choice(None, _TITLES)
    for heading, states in _GROUPS:
        found = [intent for intent in intents if intent.state in states]
        if not found:
            continue
        yield Choice(None, f"{heading}  {len(found)}")
        for intent in found:
            style = theme.WARNING if intent.state in ("unknown", "attention") else theme.PLAIN
            yield Choice(
                intent.id,
                job_line(intent, now),
                job_detail(intent, now, where),
                copy=_twin(intent),
                style=style,
            )


def _twin(intent: Intent) -> str:
    return f"azpay journal {'resume' if intent.state == 'unknown' else 'show'} {intent.id}"


class JobsScreen(PageScreen, inherit_bindings=False):
    """Every open intent, the last that ended, messages that did not arrive; it leads to the order."""

    twin = "azpay journal list"

    def __init__(self, desk: Desk, sitting: Sitting) -> None:
        """Show the journal of a desk."""
        super().__init__(desk, sitting, "jobs")
        self._intents: dict[str, Intent] = {}
        self._messages: dict[str, Message] = {}
        """Those that wait or failed."""

    def look(self) -> tuple[str, Sequence[Choice]]:
        """Read the journal."""
        now = self.desk.now()
        intents = {intent.id: intent for intent in self.desk.intents(open_only=True)}
        intents |= {intent.id: intent for intent in self.desk.intents(limit=LAST)}
        messages = self.desk.messages.list(states=("waiting", "failed"), limit=LAST)
        self._intents = intents
        self._messages = {message.id: message for message in messages}
        lines = list(job_lines(list(intents.values()), now, self.zone))
        ended = next((n for n, line in enumerate(lines) if line.text.startswith(_ENDED)), len(lines))
        lines[ended:ended] = message_lines(messages, now, self.zone)
        open_ = sum(1 for intent in intents.values() if intent.open)
        if not lines:
            lines = [Choice(None, "Nothing was sent from here yet.")]
        return f"jobs: {open_} open", lines

    def opens(self, choice: Choice) -> str | None:
        """Return the order of an intent or of a message."""
        intent, message = self._intents.get(str(choice.value)), self._messages.get(str(choice.value))
        if intent is not None:
            return intent.draft.wish.order_id
        return message.draft.order_id or None if message is not None else None

    def why_not_settle(self) -> str | None:
        """Say why nothing may be decided about the line under the cursor, or None."""
        intent = self._here()
        state, at = (intent.state, intent.draft.at) if intent is not None else (None, None)
        return why_not(self.desk.profile, state, at, self.desk.now())

    def settle(self) -> None:
        """Ask for the dialog about the line under the cursor."""
        intent = self._here()
        if intent is not None:
            self.post_message(self.SettleWanted(intent.id))

    def message_here(self) -> Message | None:
        """Return the message of the line under the cursor."""
        choice = self.body.choice
        return self._messages.get(str(choice.value)) if choice is not None else None

    def retry_message(self, seen: Message) -> None:
        """Have a message sent again, unless something became of it since the page looked."""
        retry = self.desk.messages.retry
        self._change(lambda: retry(seen.id, seen), f"{seen.id} is sent again as soon as an azpay delivers.")

    def drop_message(self, message_id: str) -> None:
        """Have a message not sent any more."""
        after_all = f"azpay messages retry {message_id} sends it after all"
        drop = self.desk.messages.drop
        self._change(lambda: drop(message_id), f"{message_id} is not sent any more; {after_all}.")

    def _change(self, change: Callable[[], object], done: str) -> None:
        """Change a message off the screen's thread, and say so."""

        def work() -> None:
            try:
                change()
            except READ_ERRORS as error:
                self.app.call_from_thread(self.say, display(str(error), 400), warning=True)
            else:
                self.app.call_from_thread(self.say, done)
            self.app.call_from_thread(self.look_again)

        self.run_worker(work, thread=True, group="message")

    def _here(self) -> Intent | None:
        choice = self.body.choice
        return self._intents.get(str(choice.value)) if choice is not None else None
