-- The artefact store. Format: docs/formats/artefacts.md. May be lost at the price of computing; never holds decisions.
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- A number is never used again (AUTOINCREMENT), so a stale one names nothing.
CREATE TABLE contents (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  sha256 BLOB NOT NULL,
  reader TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  orphaned_since INTEGER,
  UNIQUE (sha256, reader)
);
CREATE INDEX contents_orphaned ON contents (orphaned_since) WHERE orphaned_since IS NOT NULL;

CREATE TABLE artefacts (
  content INTEGER NOT NULL,
  stage TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  machine TEXT NOT NULL,
  cpu_ms INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  compression INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  run_first INTEGER NOT NULL,  -- rows per passage: the run they belong to; else 0
  data BLOB NOT NULL,
  UNIQUE (content, stage)
);
CREATE INDEX artefacts_fingerprint ON artefacts (stage, fingerprint, content);

-- What indexes replay. Only the newest put of a (content, stage) is kept; removals of runs stay.
CREATE TABLE changes (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,
  content INTEGER NOT NULL,
  stage TEXT NOT NULL,
  first_passage INTEGER NOT NULL,
  passage_count INTEGER NOT NULL
);
CREATE INDEX changes_put ON changes (content, stage) WHERE kind = 0;

-- A content's passages are one run of numbers. meta.next_passage never goes back.
CREATE TABLE passage_runs (
  content INTEGER PRIMARY KEY,
  first INTEGER NOT NULL UNIQUE,
  count INTEGER NOT NULL
);

-- Contents inside contents. What else is known of a member, also of those that were not read, lies in the parent's
-- artefact of the stage `parts`, at the same position.
CREATE TABLE parts (
  parent INTEGER NOT NULL,
  position INTEGER NOT NULL,
  content INTEGER NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (parent, position)
) WITHOUT ROWID;
CREATE INDEX parts_content ON parts (content);

-- One row for what is not done: 0 waiting, 1 running, 2 failed, 3 skipped.
CREATE TABLE tasks (
  content INTEGER NOT NULL,
  stage TEXT NOT NULL,
  state INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,   -- of the result that is wanted; of a failed or skipped one: of what failed
  priority INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  crashes INTEGER NOT NULL DEFAULT 0,
  misses INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,
  reason_code TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  reason_values TEXT NOT NULL DEFAULT '',   -- what the reason names, one a line
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (content, stage)
) WITHOUT ROWID;
CREATE INDEX tasks_waiting ON tasks (stage, priority DESC, content) WHERE state = 0;
CREATE INDEX tasks_state ON tasks (state, stage);
CREATE INDEX tasks_missed ON tasks (content) WHERE misses > 0;

-- Executions since the data folder began.
CREATE TABLE runs (stage TEXT PRIMARY KEY, executions INTEGER NOT NULL) WITHOUT ROWID;
