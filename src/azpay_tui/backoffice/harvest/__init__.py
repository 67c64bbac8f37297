"""Orders out of whatever a shop can give: any table, JSON, or text in which Amazon's ids stand."""

from azpay_tui.backoffice.harvest.harvest import Harvest, read, read_records
from azpay_tui.backoffice.harvest.reading import BadLine, Environment, Reading, Stopped
from azpay_tui.backoffice.harvest.taking import BATCH, Report, take

__all__ = [
    "BATCH",
    "BadLine",
    "Environment",
    "Harvest",
    "Reading",
    "Report",
    "Stopped",
    "read",
    "read_records",
    "take",
]
