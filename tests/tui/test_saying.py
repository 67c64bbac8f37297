"""What was said: no warning gets lost, and the newest messages are remembered."""

from datetime import timedelta

from tests.tui.desk import NOW
from tests.tui.pilot import driven

from azpay_tui.tui.commands import COMMANDS
from azpay_tui.tui.sitting import KEPT, Sitting


async def test_a_command_takes_what_is_typed_behind_its_name_or_says_that_it_does_not() -> None:
    table = {command.id: command for command in COMMANDS}
    async with driven() as console:
        console.screen.run_command(table["view-all"])
        console.screen.run_command(table["find"], "doe")
        assert "in the local cache" in console.said
        assert "Doe" in (console.desk.orders[console.at or ""].buyer_name or "")
        console.screen.run_command(table["down"], "3")
        assert console.said == ":down takes nothing behind it."


async def test_a_warning_that_came_by_itself_stays_until_a_person_takes_note() -> None:
    async with driven() as console:
        console.screen.say("The capture was declined.", warning=True, unasked=True)
        console.screen.say("sending", unasked=True)
        assert console.said == "The capture was declined."
        await console.pilot.pause()
        assert "! 1 unread" in console.lines[-2]
        await console.press("ctrl+c")
        assert "q quits" in console.said
        assert "! 1 unread" in console.lines[-2]
        await console.press("escape")
        assert "unread" not in console.text
        assert [said.text for said in console.app.sitting.said if said.warning] == ["The capture was declined."]


def test_only_the_newest_messages_are_remembered() -> None:
    at = [NOW]
    sitting = Sitting(lambda: at[0])
    for number in range(KEPT + 5):
        at[0] += timedelta(seconds=1)
        sitting.say(str(number))
    assert len(sitting.said) == KEPT
    assert sitting.said[0].text == "5"
    assert sitting.said[-1].at == NOW + timedelta(seconds=KEPT + 5)


def test_what_became_of_an_action_takes_the_place_of_the_warning_that_it_is_unknown() -> None:
    sitting = Sitting(lambda: NOW)
    sitting.say("I-1 UNKNOWN. Do not repeat it.", warning=True, unasked=True, about="I-1")
    sitting.say("I-1: sending", unasked=True)
    assert sitting.line.text.startswith("I-1 UNKNOWN")
    sitting.say("I-1 UNKNOWN. Still.", warning=True, unasked=True, about="I-1")
    assert sitting.unread == 1
    sitting.say("last: captured I-1  ok", unasked=True, about="I-1")
    assert sitting.line.text == "last: captured I-1  ok"
    assert sitting.unread == 0
    assert len(sitting.said) == 4


def test_good_news_of_one_action_leaves_the_warning_about_another() -> None:
    sitting = Sitting(lambda: NOW)
    sitting.say("I-1 UNKNOWN.", warning=True, unasked=True, about="I-1")
    sitting.say("I-2 DECLINED.", warning=True, unasked=True, about="I-2")
    sitting.say("last: captured I-1  ok", unasked=True, about="I-1")
    assert sitting.line.text == "I-2 DECLINED."
    assert sitting.unread == 1
