#include "domain/work/part_spool.hpp"

#include <algorithm>
#include <utility>

#include "drivers/os/file.hpp"

namespace alcove::work {

Status PartSpool::put(ContentNumber content, ByteView bytes) {
  ALCOVE_TRY(os::UniqueFd file, os::make_unnamed_file(folder_));
  ALCOVE_TRY_VOID(os::write_all(file.value(), bytes));
  state_.with([&](State& state) {
    const auto known = std::ranges::find(state.entries, content, &Entry::content);
    if (known != state.entries.end()) {
      return;
    }
    state.size_bytes += bytes.size();
    state.entries.push_back({.content = content, .file = std::move(file), .size_bytes = bytes.size()});
    while (state.entries.size() > 1 && (state.size_bytes > kSpoolBytesMax || state.entries.size() > kSpoolFilesMax)) {
      state.size_bytes -= state.entries.front().size_bytes;
      state.entries.pop_front();
    }
  });
  return {};
}

Result<std::optional<os::UniqueFd>> PartSpool::find(ContentNumber content) {
  return state_.with([&](State& state) -> Result<std::optional<os::UniqueFd>> {
    const auto known = std::ranges::find(state.entries, content, &Entry::content);
    if (known == state.entries.end()) {
      return std::optional<os::UniqueFd>();
    }
    // Its own open file: a worker must be able neither to write nor to move another's position.
    ALCOVE_TRY(os::UniqueFd reading, os::reopen_readonly(known->file.value()));
    return std::optional(std::move(reading));
  });
}

void PartSpool::erase(ContentNumber content) {
  state_.with([&](State& state) {
    const auto known = std::ranges::find(state.entries, content, &Entry::content);
    if (known != state.entries.end()) {
      state.size_bytes -= known->size_bytes;
      state.entries.erase(known);
    }
  });
}

}  // namespace alcove::work
