#include "domain/search/hit_lists.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "drivers/crypto/random.hpp"

namespace alcove::search {
namespace {

/// Between a list's secret and the position.
constexpr char kSeparator = '.';

std::unexpected<Error> not_kept() {
  Error error = make_error(ErrorCode::kNotFound, "This list of hits is not kept any more; search again");
  error.field = "cursor";
  return std::unexpected(std::move(error));
}

std::string cursor_of(const std::string& secret, std::size_t next) {
  return fmt::format("{}{}{}", secret, kSeparator, next);
}

/// Nothing for what is no position.
std::optional<std::size_t> position_of(std::string_view text) {
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  const bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional(position) : std::nullopt;
}

bool is_same(const auth::Principal& a, const auth::Principal& b) {
  return a.kind == b.kind && a.user == b.user;
}

std::size_t bytes_of(const HitList& list) {
  std::size_t bytes = sizeof(HitList) + list.items.capacity() * sizeof(KeptItem) + list.request.query.capacity() +
                      list.head.query.capacity();
  for (const Note& note : list.head.notes) {
    bytes += sizeof(note) + note.message.capacity();
  }
  return bytes;
}

}  // namespace

struct HitLists::Kept {
  std::string secret;
  auth::Principal principal;
  SteadyTime used;        ///< Under the lock of `state_`.
  std::size_t bytes = 0;  ///< Likewise.
  Mutex mutex;
  HitList list ALCOVE_GUARDED_BY(mutex);
};

HitLists::HitLists(Clock clock) : clock_(std::move(clock)) {}
HitLists::~HitLists() = default;

void HitLists::drop_old(State& state, const auth::Principal& principal, SteadyTime now) const {
  auto& lists = state.lists;
  std::erase_if(lists, [&](const auto& kept) { return now - kept->used > kListKeptFor; });
  std::size_t own = 0;
  std::size_t bytes = 0;
  for (const auto& kept : lists) {
    own += is_same(kept->principal, principal) ? 1 : 0;
    bytes += kept->bytes;
  }
  if (own > kListsPerPrincipalMax) {
    lists.erase(std::ranges::find_if(lists, [&](const auto& kept) { return is_same(kept->principal, principal); }));
  }
  while (bytes > kListBytesMax && lists.size() > 1) {
    bytes -= lists.front()->bytes;
    lists.erase(lists.begin());
  }
}

std::string HitLists::keep(const auth::Principal& principal, HitList list, std::size_t next) {
  auto kept = std::make_shared<Kept>();
  kept->secret = crypto::random_secret();
  kept->principal = principal;
  kept->used = clock_();
  kept->bytes = bytes_of(list);
  {
    const MutexLock lock(kept->mutex);
    kept->list = std::move(list);
  }
  std::string cursor = cursor_of(kept->secret, next);
  state_.with([&](State& state) {
    const SteadyTime now = kept->used;
    state.lists.push_back(std::move(kept));
    drop_old(state, principal, now);
  });
  return cursor;
}

Result<Response> HitLists::continue_at(const auth::Principal& principal, std::string_view cursor,
                                       const MakePage& make_page) {
  const std::size_t separator = std::min(cursor.find(kSeparator), cursor.size());
  const std::string_view secret = cursor.substr(0, separator);
  const auto position = position_of(cursor.substr(std::min(separator + 1, cursor.size())));
  const auto kept = state_.with([&](State& state) -> std::shared_ptr<Kept> {
    drop_old(state, principal, clock_());
    const auto found = std::ranges::find_if(state.lists, [&](const auto& each) { return each->secret == secret; });
    if (found == state.lists.end() || !is_same((*found)->principal, principal)) {
      return nullptr;
    }
    (*found)->used = clock_();
    std::rotate(found, found + 1, state.lists.end());
    return state.lists.back();
  });
  if (kept == nullptr || !position) {
    return not_kept();
  }
  const MutexLock lock(kept->mutex);
  if (*position > kept->list.items.size()) {
    return not_kept();
  }
  std::size_t next = *position;
  ALCOVE_TRY(Response response, make_page(kept->list, next));
  if (response.more) {
    response.cursor = cursor_of(kept->secret, next);
  }
  const std::size_t bytes = bytes_of(kept->list);
  state_.with([&](State&) { kept->bytes = bytes; });
  return response;
}

}  // namespace alcove::search
