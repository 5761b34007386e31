-- Searches that people keep by a name, and those they asked last. An account's own, and gone with it.

CREATE TABLE saved_searches (
  id            INTEGER PRIMARY KEY,
  user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name          TEXT    NOT NULL COLLATE NOCASE,
  query         TEXT    NOT NULL,
  mode          TEXT    NOT NULL,   -- as search/option_words.hpp calls it
  sort          TEXT    NOT NULL,   -- likewise
  saved_unix_ms INTEGER NOT NULL,
  UNIQUE (user_id, name)
) STRICT;

-- Left out of backups, so that erased means erased.
CREATE TABLE recent_searches (
  id            INTEGER PRIMARY KEY,
  user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  query         TEXT    NOT NULL,
  mode          TEXT    NOT NULL,
  sort          TEXT    NOT NULL,
  asked_unix_ms INTEGER NOT NULL,
  UNIQUE (user_id, query, mode, sort)
) STRICT;
CREATE INDEX recent_searches_by_age ON recent_searches (user_id, asked_unix_ms);

-- Accounts whose searches are not remembered.
CREATE TABLE searches_not_remembered (
  user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE
) STRICT;
