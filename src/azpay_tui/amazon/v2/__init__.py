"""Today's API: `build` makes the gateway of a profile."""

from azpay_tui.amazon.v2.client import V2Gateway as V2Gateway
from azpay_tui.amazon.v2.factory import build as build
from azpay_tui.amazon.v2.factory import build_probe as build_probe
