-- Accounts and who is signed in. Secrets are kept as hashes only.

CREATE TABLE users (
  id              INTEGER PRIMARY KEY,
  name            TEXT    NOT NULL COLLATE NOCASE UNIQUE,
  password_hash   TEXT    NOT NULL,            -- Argon2id, self-describing
  is_owner        INTEGER NOT NULL CHECK (is_owner IN (0, 1)),
  created_unix_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  id                INTEGER PRIMARY KEY,       -- shown to its user; not the secret
  secret_sha256     BLOB    NOT NULL UNIQUE,
  user_id           INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_unix_ms   INTEGER NOT NULL,
  last_seen_unix_ms INTEGER NOT NULL,
  address           TEXT    NOT NULL,
  user_agent        TEXT    NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Wrong sign-ins per scope: 'account', 'address', or 'known' (an account from an address where it signed in before,
-- counted apart so that strangers cannot keep the owner out).
CREATE TABLE sign_in_attempts (
  scope            TEXT    NOT NULL,
  key              TEXT    NOT NULL,
  failures         INTEGER NOT NULL,
  blocked_until_ms INTEGER NOT NULL,
  last_unix_ms     INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (last_unix_ms);

CREATE TABLE known_addresses (
  user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  address      TEXT    NOT NULL,
  last_unix_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE auth_settings (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
