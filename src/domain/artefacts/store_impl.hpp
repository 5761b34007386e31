#pragma once
/// @file
/// What the store's sources share. Only for this folder.

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sync.hpp"
#include "base/trouble.hpp"
#include "domain/artefacts/store.hpp"
#include "drivers/sqlite/sqlite.hpp"

namespace alcove::artefacts {

/// Idle reading connections that are kept open.
inline constexpr std::size_t kReadersKept = 8;

inline constexpr std::string_view kPassagesStage = "passages";
inline constexpr std::string_view kPartsStage = "parts";

/// An artefact's bytes as they lie in the table.
struct Packed {
  std::optional<Bytes> compressed;  ///< Nothing: stored as they are.
  std::int64_t checksum = 0;        ///< Of the stored bytes.
};
/// Costs time: done before the write transaction, not in it.
Packed pack(ByteView bytes);

struct Store::Impl {
  Impl(std::filesystem::path file, sqlite::Database database, Remark remark)
      : path(std::move(file)), notice(std::move(remark)), writer(std::move(database)) {}

  std::filesystem::path path;
  std::string store_id;
  Guarded<Remark> notice;
  Trouble trouble;
  std::atomic<bool> is_damaged{false};
  Guarded<sqlite::Database> writer;
  Guarded<std::vector<sqlite::Database>> readers;
  std::atomic<std::int64_t> last_sequence{0};
  std::int64_t pending_sequence = 0;  ///< Of the running transaction; touched under the writer's lock only.
  std::mutex change_mutex;
  std::condition_variable change_signal;

  /// Reads or makes the store's id.
  Status begin();
  /// One write transaction; its changes become visible to followers after the commit.
  Status write(const std::function<Status(sqlite::Database&)>& use);
  /// One read transaction on a connection of the pool.
  Status read(const std::function<Status(sqlite::Database&)>& use);
  /// Remembers damage of the database for the next start.
  void note_damage(const Error& error);
  Status write_in_transaction(const std::function<Status(sqlite::Database&)>& use);
  Status read_in_transaction(const std::function<Status(sqlite::Database&)>& use);
  /// Reads every page of the results, in steps. Errors: kCorrupt, kCancelled.
  Status read_every_result(const std::stop_token& stop);
  /// Adds a row to `changes` and returns its sequence.
  Result<std::int64_t> add_change(sqlite::Database& database, Change::Kind kind, ContentNumber content,
                                  std::string_view stage, PassageNumber first, std::uint32_t count);
  /// Stores one completion's artefact. False when it was made of a run that the content no longer has.
  Result<bool> put(sqlite::Database& database, const Completion& completion, const Packed& packed);
  /// Writes which contents the members of a content are.
  static Status put_parts(sqlite::Database& database, const Completion& completion);
  /// Reserves a run for a content, giving up an older one.
  Result<PassageNumber> reserve_run(sqlite::Database& database, ContentNumber content, std::uint32_t count);
  /// The run of a content; nothing when it has none.
  static Result<std::optional<Run>> load_run(sqlite::Database& database, ContentNumber content);
  /// Gives up the run of a content, if it has one, with the results that have a row per passage of it, and says so to
  /// the followers.
  Status drop_run(sqlite::Database& database, ContentNumber content);
  /// Containers that an erased content was a member of are to be looked into again when they are used again.
  static Status forget_in_parents(sqlite::Database& database, ContentNumber content);
  /// Removes one artefact.
  Status drop(sqlite::Database& database, ContentNumber content, std::string_view stage);
  /// Removes everything of a content, and the content.
  Status erase(sqlite::Database& database, ContentNumber content);
};

}  // namespace alcove::artefacts
