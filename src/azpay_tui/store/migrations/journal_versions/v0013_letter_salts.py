"""What makes the seal of a letter in the audit chain one that nobody can guess the letter from."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of letters that are there the chain holds a plain hash, and the chain is never changed."""
    op.execute("ALTER TABLE message ADD COLUMN salt TEXT NOT NULL DEFAULT ''")
