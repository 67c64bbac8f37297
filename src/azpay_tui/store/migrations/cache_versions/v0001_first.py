"""The first shape of the cache."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SORTS = {
    "newest": "k_newest, order_id",
    "expires": "k_expires, order_id",
    "amount": "k_currency, k_amount, order_id",
    "number": "k_number, order_id",
    "status": "status, k_newest, order_id",
}
_VIEWS = ("attention", "to_capture", "unpaid", "refunds", "unknown")

_TABLES = (
    """CREATE TABLE state (
        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
        revision INTEGER NOT NULL,
        connection TEXT NOT NULL,
        since INTEGER,
        last_success INTEGER,
        message TEXT NOT NULL,
        journal_id TEXT NOT NULL,
        journal_seq INTEGER NOT NULL
    ) STRICT""",
    "INSERT INTO state VALUES (1, 0, 'STARTING', NULL, NULL, '', '', 0)",
    """CREATE TABLE object (
        object_id TEXT NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        fact TEXT,
        raw TEXT NOT NULL,
        read_at INTEGER,
        tried_at INTEGER,
        due_at INTEGER,
        lapse_at INTEGER,
        attempts INTEGER NOT NULL,
        error TEXT NOT NULL,
        missing INTEGER NOT NULL CHECK (missing IN (0, 1))
    ) STRICT""",
    "CREATE INDEX ix_object_order_id ON object (order_id)",
    "CREATE INDEX object_due ON object (due_at, object_id) WHERE due_at IS NOT NULL AND attempts = 0",
    "CREATE INDEX object_lapse ON object (lapse_at, object_id) WHERE lapse_at IS NOT NULL AND attempts = 0",
    "CREATE INDEX object_failed ON object (due_at, object_id) WHERE attempts > 0",
    """CREATE TABLE list_row (
        rid INTEGER NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL UNIQUE,
        number TEXT,
        status TEXT NOT NULL,
        amount_minor INTEGER,
        amount_currency TEXT,
        amount_exponent INTEGER,
        captured_minor INTEGER,
        captured_currency TEXT,
        captured_exponent INTEGER,
        refunded_minor INTEGER,
        refunded_currency TEXT,
        refunded_exponent INTEGER,
        buyer TEXT,
        created INTEGER,
        expires INTEGER,
        refreshed_at INTEGER,
        ship TEXT NOT NULL,
        attention TEXT NOT NULL,
        changes_at INTEGER,
        search_text TEXT NOT NULL,
        number_folded TEXT NOT NULL,
        in_attention INTEGER NOT NULL,
        in_to_capture INTEGER NOT NULL,
        in_unpaid INTEGER NOT NULL,
        in_refunds INTEGER NOT NULL,
        in_unknown INTEGER NOT NULL,
        k_newest INTEGER NOT NULL,
        k_expires INTEGER NOT NULL,
        k_currency TEXT NOT NULL,
        k_amount INTEGER NOT NULL,
        k_number TEXT NOT NULL,
        k_rank INTEGER NOT NULL,
        k_trouble INTEGER NOT NULL,
        revision INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX row_number ON list_row (number_folded) WHERE number_folded <> ''",
    "CREATE INDEX row_changes ON list_row (changes_at) WHERE changes_at IS NOT NULL",
    "CREATE INDEX row_revision ON list_row (revision)",
    *(f"CREATE INDEX row_all_{name} ON list_row ({keys})" for name, keys in _SORTS.items()),
    *(
        f"CREATE INDEX row_{view}_{name} ON list_row ({keys}) WHERE in_{view} = 1"
        for view in _VIEWS
        for name, keys in _SORTS.items()
    ),
    "CREATE INDEX row_attention_trouble ON list_row (k_rank, k_trouble, order_id) WHERE in_attention = 1",
    # The text is folded before it comes here; single trigrams are looked up and the hit is compared with the text.
    """CREATE VIRTUAL TABLE search USING fts5(search_text, content='list_row', content_rowid='rid',
        tokenize='trigram case_sensitive 1', detail=none, columnsize=0)""",
    "CREATE TABLE view_count (view TEXT NOT NULL PRIMARY KEY, n INTEGER NOT NULL) STRICT",
    """INSERT INTO view_count VALUES
        ('attention', 0), ('to-capture', 0), ('unpaid', 0), ('refunds', 0), ('unknown', 0), ('all', 0)""",
    """CREATE TABLE happening (
        id INTEGER NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        at INTEGER NOT NULL,
        what TEXT NOT NULL,
        object_id TEXT NOT NULL,
        amount_minor INTEGER,
        amount_currency TEXT,
        amount_exponent INTEGER
    ) STRICT""",
    "CREATE INDEX happening_order ON happening (order_id, at)",
    "CREATE TABLE clock_sample (id INTEGER NOT NULL PRIMARY KEY, offset_us INTEGER NOT NULL) STRICT",
)


def upgrade() -> None:
    """Make every table."""
    for statement in _TABLES:
        op.execute(statement)
