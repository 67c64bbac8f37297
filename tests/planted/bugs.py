"""Thirty known ways to lose or double money, or to leak: a few lines of the program each, and what catches it.

The words of a bug stand in docs/safety.md too. `catch` names one test, which passes on the program as it is and fails
on it with the bug.
"""

from __future__ import annotations

from dataclasses import dataclass

SENDER = "backoffice/sender.py"
OUTCOMES = "backoffice/outcomes.py"
ATTEMPT = "domain/attempt.py"
JOURNAL = "store/journal/store.py"


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines of one file of the program that stand there exactly once, and what takes their place."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Bug:
    name: str
    says: str
    edits: tuple[Edit, ...]
    catch: str


BUGS = (
    Bug(
        "new-key-per-retry",
        "each repetition of a request has a key of its own",
        (
            Edit(
                SENDER,
                "key = intent.draft.key if intent.draft.wish.verb in KEYED_VERBS else None",
                "key = f'{intent.draft.key[:30]}{attempt:02}' if intent.draft.wish.verb in KEYED_VERBS else None",
            ),
        ),
        "tests/backoffice/test_unknown.py::test_one_lost_answer_settles_with_one_effect",
    ),
    Bug(
        "key-made-after-send",
        "the key is made when the request leaves, and no other process learns it",
        (
            Edit(
                SENDER,
                "        self._jitter = jitter\n",
                "        self._jitter = jitter\n        self._keys: dict[str, str] = {}\n",
            ),
            Edit(
                SENDER,
                "key = intent.draft.key if intent.draft.wish.verb in KEYED_VERBS else None",
                "own = self._keys.setdefault(intent.id, __import__('uuid').uuid4().hex)\n"
                "        key = own if intent.draft.wish.verb in KEYED_VERBS else None",
            ),
        ),
        "tests/backoffice/test_unknown.py::test_a_process_that_died_while_sending_is_settled_by_the_next",
    ),
    Bug(
        "body-rebuilt-on-replay",
        "a repetition sends bytes made anew in place of those that were stored",
        (
            Edit(
                SENDER,
                "self._gateway.send(intent.draft.prepared, key)",
                "self._gateway.send(self._gateway.prepare(intent.draft.wish), key)",
            ),
        ),
        "tests/backoffice/test_sending.py::test_a_repetition_sends_the_bytes_that_were_stored",
    ),
    Bug(
        "timeout-is-failure",
        "a request that got no answer counts as failed",
        (
            Edit(
                ATTEMPT,
                'answer.status is None:\n        return Judgement("unknown", answer.message)',
                'answer.status is None:\n        return Judgement("refused", answer.message)',
            ),
        ),
        "tests/unit/domain/test_attempt.py::test_what_never_left_is_proven_unsent_and_what_was_lost_is_unknown",
    ),
    Bug(
        "server-error-is-failure",
        "an answer of 500 and above counts as failed",
        (
            Edit(
                ATTEMPT,
                "    if status == 429:\n",
                '    if status >= 500:\n        return Judgement("refused", code)\n    if status == 429:\n',
            ),
        ),
        "tests/unit/domain/test_attempt.py::test_odd_answers_and_every_server_error_are_unknown",
    ),
    Bug(
        "unread-success-is-done",
        "a 2xx answer that could not be read counts as done",
        (
            Edit(
                ATTEMPT,
                "    judged = None if answer.fact is None else judge_fact(wish, answer.fact)\n",
                "    if answer.fact is None:\n"
                '        return Judgement("succeeded", None)\n'
                "    judged = judge_fact(wish, answer.fact)\n",
            ),
        ),
        "tests/unit/domain/test_attempt.py::test_odd_answers_and_every_server_error_are_unknown",
    ),
    Bug(
        "amount-mismatch-accepted",
        "an answer about another amount than was asked for counts as done",
        (
            Edit(
                ATTEMPT,
                'return Judgement("succeeded", None, charge.id) if charge.captured == wish.amount else None',
                'return Judgement("succeeded", None, charge.id)',
            ),
        ),
        "tests/unit/domain/test_attempt.py::test_an_object_proves_a_wish_only_when_id_amount_and_state_fit",
    ),
    Bug(
        "cancellation-swallowed",
        "a request that was cancelled on its way counts as never sent",
        (
            Edit(
                "amazon/exchange.py",
                "    except (httpx.HTTPError, RuntimeError, OSError, ValueError) as error:",
                "    except RuntimeError as error:\n"
                "        raise UnreachableError('The request was cancelled.') from error\n"
                "    except (httpx.HTTPError, OSError, ValueError) as error:",
            ),
        ),
        "tests/amazon/test_client.py::test_lost_answer_of_a_write_is_unknown_and_sent_once",
    ),
    Bug(
        "sender-dies-with-its-screen",
        "a dialog that closes takes what was confirmed in it along",
        (
            Edit(
                "backoffice/outbox.py",
                "            self._send(intent)\n        return intent",
                "            self._sender.owner = threading.current_thread()\n"
                "            self._send(intent)\n        return intent",
            ),
            Edit(
                SENDER, "        self._jitter = jitter\n", "        self._jitter = jitter\n        self.owner = None\n"
            ),
            Edit(
                SENDER,
                "            if self._stop.is_set():\n                return self._unsent(intent, _ENDED, unsure)",
                "            if self._stop.is_set() or (self.owner and not self.owner.is_alive()):\n"
                "                return self._unsent(intent, _ENDED, unsure)",
            ),
        ),
        "tests/backoffice/test_sending.py::test_what_was_confirmed_is_sent_although_whoever_confirmed_it_is_gone",
    ),
    Bug(
        "no-hangup-handler",
        "nothing handles the hangup of a terminal",
        (
            Edit(
                "tui/lifecycle.py",
                "SIGNALS: Final = (signal.SIGHUP, signal.SIGTERM)",
                "SIGNALS: Final = (signal.SIGTERM,)",
            ),
        ),
        "tests/tui/test_lifecycle.py::test_sighup_stops_the_desk_and_exits_129",
    ),
    Bug(
        "default-transactions",
        "the database is used with the transactions that Python's module begins by itself",
        (
            Edit("store/sqlite.py", "isolation_level=None", 'isolation_level=""'),
            Edit(
                "store/engine.py",
                'connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")',
                "del writing",
            ),
        ),
        "tests/storage/test_rivals.py::test_of_eight_processes_one_gets_each_order_and_the_others_hear_who_and_when",
    ),
    Bug(
        "deferred-begin",
        "a transaction that writes takes its lock only when it writes",
        (Edit("store/engine.py", '"BEGIN IMMEDIATE" if writing else "BEGIN"', '"BEGIN"'),),
        "tests/storage/test_rivals.py::test_of_eight_processes_one_gets_each_order_and_the_others_hear_who_and_when",
    ),
    Bug(
        "no-unique-index",
        "the database itself lets an order have two open actions",
        (
            Edit(
                "store/migrations/journal.sql",
                "CREATE UNIQUE INDEX intent_one_open_per_order",
                "CREATE INDEX intent_one_open_per_order",
            ),
        ),
        "tests/store/test_journal.py::test_a_second_open_intent_is_refused_by_the_database_itself",
    ),
    Bug(
        "synchronous-normal",
        "a commit to the journal is not on disk when it returns",
        (Edit("store/sqlite.py", '"PRAGMA synchronous = FULL"', '"PRAGMA synchronous = NORMAL"'),),
        "tests/store/test_journal.py::test_the_connection_keeps_its_promises",
    ),
    Bug(
        "outcome-before-evidence",
        "an outcome is durable before what proves it",
        (
            Edit(JOURNAL, "                session.add(evidence)\n", ""),
            Edit(
                JOURNAL,
                "        return self.file.despite_full_disk(write)\n\n    def move(",
                "        done = self.file.despite_full_disk(write)\n"
                "        with self.file.writing() as (session, _audit):\n"
                "            session.add(to_evidence(intent_id, attempt, answer, to_text(at), len(answer.raw)))\n"
                "        return done\n\n    def move(",
            ),
        ),
        "tests/store/test_evidence.py::test_no_commit_leaves_an_outcome_without_what_proves_it",
    ),
    Bug(
        "cache-is-the-truth",
        "what is compared before sending comes from the cache, not from Amazon",
        (
            Edit(
                SENDER,
                "            order = self._reading.order(wish.order_id)\n",
                "            order = self._reading._reader.order(wish.order_id)\n",
            ),
        ),
        "tests/backoffice/test_act.py::test_a_difference_found_before_sending_stops_it",
    ),
    Bug(
        "machine-sends-the-unsent",
        "the next start sends what an earlier process confirmed and never sent",
        (
            Edit(
                SENDER,
                '        if intent.state == "intent":\n            return self._unsent(',
                '        if intent.state == "intent":\n            return self.send_new(intent)\n'
                '        if intent.state == "intent":\n            return self._unsent(',
            ),
        ),
        "tests/backoffice/test_unknown.py::test_a_never_sent_intent_is_never_sent_by_a_machine",
    ),
    Bug(
        "key-rotated-without-proof",
        "a new key is made although nothing proved that the old one had no effect",
        (Edit(JOURNAL, '.in_(("declined", "refused"))', '.in_(("declined", "refused", "abandoned", "unknown"))'),),
        "tests/store/test_journal.py::test_the_counter_rises_only_with_proof_or_a_persons_word",
    ),
    Bug(
        "key-never-rotated",
        "a wish that was refused and is confirmed again has the key of the refusal",
        (Edit(JOURNAL, '.in_(("declined", "refused"))', ".in_(())"),),
        "tests/store/test_journal.py::test_the_counter_rises_only_with_proof_or_a_persons_word",
    ),
    Bug(
        "state-error-is-refusal",
        "an error about the state counts as a refusal, although an earlier try may have caused the state",
        (Edit(ATTEMPT, "if code in _REFUSALS and attempt == 1:", "if code in _REFUSALS:"),),
        "tests/unit/domain/test_attempt.py::test_a_known_refusal_counts_only_while_no_attempt_may_have_had_an_effect",
    ),
    Bug(
        "unknown-word-guessed",
        "a state that is not known is taken for a common one",
        (
            Edit(
                "amazon/v2/translate.py",
                "    return Charge(\n        id=charge_id,\n        state=status.state,",
                "    from azpay_tui.domain.states import CHARGE_STATES\n\n"
                "    return Charge(\n        id=charge_id,\n"
                "        state=status.state if status.state in CHARGE_STATES else 'Authorized',",
            ),
        ),
        "tests/amazon/test_wire.py::test_unknown_words_and_keys_are_kept_or_ignored",
    ),
    Bug(
        "float-amount",
        "amounts go through floating point",
        (
            Edit(
                "domain/money.py",
                'return Money(int(match["whole"] + fraction[:exponent].ljust(exponent, "0")), currency)',
                "return Money(int(float(text) * 10**exponent), currency)",
            ),
        ),
        "tests/amazon/test_wire.py::test_every_amount_comes_back_as_it_was",
    ),
    Bug(
        "yen-with-decimals",
        "the yen has two decimals",
        (Edit("domain/money.py", '"JPY": 0,', '"JPY": 2,'),),
        "tests/unit/domain/test_money.py::test_amounts_are_read_into_minor_units",
    ),
    Bug(
        "two-retry-layers",
        "the line to Amazon repeats what its user repeats too",
        (
            Edit(
                "amazon/v2/line.py",
                "        self.throttle.acquire(counted.operation, urgent=urgent)\n"
                "        return self._exchange(request, counted, time.monotonic() + self.patience.total)",
                "        for attempt in stamina.retry_context(on=ConnectionLostError, attempts=3, wait_initial=0.01):\n"
                "            with attempt:\n"
                "                self.throttle.acquire(counted.operation, urgent=urgent)\n"
                "                received = self._exchange(request, counted, time.monotonic() + self.patience.total)\n"
                "        return received",
            ),
        ),
        "tests/amazon/test_client.py::test_lost_answer_of_a_write_is_unknown_and_sent_once",
    ),
    Bug(
        "retry-for-ever",
        "an outcome that cannot be learned is looked for until the end of days, and no person is asked",
        (
            Edit(
                OUTCOMES,
                'return self.end(intent, "attention", "The outcome could not be learned: a person must look and '
                'decide.")',
                'return self._journal.move(intent.id, "unknown", None, "janitor", now, next_due=now + RETRY_AFTER[-1])',
            ),
        ),
        "tests/backoffice/test_unknown.py::test_after_all_looks_a_person_is_asked_and_decides",
    ),
    Bug(
        "refresh-spends-the-quota",
        "a refresh leaves nothing of Amazon's quota to what moves money",
        (
            Edit(
                "amazon/throttle.py",
                "bucket.wait(0 if urgent else min(RESERVE, bucket.quota.burst - 1))",
                "bucket.wait(0)",
            ),
        ),
        "tests/amazon/test_throttle.py::test_refresh_leaves_tokens_for_money",
    ),
    Bug(
        "partial-page-moves-the-cursor",
        "a source that broke off in the middle is not asked again for what it did not give",
        (
            Edit(
                "backoffice/sources/outcome.py",
                "return replace(state, ok=False, message=sentence, failures=failures, next_at=now + wait)",
                "return replace(\n"
                "            state,\n"
                "            ok=False,\n"
                "            message=sentence,\n"
                "            failures=failures,\n"
                "            next_at=now + wait,\n"
                "            covered_until=begun.started_at,\n"
                "        )",
            ),
        ),
        "tests/backoffice/test_sources.py::test_a_run_that_fails_keeps_what_came_and_is_repeated_later_and_later",
    ),
    Bug(
        "operator-in-the-body",
        "the bytes of a request hold the name of the person",
        (
            Edit(
                "amazon/v2/requests.py",
                '"POST", "/refunds", _bytes({"chargeId": _target(wish, "charge"), "refundAmount": _price(wish)})',
                '"POST",\n'
                '                "/refunds",\n'
                "                _bytes(\n"
                "                    {\n"
                '                        "chargeId": _target(wish, "charge"),\n'
                '                        "refundAmount": _price(wish),\n'
                '                        "softDescriptor": __import__("getpass").getuser(),\n'
                "                    }\n"
                "                ),",
            ),
        ),
        "tests/amazon/test_client.py::test_requests_are_these_bytes",
    ),
    Bug(
        "clock-is-the-order",
        "which action came first is taken from the clock",
        (
            Edit(
                "store/journal/read.py",
                'return f"{_SELECT} {where}ORDER BY seq DESC LIMIT ?"',
                'return f"{_SELECT} {where}ORDER BY at DESC LIMIT ?"',
            ),
        ),
        "tests/store/test_journal.py::test_intents_are_listed_newest_first",
    ),
    Bug(
        "raw-name-in-a-message",
        "one message shows a name as it came from outside",
        (
            Edit(
                "tui/news.py",
                "    told = display(local(tell(intent, valid, then).text(keys_of), where), 500)",
                "    told = local(tell(intent, valid, then).text(keys_of), where)",
            ),
        ),
        "tests/tui/test_news.py::test_a_word_of_amazons_reaches_no_message_as_it_came",
    ),
)
"""Every bug of the list, in its order."""
