/// @file
/// The task table: what is not done yet, who runs it, what became of it.

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "domain/artefacts/store_impl.hpp"

namespace alcove::artefacts {

namespace {

constexpr const char* kColumns =
    "SELECT content, stage, state, priority, attempts, crashes, misses, not_before, reason_code, reason, changed_at, "
    "reason_values "
    "FROM tasks ";

RemarkValues split_values(std::string_view lines) {
  RemarkValues values;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    values.emplace_back(line);
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  }
  return values;
}

Task describe_row(const sqlite::Statement& row) {
  return {.content = ContentNumber{static_cast<std::uint32_t>(row.column_int64(0))},
          .stage = std::string(row.column_text(1)),
          .state = static_cast<TaskState>(row.column_int64(2)),
          .priority = static_cast<int>(row.column_int64(3)),
          .attempts = static_cast<int>(row.column_int64(4)),
          .crashes = static_cast<int>(row.column_int64(5)),
          .misses = static_cast<int>(row.column_int64(6)),
          .not_before = UnixMillis{row.column_int64(7)},
          .reason_code = std::string(row.column_text(8)),
          .reason = std::string(row.column_text(9)),
          .values = split_values(row.column_text(11)),
          .changed_at = UnixMillis{row.column_int64(10)}};
}

Status collect(sqlite::Statement& rows, std::vector<Task>& out) {
  while (true) {
    ALCOVE_TRY(const bool more, rows.step());
    if (!more) {
      return {};
    }
    out.push_back(describe_row(rows));
  }
}

std::string join_values(const RemarkValues& values) {
  std::string lines;
  for (const std::string& value : values) {
    lines += lines.empty() ? "" : "\n";
    std::ranges::replace_copy(value, std::back_inserter(lines), '\n', ' ');
  }
  return lines;
}

std::int64_t number_of(TaskState state) {
  return static_cast<std::int64_t>(state);
}

/// Contents with a task that may be leased now, best first. One look per stage: each walks its own part of the index,
/// so that a hundred thousand waiting vectors do not stand before one new file.
Result<std::vector<std::int64_t>> best_contents(sqlite::Database& database, const std::vector<std::string>& stages,
                                                std::int64_t now, std::size_t limit) {
  ALCOVE_TRY(auto rows, database.prepare("SELECT priority, content FROM tasks WHERE state = 0 AND stage = ? AND "
                                         "not_before <= ? ORDER BY priority DESC, content LIMIT ?"));
  std::vector<std::pair<std::int64_t, std::int64_t>> ranked;
  for (const std::string& stage : stages) {
    rows.bind(1, std::string_view(stage)).bind(2, now).bind(3, static_cast<std::int64_t>(limit));
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        break;
      }
      ranked.emplace_back(-rows.column_int64(0), rows.column_int64(1));
    }
  }
  std::ranges::sort(ranked);
  std::vector<std::int64_t> contents;
  std::set<std::int64_t> seen;
  for (const auto& [rank, content] : ranked) {
    if (contents.size() < limit && seen.insert(content).second) {
      contents.push_back(content);
    }
  }
  return contents;
}

Status set_state(sqlite::Database& database, const Completion& completion, std::optional<TaskState> state) {
  if (!state) {
    ALCOVE_TRY(auto remove, database.prepare("DELETE FROM tasks WHERE content = ? AND stage = ?"));
    return remove.bind(1, std::int64_t{completion.content.value}).bind(2, std::string_view(completion.stage)).run();
  }
  ALCOVE_TRY(auto upsert,
             database.prepare(
                 "INSERT INTO tasks (content, stage, state, priority, attempts, not_before, reason_code, reason, "
                 "changed_at, crashes, misses, fingerprint, reason_values) "
                 "VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (content, stage) DO UPDATE "
                 "SET state = ?3, attempts = attempts + ?4, not_before = ?5, reason_code = ?6, reason = ?7, "
                 "changed_at = ?8, crashes = crashes + ?9, misses = iif(?10, misses + 1, 0), "
                 "fingerprint = iif(?11 = '', fingerprint, ?11), reason_values = ?12"));
  upsert.bind(1, std::int64_t{completion.content.value}).bind(2, std::string_view(completion.stage));
  upsert.bind(3, number_of(*state)).bind(4, std::int64_t{completion.count_attempt || completion.count_crash});
  upsert.bind(5, completion.not_before.value).bind(6, std::string_view(completion.reason_code));
  upsert.bind(7, std::string_view(completion.reason)).bind(8, now_unix_millis().value);
  upsert.bind(9, std::int64_t{completion.count_crash}).bind(10, std::int64_t{completion.count_miss});
  const std::string values = join_values(completion.values);
  return upsert.bind(11, std::string_view(completion.fingerprint)).bind(12, std::string_view(values)).run();
}

}  // namespace

Status Store::want(ContentNumber content, const std::vector<Wanted>& stages, int priority) {
  return want_all({{.content = content, .stages = stages, .priority = priority}});
}

Status Store::want_all(const std::vector<WantedContent>& contents) {
  return impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(
        auto insert,
        database.prepare("INSERT INTO tasks (content, stage, state, priority, changed_at, fingerprint) "
                         "SELECT ?1, ?2, 0, ?3, ?4, ?5 "
                         "WHERE EXISTS (SELECT 1 FROM contents WHERE number = ?1) AND NOT EXISTS (SELECT 1 FROM "
                         "artefacts WHERE content = ?1 AND stage = ?2 AND fingerprint = ?5) "
                         "ON CONFLICT (content, stage) DO UPDATE SET priority = max(priority, excluded.priority), "
                         "not_before = iif(misses > 0, 0, not_before), fingerprint = excluded.fingerprint "
                         "WHERE state = 0 AND (priority < excluded.priority OR misses > 0)"));
    for (const WantedContent& wanted : contents) {
      for (const Wanted& stage : wanted.stages) {
        insert.bind(1, std::int64_t{wanted.content.value}).bind(2, std::string_view(stage.stage));
        insert.bind(3, std::int64_t{wanted.priority}).bind(4, now_unix_millis().value);
        ALCOVE_TRY_VOID(insert.bind(5, std::string_view(stage.fingerprint)).run());
        insert.reset();
      }
    }
    return {};
  });
}

Status Store::hurry_missed() {
  return impl_->write([](sqlite::Database& database) {
    return database.execute("UPDATE tasks SET not_before = 0 WHERE misses > 0 AND state = 0");
  });
}

Status Store::reset_outdated(std::string_view stage, std::string_view fingerprint) {
  return impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(
        auto update,
        database.prepare(
            "UPDATE tasks SET state = 0, attempts = 0, crashes = 0, misses = 0, not_before = 0, "
            "reason_code = '', reason = '', reason_values = '', fingerprint = ?2 WHERE stage = ?1 AND state IN (2, 3) "
            "AND fingerprint <> ?2"));
    return update.bind(1, stage).bind(2, fingerprint).run();
  });
}

Result<std::vector<Task>> Store::lease(const std::vector<std::string>& stages, std::size_t limit) {
  std::vector<Task> leased;
  ALCOVE_TRY_VOID(impl_->write([&](sqlite::Database& database) -> Status {
    const std::int64_t now = now_unix_millis().value;
    ALCOVE_TRY(const auto contents, best_contents(database, stages, now, limit));
    ALCOVE_TRY(auto of_content,
               database.prepare(std::string(kColumns) + "WHERE content = ? AND state = 0 AND not_before <= ?"));
    ALCOVE_TRY(auto mark,
               database.prepare("UPDATE tasks SET state = 1, changed_at = ? WHERE content = ? AND stage = ?"));
    for (const std::int64_t content : contents) {
      if (leased.size() >= limit) {
        break;
      }
      std::vector<Task> ready;
      ALCOVE_TRY_VOID(collect(of_content.bind(1, content).bind(2, now), ready));
      for (Task& task : ready) {
        if (std::ranges::find(stages, task.stage) != stages.end()) {
          task.state = TaskState::kRunning;
          ALCOVE_TRY_VOID(mark.bind(1, now).bind(2, content).bind(3, std::string_view(task.stage)).run());
          leased.push_back(std::move(task));
        }
      }
    }
    return {};
  }));
  return leased;
}

Result<bool> Store::has_open_tasks(const std::vector<std::string>& stages, UnixMillis until) {
  bool open = false;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto waiting,
               database.prepare("SELECT 1 FROM tasks WHERE state = 0 AND stage = ? AND not_before <= ? LIMIT 1"));
    ALCOVE_TRY(auto running, database.prepare("SELECT 1 FROM tasks WHERE state = 1 AND stage = ? LIMIT 1"));
    for (const std::string& stage : stages) {
      ALCOVE_TRY(const bool waits, waiting.bind(1, std::string_view(stage)).bind(2, until.value).step());
      ALCOVE_TRY(const bool runs, running.bind(1, std::string_view(stage)).step());
      open = open || waits || runs;
      waiting.reset();
      running.reset();
    }
    return {};
  }));
  return open;
}

Status Store::release_all() {
  return impl_->write([](sqlite::Database& database) {
    return database.execute(
        "UPDATE tasks SET state = 0 WHERE state = 1;"
        "UPDATE tasks SET not_before = 0 WHERE state = 0 AND not_before > 0");
  });
}

Status Store::release(const std::vector<Task>& tasks) {
  return impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto update,
               database.prepare("UPDATE tasks SET state = 0 WHERE content = ? AND stage = ? AND state = 1"));
    for (const Task& task : tasks) {
      ALCOVE_TRY_VOID(update.bind(1, std::int64_t{task.content.value}).bind(2, std::string_view(task.stage)).run());
      update.reset();
    }
    return {};
  });
}

Status Store::complete(const std::vector<Completion>& completions) {
  std::vector<Packed> packed(completions.size());
  for (std::size_t i = 0; i < completions.size(); ++i) {
    if (completions[i].data) {
      packed[i] = pack(*completions[i].data);
    }
  }
  return impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto known, database.prepare("SELECT orphaned_since IS NOT NULL FROM contents WHERE number = ?"));
    ALCOVE_TRY(auto count,
               database.prepare("INSERT INTO runs (stage, executions) VALUES (?1, 1) ON CONFLICT (stage) DO UPDATE "
                                "SET executions = executions + 1"));
    for (std::size_t i = 0; i < completions.size(); ++i) {
      const Completion& completion = completions[i];
      if (completion.counts_as_run) {
        ALCOVE_TRY_VOID(count.bind(1, std::string_view(completion.stage)).run());
        count.reset();
      }
      ALCOVE_TRY(const bool alive, known.bind(1, std::int64_t{completion.content.value}).step());
      const bool is_used = alive && known.column_int64(0) == 0;
      known.reset();
      if (!alive) {
        continue;  // erased while it was worked on
      }
      std::optional<TaskState> state = completion.state;
      if (completion.data) {
        ALCOVE_TRY(const bool stored, impl_->put(database, completion, packed[i]));
        if (completion.stage == kPartsStage) {
          ALCOVE_TRY_VOID(Impl::put_parts(database, completion));
        }
        state = stored ? std::nullopt : std::optional(TaskState::kWaiting);
      } else if (!state && completion.only_if_orphaned && is_used) {
        state = TaskState::kWaiting;
      }
      ALCOVE_TRY_VOID(set_state(database, completion, state));
      for (const Wanted& wanted : completion.then_want) {
        ALCOVE_TRY(auto next,
                   database.prepare("INSERT INTO tasks (content, stage, state, priority, changed_at, fingerprint) "
                                    "VALUES (?, ?, 0, ?, ?, ?) ON CONFLICT (content, stage) DO UPDATE SET state = 0, "
                                    "attempts = 0, crashes = 0, misses = 0, not_before = 0, reason_code = '', reason = "
                                    "'', reason_values = '', "
                                    "priority = max(priority, excluded.priority), fingerprint = excluded.fingerprint"));
        next.bind(1, std::int64_t{completion.content.value}).bind(2, std::string_view(wanted.stage));
        next.bind(3, std::int64_t{completion.priority}).bind(4, now_unix_millis().value);
        ALCOVE_TRY_VOID(next.bind(5, std::string_view(wanted.fingerprint)).run());
      }
    }
    return {};
  });
}

Status Store::retry(std::optional<ContentNumber> content) {
  return impl_->write([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto update, database.prepare("UPDATE tasks SET state = 0, attempts = 0, crashes = 0, misses = 0, "
                                             "not_before = 0, reason_code = '', reason = '', reason_values = '' WHERE "
                                             "state IN (2, 3) AND (?1 = 0 OR content = ?1)"));
    return update.bind(1, std::int64_t{content ? content->value : 0}).run();
  });
}

Result<std::vector<Task>> Store::tasks_of(ContentNumber content) {
  std::vector<Task> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows, database.prepare(std::string(kColumns) + "WHERE content = ?"));
    rows.bind(1, std::int64_t{content.value});
    return collect(rows, found);
  }));
  return found;
}

Result<TaskCounts> Store::task_counts() {
  TaskCounts counts;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows, database.prepare("SELECT state, COUNT(*) FROM tasks GROUP BY state"));
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        return {};
      }
      switch (static_cast<TaskState>(rows.column_int64(0))) {
        case TaskState::kWaiting: counts.waiting = rows.column_int64(1); break;
        case TaskState::kRunning: counts.running = rows.column_int64(1); break;
        case TaskState::kFailed: counts.failed = rows.column_int64(1); break;
        case TaskState::kSkipped: counts.skipped = rows.column_int64(1); break;
      }
    }
  }));
  return counts;
}

Result<std::vector<Task>> Store::problems(TaskState state, std::size_t limit, std::size_t offset) {
  std::vector<Task> found;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    ALCOVE_TRY(auto rows,
               database.prepare(std::string(kColumns) + "WHERE state = ? ORDER BY changed_at DESC LIMIT ? OFFSET ?"));
    rows.bind(1, number_of(state)).bind(2, static_cast<std::int64_t>(limit)).bind(3, static_cast<std::int64_t>(offset));
    return collect(rows, found);
  }));
  return found;
}

Result<std::vector<Store::StageCount>> Store::stage_counts() {
  std::map<std::string, StageCount, std::less<>> counts;
  ALCOVE_TRY_VOID(impl_->read([&](sqlite::Database& database) -> Status {
    // Three passes, each over one index; a subquery per stage and state would walk the tables thirty times.
    ALCOVE_TRY(auto rows, database.prepare("SELECT 0, stage, executions FROM runs UNION ALL "
                                           "SELECT 1, stage, COUNT(*) FROM artefacts GROUP BY stage UNION ALL "
                                           "SELECT 2 + state, stage, COUNT(*) FROM tasks GROUP BY state, stage"));
    while (true) {
      ALCOVE_TRY(const bool more, rows.step());
      if (!more) {
        return {};
      }
      StageCount& count = counts[std::string(rows.column_text(1))];
      const std::array<std::int64_t*, 6> places{&count.runs,    &count.done,   &count.waiting,
                                                &count.running, &count.failed, &count.skipped};
      const auto place = static_cast<std::size_t>(rows.column_int64(0));
      if (place < places.size()) {
        *places.at(place) = rows.column_int64(2);
      }
    }
  }));
  std::vector<StageCount> sorted;
  for (auto& [stage, count] : counts) {
    count.stage = stage;
    sorted.push_back(std::move(count));
  }
  return sorted;
}

}  // namespace alcove::artefacts
