-- Libraries, their folders and files. Names are bytes, as the file system has them. Device numbers are never stored:
-- they change with a remount.

CREATE TABLE libraries (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  name              TEXT    NOT NULL UNIQUE,
  root              BLOB    NOT NULL UNIQUE,          -- absolute path
  state             INTEGER NOT NULL DEFAULT 0,       -- 0 ready, 1 scanning, 2 missing, 3 being removed
  state_reason      TEXT    NOT NULL DEFAULT '',
  added_unix_ms     INTEGER NOT NULL,
  last_scan_unix_ms INTEGER NOT NULL DEFAULT 0,
  verified_unix_ms  INTEGER NOT NULL                  -- when the last verifying walk began
) STRICT;

-- A tree by parent, so that renaming the topmost folder changes one row. The root of a library has parent 0 and an
-- empty name.
CREATE TABLE folders (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  library_id INTEGER NOT NULL REFERENCES libraries (id),
  parent_id  INTEGER NOT NULL,
  name       BLOB    NOT NULL,
  inode      INTEGER NOT NULL,
  present    INTEGER NOT NULL CHECK (present IN (0, 1)),
  UNIQUE (library_id, parent_id, name)
) STRICT;
CREATE INDEX folders_by_parent ON folders (parent_id);
CREATE INDEX folders_by_inode ON folders (library_id, inode);

-- A file that vanished keeps its row (present = 0) for 30 days, so that one that comes back keeps its id.
CREATE TABLE files (
  id                    INTEGER PRIMARY KEY AUTOINCREMENT,
  library_id            INTEGER NOT NULL REFERENCES libraries (id),
  folder_id             INTEGER NOT NULL REFERENCES folders (id),
  name                  BLOB    NOT NULL,
  present               INTEGER NOT NULL CHECK (present IN (0, 1)),
  appeared_unix_ms      INTEGER NOT NULL,             -- start of the pass that first saw it
  missing_since_unix_ms INTEGER NOT NULL DEFAULT 0,   -- start of the pass that missed it; 0 while present
  size_bytes            INTEGER NOT NULL,
  mtime_ns              INTEGER NOT NULL,
  ctime_ns              INTEGER NOT NULL,
  inode                 INTEGER NOT NULL,
  sha256                BLOB,                         -- NULL: the bytes were not read since they changed
  content_number        INTEGER NOT NULL DEFAULT 0,   -- cache, valid for one artefact store (files_settings.store_id)
  reader                TEXT    NOT NULL,
  problem               TEXT    NOT NULL DEFAULT '',  -- why it cannot be read: a code of base/remark.hpp
  pending               INTEGER NOT NULL DEFAULT 1,   -- 0 nothing, 1 to be read, 2 to be checked, 3 to be verified
  cost                  INTEGER NOT NULL,             -- order of reading: small ones first
  UNIQUE (folder_id, name)
) STRICT;
CREATE INDEX files_by_inode ON files (library_id, inode);
CREATE INDEX files_by_content ON files (content_number) WHERE content_number <> 0;
CREATE INDEX files_by_hash ON files (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX files_pending ON files (pending, cost, mtime_ns DESC) WHERE pending <> 0 AND present = 1;
CREATE INDEX files_missing ON files (missing_since_unix_ms) WHERE present = 0;

-- The newest change of each file, for indexes that follow names. Numbers only grow.
CREATE TABLE file_changes (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  file_id  INTEGER NOT NULL UNIQUE,
  present  INTEGER NOT NULL
) STRICT;

CREATE TABLE files_settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
