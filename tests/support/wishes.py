"""One wish of each verb, on the order and the charge of `orders`."""

from typing import Final

from tests.support.orders import ORDER, charge_id

from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.money import Money

FIFTY: Final = Money(50_00, "USD")
AUTHORIZE: Final = Wish(Verb.AUTHORIZE, ORDER, ORDER, FIFTY)
CAPTURE: Final = Wish(Verb.CAPTURE, ORDER, charge_id(), FIFTY)
VOID: Final = Wish(Verb.VOID, ORDER, charge_id())
REFUND: Final = Wish(Verb.REFUND, ORDER, charge_id(), FIFTY)
CANCEL: Final = Wish(Verb.CANCEL, ORDER, ORDER)
CLOSE: Final = Wish(Verb.CLOSE, ORDER, ORDER)
WISHES: Final = (AUTHORIZE, CAPTURE, VOID, REFUND, CANCEL, CLOSE)
