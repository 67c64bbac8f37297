CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE state (
        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
        revision INTEGER NOT NULL,
        connection TEXT NOT NULL,
        since INTEGER,
        last_success INTEGER,
        message TEXT NOT NULL,
        journal_id TEXT NOT NULL,
        journal_seq INTEGER NOT NULL
    , shop_asked INTEGER NOT NULL DEFAULT 0, shop_since INTEGER) STRICT;

CREATE TABLE object (
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
    , turn INTEGER) STRICT;

CREATE INDEX ix_object_order_id ON object (order_id);

CREATE INDEX object_lapse ON object (lapse_at, object_id) WHERE lapse_at IS NOT NULL AND attempts = 0;

CREATE INDEX object_failed ON object (due_at, object_id) WHERE attempts > 0;

CREATE TABLE list_row (
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
    , marks TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '', shop_status TEXT, shop_claim TEXT, shop_words TEXT NOT NULL DEFAULT '', shop_named INTEGER NOT NULL DEFAULT 0, differs TEXT NOT NULL DEFAULT '', in_orphans INTEGER NOT NULL DEFAULT 0, in_diverged INTEGER NOT NULL DEFAULT 0, ended_at INTEGER, lapses TEXT NOT NULL DEFAULT '[]') STRICT;

CREATE INDEX row_number ON list_row (number_folded) WHERE number_folded <> '';

CREATE INDEX row_changes ON list_row (changes_at) WHERE changes_at IS NOT NULL;

CREATE INDEX row_revision ON list_row (revision);

CREATE INDEX row_all_newest ON list_row (k_newest, order_id);

CREATE INDEX row_all_expires ON list_row (k_expires, order_id);

CREATE INDEX row_all_amount ON list_row (k_currency, k_amount, order_id);

CREATE INDEX row_all_number ON list_row (k_number, order_id);

CREATE INDEX row_all_status ON list_row (status, k_newest, order_id);

CREATE INDEX row_attention_newest ON list_row (k_newest, order_id) WHERE in_attention = 1;

CREATE INDEX row_attention_expires ON list_row (k_expires, order_id) WHERE in_attention = 1;

CREATE INDEX row_attention_amount ON list_row (k_currency, k_amount, order_id) WHERE in_attention = 1;

CREATE INDEX row_attention_number ON list_row (k_number, order_id) WHERE in_attention = 1;

CREATE INDEX row_attention_status ON list_row (status, k_newest, order_id) WHERE in_attention = 1;

CREATE INDEX row_to_capture_newest ON list_row (k_newest, order_id) WHERE in_to_capture = 1;

CREATE INDEX row_to_capture_expires ON list_row (k_expires, order_id) WHERE in_to_capture = 1;

CREATE INDEX row_to_capture_amount ON list_row (k_currency, k_amount, order_id) WHERE in_to_capture = 1;

CREATE INDEX row_to_capture_number ON list_row (k_number, order_id) WHERE in_to_capture = 1;

CREATE INDEX row_to_capture_status ON list_row (status, k_newest, order_id) WHERE in_to_capture = 1;

CREATE INDEX row_unpaid_newest ON list_row (k_newest, order_id) WHERE in_unpaid = 1;

CREATE INDEX row_unpaid_expires ON list_row (k_expires, order_id) WHERE in_unpaid = 1;

CREATE INDEX row_unpaid_amount ON list_row (k_currency, k_amount, order_id) WHERE in_unpaid = 1;

CREATE INDEX row_unpaid_number ON list_row (k_number, order_id) WHERE in_unpaid = 1;

CREATE INDEX row_unpaid_status ON list_row (status, k_newest, order_id) WHERE in_unpaid = 1;

CREATE INDEX row_refunds_newest ON list_row (k_newest, order_id) WHERE in_refunds = 1;

CREATE INDEX row_refunds_expires ON list_row (k_expires, order_id) WHERE in_refunds = 1;

CREATE INDEX row_refunds_amount ON list_row (k_currency, k_amount, order_id) WHERE in_refunds = 1;

CREATE INDEX row_refunds_number ON list_row (k_number, order_id) WHERE in_refunds = 1;

CREATE INDEX row_refunds_status ON list_row (status, k_newest, order_id) WHERE in_refunds = 1;

CREATE INDEX row_unknown_newest ON list_row (k_newest, order_id) WHERE in_unknown = 1;

CREATE INDEX row_unknown_expires ON list_row (k_expires, order_id) WHERE in_unknown = 1;

CREATE INDEX row_unknown_amount ON list_row (k_currency, k_amount, order_id) WHERE in_unknown = 1;

CREATE INDEX row_unknown_number ON list_row (k_number, order_id) WHERE in_unknown = 1;

CREATE INDEX row_unknown_status ON list_row (status, k_newest, order_id) WHERE in_unknown = 1;

CREATE INDEX row_attention_trouble ON list_row (k_rank, k_trouble, order_id) WHERE in_attention = 1;

CREATE VIRTUAL TABLE search USING fts5(search_text, content='list_row', content_rowid='rid',
        tokenize='trigram case_sensitive 1', detail=none, columnsize=0);

CREATE TABLE view_count (view TEXT NOT NULL PRIMARY KEY, n INTEGER NOT NULL) STRICT;

CREATE TABLE happening (
        id INTEGER NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        at INTEGER NOT NULL,
        what TEXT NOT NULL,
        object_id TEXT NOT NULL,
        amount_minor INTEGER,
        amount_currency TEXT,
        amount_exponent INTEGER
    ) STRICT;

CREATE INDEX happening_order ON happening (order_id, at);

CREATE TABLE clock_sample (id INTEGER NOT NULL PRIMARY KEY, offset_us INTEGER NOT NULL) STRICT;

CREATE INDEX object_due ON object (due_at, object_id)
        WHERE due_at IS NOT NULL AND attempts = 0 AND turn IS NULL;

CREATE INDEX object_turn ON object (turn, object_id) WHERE turn IS NOT NULL;

CREATE TABLE first_read (kind TEXT NOT NULL PRIMARY KEY, total INTEGER NOT NULL, n INTEGER NOT NULL) STRICT;

CREATE TRIGGER first_heard AFTER INSERT ON object WHEN NEW.turn IS NOT NULL BEGIN
        UPDATE first_read SET n = n + 1, total = total + 1 WHERE kind = NEW.kind;
    END;

CREATE TRIGGER first_asked AFTER UPDATE OF turn ON object WHEN OLD.turn IS NOT NULL AND NEW.turn IS NULL BEGIN
        UPDATE first_read SET n = n - 1, total = CASE WHEN n > 1 THEN total ELSE 0 END WHERE kind = NEW.kind;
    END;

CREATE INDEX row_orphans_newest ON list_row (k_newest, order_id) WHERE in_orphans = 1;

CREATE INDEX row_orphans_expires ON list_row (k_expires, order_id) WHERE in_orphans = 1;

CREATE INDEX row_orphans_amount ON list_row (k_currency, k_amount, order_id) WHERE in_orphans = 1;

CREATE INDEX row_orphans_number ON list_row (k_number, order_id) WHERE in_orphans = 1;

CREATE INDEX row_orphans_status ON list_row (status, k_newest, order_id) WHERE in_orphans = 1;

CREATE INDEX row_diverged_newest ON list_row (k_newest, order_id) WHERE in_diverged = 1;

CREATE INDEX row_diverged_expires ON list_row (k_expires, order_id) WHERE in_diverged = 1;

CREATE INDEX row_diverged_amount ON list_row (k_currency, k_amount, order_id) WHERE in_diverged = 1;

CREATE INDEX row_diverged_number ON list_row (k_number, order_id) WHERE in_diverged = 1;

CREATE INDEX row_diverged_status ON list_row (status, k_newest, order_id) WHERE in_diverged = 1;

CREATE INDEX row_unnamed ON list_row (created) WHERE shop_named = 0;

CREATE TABLE source (
        name TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        side TEXT NOT NULL,
        started_at INTEGER,
        ended_at INTEGER,
        covered_until INTEGER,
        next_at INTEGER,
        ok INTEGER CHECK (ok IN (0, 1)),
        message TEXT NOT NULL DEFAULT '',
        lines INTEGER NOT NULL DEFAULT 0,
        orders INTEGER NOT NULL DEFAULT 0,
        ids INTEGER NOT NULL DEFAULT 0,
        bad INTEGER NOT NULL DEFAULT 0,
        replaced INTEGER NOT NULL DEFAULT 0,
        runs INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0
    ) STRICT;

CREATE TABLE report (
        report_id TEXT NOT NULL PRIMARY KEY,
        report_type TEXT NOT NULL,
        start_at INTEGER,
        end_at INTEGER,
        state TEXT NOT NULL,
        document_id TEXT,
        asked_at INTEGER NOT NULL,
        harvested_at INTEGER,
        message TEXT NOT NULL DEFAULT ''
    ) STRICT;

CREATE INDEX row_ended ON list_row (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE lapse (
        rid INTEGER NOT NULL,
        n INTEGER NOT NULL,
        mark TEXT NOT NULL,
        at INTEGER NOT NULL,
        minor INTEGER,
        currency TEXT,
        exponent INTEGER,
        PRIMARY KEY (rid, n)
    ) STRICT, WITHOUT ROWID;

CREATE INDEX lapse_at ON lapse (mark, at, currency, exponent, minor);

CREATE TRIGGER lapse_gone AFTER DELETE ON list_row BEGIN
        DELETE FROM lapse WHERE rid = OLD.rid;
    END;

INSERT INTO alembic_version VALUES ('0005');

INSERT INTO first_read VALUES ('charge', 0, 0);

INSERT INTO first_read VALUES ('permission', 0, 0);

INSERT INTO first_read VALUES ('refund', 0, 0);

INSERT INTO state VALUES (1, 0, 'STARTING', NULL, NULL, '', '', 0, 0, NULL);

INSERT INTO view_count VALUES ('attention', 0);

INSERT INTO view_count VALUES ('to-capture', 0);

INSERT INTO view_count VALUES ('unpaid', 0);

INSERT INTO view_count VALUES ('refunds', 0);

INSERT INTO view_count VALUES ('unknown', 0);

INSERT INTO view_count VALUES ('all', 0);

INSERT INTO view_count VALUES ('orphans', 0);

INSERT INTO view_count VALUES ('diverged', 0);

PRAGMA user_version = 5;

