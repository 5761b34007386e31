/// @file
/// The artefacts themselves: stored with a checksum, compressed when that pays, in one growing sequence.

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "base/log.hpp"
#include "domain/artefacts/store_impl.hpp"
#include "drivers/crypto/hash.hpp"

namespace alcove::artefacts {

namespace {

constexpr std::int64_t kPlain = 0;
constexpr std::int64_t kZstd = 1;
/// Below this the frame costs more than it saves.
constexpr std::size_t kCompressFrom = 512;
constexpr int kZstdLevel = 3;
/// No artefact unpacks to more: the limit of a message that carries one.
constexpr std::uint64_t kUnpackedMax = 256ULL * 1024 * 1024;

std::unexpected<Error> damaged(const char* why) {
  return fail(ErrorCode::kCorrupt, "A stored result is damaged", std::string("artefact: ") + why);
}

/// The first eight bytes of SHA-256: against decay, not against an attacker.
std::int64_t checksum_of(ByteView bytes) {
  const Sha256 hash = crypto::sha256(bytes);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value = value << 8U | hash[i];
  }
  return std::bit_cast<std::int64_t>(value);
}

std::optional<Bytes> compress(ByteView bytes) {
  if (bytes.size() < kCompressFrom) {
    return std::nullopt;
  }
  Bytes out(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kZstdLevel);
  if (ZSTD_isError(size) != 0 || size > bytes.size() * 9 / 10) {
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

Result<Bytes> unpacked(ByteView bytes, std::int64_t compression, std::int64_t size_bytes) {
  if (compression == kPlain) {
    return Bytes(bytes.begin(), bytes.end());
  }
  if (compression != kZstd || size_bytes < 0 || static_cast<std::uint64_t>(size_bytes) > kUnpackedMax) {
    return damaged("unknown compression or size");
  }
  Bytes out(static_cast<std::size_t>(size_bytes));
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0 || size != out.size()) {
    return damaged("does not unpack");
  }
  return out;
}

constexpr const char* kColumns =
    "SELECT a.sequence, a.content, a.stage, a.fingerprint, a.made_at, a.machine, a.cpu_ms, a.size_bytes, "
    "coalesce(r.first, 0), coalesce(r.count, 0), a.compression, a.checksum, a.data "
    "FROM artefacts a LEFT JOIN passage_runs r ON r.content = a.content AND a.stage = 'passages' ";

Artefact describe_row(const sqlite::Statement& row) {
  return {.sequence = row.column_int64(0),
          .content = ContentNumber{static_cast<std::uint32_t>(row.column_int64(1))},
          .stage = std::string(row.column_text(2)),
          .fingerprint = std::string(row.column_text(3)),
          .made_at = UnixMillis{row.column_int64(4)},
          .machine = std::string(row.column_text(5)),
          .cpu_ms = static_cast<std::uint32_t>(row.column_int64(6)),
          .size_bytes = row.column_int64(7),
          .data = {},
          .first_passage = PassageNumber{static_cast<std::uint32_t>(row.column_int64(8))},
          .passage_count = static_cast<std::uint32_t>(row.column_int64(9))};
}

}  // namespace

Packed pack(ByteView bytes) {
  Packed packed{.compressed = compress(bytes), .checksum = 0};
  packed.checksum = checksum_of(packed.compressed ? ByteView(*packed.compressed) : bytes);
  return packed;
}

Result<std::int64_t> Store::Impl::add_change(sqlite::Database& database, Change::Kind kind, ContentNumber content,
                                             std::string_view stage, PassageNumber first, std::uint32_t count) {
  if (kind == Change::Kind::kPut) {
    ALCOVE_TRY(auto forget, database.prepare("DELETE FROM changes WHERE kind = 0 AND content = ? AND stage = ?"));
    ALCOVE_TRY_VOID(forget.bind(1, std::int64_t{content.value}).bind(2, stage).run());
  }
  ALCOVE_TRY(auto insert, database.prepare("INSERT INTO changes (kind, content, stage, first_passage, passage_count) "
                                           "VALUES (?, ?, ?, ?, ?)"));
  insert.bind(1, std::int64_t{kind == Change::Kind::kPut ? 0 : 1}).bind(2, std::int64_t{content.value}).bind(3, stage);
  insert.bind(4, std::int64_t{first.value}).bind(5, std::int64_t{count});
  ALCOVE_TRY_VOID(insert.run());
  pending_sequence = database.last_insert_rowid();
  return pending_sequence;
}

Result<std::optional<Store::Run>> Store::Impl::load_run(sqlite::Database& database, ContentNumber content) {
  ALCOVE_TRY(auto find, database.prepare("SELECT first, count FROM passage_runs WHERE content = ?"));
  ALCOVE_TRY(const bool found, find.bind(1, std::int64_t{content.value}).step());
  if (!found) {
    return std::optional<Run>();
  }
  return std::optional(Run{.content = content,
                           .first = PassageNumber{static_cast<std::uint32_t>(find.column_int64(0))},
                           .count = static_cast<std::uint32_t>(find.column_int64(1))});
}

Status Store::Impl::drop_run(sqlite::Database& database, ContentNumber content) {
  ALCOVE_TRY(const auto run, load_run(database, content));
  if (!run) {
    return {};
  }
  for (const char* sql :
       {"DELETE FROM changes WHERE kind = 0 AND content = ?1 AND stage IN (SELECT stage FROM artefacts WHERE "
        "content = ?1 AND run_first = ?2)",
        "DELETE FROM artefacts WHERE content = ?1 AND run_first = ?2"}) {
    ALCOVE_TRY(auto remove, database.prepare(sql));
    ALCOVE_TRY_VOID(remove.bind(1, std::int64_t{content.value}).bind(2, std::int64_t{run->first.value}).run());
  }
  ALCOVE_TRY_VOID(add_change(database, Change::Kind::kRemoved, content, "passages", run->first, run->count));
  ALCOVE_TRY(auto remove, database.prepare("DELETE FROM passage_runs WHERE content = ?"));
  return remove.bind(1, std::int64_t{content.value}).run();
}

Result<PassageNumber> Store::Impl::reserve_run(sqlite::Database& database, ContentNumber content, std::uint32_t count) {
  ALCOVE_TRY_VOID(drop_run(database, content));
  if (count == 0) {
    return PassageNumber{};
  }
  ALCOVE_TRY(const auto next, database.query_int64("SELECT value FROM meta WHERE key = 'next_passage'"));
  const std::int64_t first = next.value_or(1);
  if (!std::in_range<std::uint32_t>(first + count)) {
    return fail(ErrorCode::kTooLarge, "The artefact store has run out of passage numbers");
  }
  ALCOVE_TRY(auto advance, database.prepare("UPDATE meta SET value = ? WHERE key = 'next_passage'"));
  ALCOVE_TRY_VOID(advance.bind(1, first + count).run());
  ALCOVE_TRY(auto insert, database.prepare("INSERT INTO passage_runs (content, first, count) VALUES (?, ?, ?)"));
  ALCOVE_TRY_VOID(insert.bind(1, std::int64_t{content.value}).bind(2, first).bind(3, std::int64_t{count}).run());
  return PassageNumber{static_cast<std::uint32_t>(first)};
}

Result<bool> Store::Impl::put(sqlite::Database& database, const Completion& completion, const Packed& packed) {
  PassageNumber first;
  std::uint32_t count = 0;
  if (completion.stage == kPassagesStage) {
    ALCOVE_TRY(first, reserve_run(database, completion.content, completion.passage_count));
    count = completion.passage_count;
  } else {
    ALCOVE_TRY(const auto run, load_run(database, completion.content));
    if (completion.of_run && (!run || run->first != completion.of_run)) {
      return false;
    }
    first = run ? run->first : PassageNumber{};
    count = run ? run->count : 0;
  }
  ALCOVE_TRY(const std::int64_t sequence,
             add_change(database, Change::Kind::kPut, completion.content, completion.stage, first, count));
  const Bytes& data = *completion.data;
  const ByteView stored = packed.compressed ? ByteView(*packed.compressed) : ByteView(data);
  ALCOVE_TRY(
      auto insert,
      database.prepare(
          "INSERT OR REPLACE INTO artefacts (content, stage, sequence, fingerprint, made_at, machine, "
          "cpu_ms, size_bytes, compression, checksum, run_first, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.bind(1, std::int64_t{completion.content.value}).bind(2, std::string_view(completion.stage)).bind(3, sequence);
  insert.bind(4, std::string_view(completion.fingerprint)).bind(5, now_unix_millis().value);
  insert.bind(6, std::string_view(completion.machine)).bind(7, std::int64_t{completion.cpu_ms});
  insert.bind(8, static_cast<std::int64_t>(data.size())).bind(9, packed.compressed ? kZstd : kPlain);
  insert.bind(10, packed.checksum).bind(11, std::int64_t{completion.of_run.value}).bind(12, stored);
  ALCOVE_TRY_VOID(insert.run());
  return true;
}

Result<std::optional<Artefact>> Store::find(ContentNumber content, std::string_view stage) {
  std::optional<Artefact> artefact;
  std::optional<Error> decayed;  // Of this one only; an error of the transaction is the database's.
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto row, database.prepare(std::string(kColumns) + "WHERE a.content = ? AND a.stage = ?"));
    ALCOVE_TRY(const bool found, row.bind(1, std::int64_t{content.value}).bind(2, stage).step());
    if (!found) {
      return {};
    }
    Artefact read = describe_row(row);
    const ByteView stored = row.column_blob(12);
    auto data = checksum_of(stored) == row.column_int64(11) ? unpacked(stored, row.column_int64(10), read.size_bytes)
                                                            : Result<Bytes>(damaged("wrong checksum"));
    if (data) {
      read.data = std::move(*data);
    } else {
      decayed = std::move(data.error());
    }
    artefact = std::move(read);
    return {};
  }));
  if (decayed) {
    log_warning("artefacts", "{} of content {} is damaged and is made again", stage, content.value);
    ALCOVE_TRY_VOID(remake(*artefact));
    return std::unexpected(std::move(*decayed));
  }
  return artefact;
}

Status Store::remake(const Artefact& artefact) {
  return impl_->write([&](sqlite::Database& database) -> Status {
    // Only what was read: meanwhile another reader may have met the damage, or a lane have made it anew.
    ALCOVE_TRY(auto same, database.prepare("SELECT 1 FROM artefacts WHERE content = ? AND stage = ? AND sequence = ?"));
    same.bind(1, std::int64_t{artefact.content.value}).bind(2, std::string_view(artefact.stage));
    ALCOVE_TRY(const bool is_there, same.bind(3, artefact.sequence).step());
    same.reset();
    if (!is_there) {
      return {};
    }
    ALCOVE_TRY_VOID(impl_->drop(database, artefact.content, artefact.stage));
    ALCOVE_TRY(auto want, database.prepare("INSERT INTO tasks (content, stage, state, priority, changed_at, "
                                           "fingerprint) VALUES (?, ?, 0, 0, ?, ?) ON CONFLICT DO NOTHING"));
    want.bind(1, std::int64_t{artefact.content.value}).bind(2, std::string_view(artefact.stage));
    return want.bind(3, now_unix_millis().value).bind(4, std::string_view(artefact.fingerprint)).run();
  });
}

Result<std::vector<Artefact>> Store::list(ContentNumber content) {
  std::vector<Artefact> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows, database.prepare(std::string(kColumns) + "WHERE a.content = ? ORDER BY a.sequence"));
    rows.bind(1, std::int64_t{content.value});
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        return {};
      }
      found.push_back(describe_row(rows));
    }
  }));
  return found;
}

Status Store::Impl::drop(sqlite::Database& database, ContentNumber content, std::string_view stage) {
  for (const char* sql : {"DELETE FROM changes WHERE kind = 0 AND content = ? AND stage = ?",
                          "DELETE FROM artefacts WHERE content = ? AND stage = ?"}) {
    ALCOVE_TRY(auto remove, database.prepare(sql));
    ALCOVE_TRY_VOID(remove.bind(1, std::int64_t{content.value}).bind(2, stage).run());
  }
  if (stage == kPassagesStage) {
    return drop_run(database, content);
  }
  ALCOVE_TRY_VOID(add_change(database, Change::Kind::kRemoved, content, stage, {}, 0));
  return {};
}

Status Store::drop(ContentNumber content, std::string_view stage) {
  return impl_->write([&](sqlite::Database& database) { return impl_->drop(database, content, stage); });
}

Status Store::Impl::erase(sqlite::Database& database, ContentNumber content) {
  ALCOVE_TRY_VOID(drop_run(database, content));
  ALCOVE_TRY_VOID(forget_in_parents(database, content));
  ALCOVE_TRY_VOID(add_change(database, Change::Kind::kRemoved, content, "", {}, 0));
  for (const char* sql : {"DELETE FROM artefacts WHERE content = ?", "DELETE FROM tasks WHERE content = ?",
                          "DELETE FROM changes WHERE kind = 0 AND content = ?", "DELETE FROM parts WHERE parent = ?",
                          "DELETE FROM contents WHERE number = ?"}) {
    ALCOVE_TRY(auto remove, database.prepare(sql));
    ALCOVE_TRY_VOID(remove.bind(1, std::int64_t{content.value}).run());
  }
  return {};
}

Status Store::erase(ContentNumber content) {
  return impl_->write([&](sqlite::Database& database) { return impl_->erase(database, content); });
}

Result<bool> Store::erase_orphaned(ContentNumber content, UnixMillis before) {
  bool is_orphaned = false;
  ALCOVE_TRY_VOID(impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto find, database.prepare("SELECT 1 FROM contents WHERE number = ? AND orphaned_since < ?"));
    ALCOVE_TRY(is_orphaned, find.bind(1, std::int64_t{content.value}).bind(2, before.value).step());
    find.reset();
    return is_orphaned ? impl_->erase(database, content) : Status{};
  }));
  return is_orphaned;
}

Result<std::vector<ContentNumber>> Store::stale(std::string_view stage, std::string_view fingerprint,
                                                ContentNumber after, std::size_t limit) {
  std::vector<ContentNumber> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows, database.prepare("SELECT content FROM artefacts WHERE stage = ? AND content > ? AND "
                                           "fingerprint <> ? ORDER BY content LIMIT ?"));
    rows.bind(1, stage)
        .bind(2, std::int64_t{after.value})
        .bind(3, fingerprint)
        .bind(4, static_cast<std::int64_t>(limit));
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        return {};
      }
      found.push_back(ContentNumber{static_cast<std::uint32_t>(rows.column_int64(0))});
    }
  }));
  return found;
}

Result<std::vector<ContentNumber>> Store::missing(std::string_view stage, Among among, ContentNumber after,
                                                  std::size_t limit) {
  std::vector<ContentNumber> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    std::string sql =
        "SELECT number FROM contents WHERE number > ?1 AND orphaned_since IS NULL AND NOT EXISTS (SELECT 1 FROM "
        "artefacts WHERE content = number AND stage = ?2) AND NOT EXISTS (SELECT 1 FROM tasks WHERE content = number "
        "AND stage = ?2) ";
    if (among == Among::kWithPassages) {
      sql += "AND EXISTS (SELECT 1 FROM passage_runs WHERE content = number) ";
    }
    ALCOVE_TRY(auto rows, database.prepare(sql + "ORDER BY number LIMIT ?3"));
    rows.bind(1, std::int64_t{after.value}).bind(2, stage).bind(3, static_cast<std::int64_t>(limit));
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        return {};
      }
      found.push_back(ContentNumber{static_cast<std::uint32_t>(rows.column_int64(0))});
    }
  }));
  return found;
}

Result<std::vector<std::string>> Store::check(bool deep, const Context& context) {
  std::vector<std::string> findings;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    auto sound = database.check_integrity(deep, context);
    ALCOVE_TRY_VOID(context.check());
    if (!sound) {
      findings.push_back(sound.error().detail);
      return {};
    }
    if (!deep) {
      return {};
    }
    ALCOVE_TRY(auto rows, database.prepare("SELECT content, stage, checksum, data FROM artefacts"));
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        return {};
      }
      ALCOVE_TRY_VOID(context.check());
      if (checksum_of(rows.column_blob(3)) != rows.column_int64(2)) {
        findings.push_back("content " + std::to_string(rows.column_int64(0)) + ", stage " +
                           std::string(rows.column_text(1)) + ": wrong checksum");
      }
    }
  }));
  return findings;
}

Result<bool> Store::has_results(std::string_view stage) {
  bool found = false;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto look, database.prepare("SELECT 1 FROM artefacts WHERE stage = ? LIMIT 1"));
    ALCOVE_TRY(found, look.bind(1, stage).step());
    return {};
  }));
  return found;
}

namespace {

/// Every state is named, so that the index of states and stages serves.
constexpr const char* kForgetTasks = "DELETE FROM tasks WHERE state IN (0, 1, 2, 3) AND stage = ?";
constexpr const char* kAnyTask = "SELECT 1 FROM tasks WHERE state IN (0, 1, 2, 3) AND stage = ? LIMIT 1";

}  // namespace

Result<bool> Store::erase_stage_some(std::string_view stage, std::size_t limit) {
  bool more = false;
  ALCOVE_TRY_VOID(impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto forget, database.prepare(kForgetTasks));
    ALCOVE_TRY_VOID(forget.bind(1, stage).run());
    std::vector<std::int64_t> contents;
    {
      ALCOVE_TRY(auto some, database.prepare("SELECT content FROM artefacts WHERE stage = ? LIMIT ?"));
      some.bind(1, stage).bind(2, static_cast<std::int64_t>(limit));
      while (true) {
        ALCOVE_TRY(const bool found, some.step());
        if (!found) {
          break;
        }
        contents.push_back(some.column_int64(0));
      }
    }
    for (const char* sql : {"DELETE FROM changes WHERE kind = 0 AND content = ? AND stage = ?",
                            "DELETE FROM artefacts WHERE content = ? AND stage = ?"}) {
      ALCOVE_TRY(auto remove, database.prepare(sql));
      for (const std::int64_t content : contents) {
        ALCOVE_TRY_VOID(remove.bind(1, content).bind(2, stage).run());
        remove.reset();
      }
    }
    more = !contents.empty();
    if (!more) {
      ALCOVE_TRY_VOID(impl_->add_change(database, Change::Kind::kRemoved, ContentNumber{}, stage, PassageNumber{}, 0));
    }
    return {};
  }));
  return more;
}

Status Store::forget_tasks(std::string_view stage) {
  bool has_any = false;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto look, database.prepare(kAnyTask));
    ALCOVE_TRY(has_any, look.bind(1, stage).step());
    return {};
  }));
  return !has_any ? Status{} : impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto forget, database.prepare(kForgetTasks));
    return forget.bind(1, stage).run();
  });
}

}  // namespace alcove::artefacts
