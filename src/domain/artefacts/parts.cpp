/// @file
/// Contents inside contents.

#include <utility>

#include "domain/artefacts/store_impl.hpp"

namespace alcove::artefacts {

namespace {

constexpr const char* kColumns = "SELECT parent, position, content, path FROM parts ";

/// Containers around one that are followed; the engine goes less deep.
constexpr std::int64_t kDepthMax = 64;

ContentNumber content_at(const sqlite::Statement& row, int column) {
  return ContentNumber{static_cast<std::uint32_t>(row.column_int64(column))};
}

Status collect(sqlite::Statement& rows, std::vector<Part>& out) {
  while (true) {
    ALCOVE_TRY(const bool more, rows.step());
    if (!more) {
      return {};
    }
    out.push_back({.parent = content_at(rows, 0),
                   .position = static_cast<std::uint32_t>(rows.column_int64(1)),
                   .content = content_at(rows, 2),
                   .path = std::string(rows.column_text(3))});
  }
}

}  // namespace

Status Store::Impl::put_parts(sqlite::Database& database, const Completion& completion) {
  const std::int64_t parent = completion.content.value;
  ALCOVE_TRY(auto clear, database.prepare("DELETE FROM parts WHERE parent = ?"));
  ALCOVE_TRY_VOID(clear.bind(1, parent).run());
  if (completion.parts.empty()) {
    return {};
  }
  // A cycle would keep its contents for ever, and whoever follows it would not come back.
  ALCOVE_TRY(auto insert, database.prepare("INSERT OR REPLACE INTO parts (parent, position, content, path) "
                                           "SELECT ?1, ?2, ?3, ?4 WHERE ?3 NOT IN ("
                                           "WITH RECURSIVE around(content) AS (SELECT ?1 UNION SELECT parts.parent "
                                           "FROM parts, around WHERE parts.content = around.content) "
                                           "SELECT content FROM around)"));
  for (const Part& part : completion.parts) {
    insert.bind(1, parent).bind(2, std::int64_t{part.position}).bind(3, std::int64_t{part.content.value});
    ALCOVE_TRY_VOID(insert.bind(4, std::string_view(part.path)).run());
    insert.reset();
  }
  return {};
}

Status Store::Impl::forget_in_parents(sqlite::Database& database, ContentNumber content) {
  ALCOVE_TRY(auto forget, database.prepare("DELETE FROM artefacts WHERE stage = 'parts' AND content IN "
                                           "(SELECT parent FROM parts WHERE content = ?)"));
  ALCOVE_TRY_VOID(forget.bind(1, std::int64_t{content.value}).run());
  ALCOVE_TRY(auto remove, database.prepare("DELETE FROM parts WHERE content = ?"));
  return remove.bind(1, std::int64_t{content.value}).run();
}

Result<std::vector<Part>> Store::parts_of(ContentNumber parent) {
  std::vector<Part> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows, database.prepare(std::string(kColumns) + "WHERE parent = ? ORDER BY position"));
    return collect(rows.bind(1, std::int64_t{parent.value}), found);
  }));
  return found;
}

Result<std::vector<Part>> Store::places_of_part(ContentNumber content, std::size_t limit) {
  std::vector<Part> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows,
               database.prepare(std::string(kColumns) + "WHERE content = ? ORDER BY parent, position LIMIT ?"));
    return collect(rows.bind(1, std::int64_t{content.value}).bind(2, static_cast<std::int64_t>(limit)), found);
  }));
  return found;
}

Result<std::vector<Part>> Store::all_parts() {
  std::vector<Part> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows, database.prepare(kColumns));
    return collect(rows, found);
  }));
  return found;
}

Result<Nesting> Store::nesting_of(ContentNumber content) {
  Nesting nesting;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    // UNION, not UNION ALL: a member of many archives of one archive is followed once per depth.
    ALCOVE_TRY(auto rows,
               database.prepare(
                   "WITH RECURSIVE around(content, depth) AS (SELECT ?1, 0 UNION SELECT parts.parent, depth + 1 FROM "
                   "parts, around WHERE parts.content = around.content AND depth < ?2), "
                   "outermost(content, depth) AS (SELECT content, depth FROM around WHERE NOT EXISTS (SELECT 1 FROM "
                   "parts WHERE parts.content = around.content)), "
                   "inside(content) AS (SELECT content FROM outermost UNION SELECT parts.content FROM parts, inside "
                   "WHERE parts.parent = inside.content) "
                   "SELECT (SELECT min(depth) FROM outermost), count(*), coalesce(sum(size_bytes), 0) FROM parts JOIN "
                   "contents ON number = content WHERE parent IN (SELECT content FROM inside)"));
    ALCOVE_TRY(const bool found, rows.bind(1, std::int64_t{content.value}).bind(2, kDepthMax).step());
    if (found) {
      nesting.depth = static_cast<unsigned>(rows.column_int64(0));
      nesting.parts_around = rows.column_int64(1);
      nesting.bytes_around = rows.column_int64(2);
    }
    return {};
  }));
  return nesting;
}

}  // namespace alcove::artefacts
