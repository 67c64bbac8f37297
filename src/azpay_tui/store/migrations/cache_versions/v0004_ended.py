"""Since when nothing is due with an order: from there its buyer's personal data expires."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and find by it the orders that have one."""
    op.execute("ALTER TABLE list_row ADD COLUMN ended_at INTEGER")
    op.execute("CREATE INDEX row_ended ON list_row (ended_at) WHERE ended_at IS NOT NULL")
