#include "workers/decode/pdf/outline.hpp"

#include <memory>

namespace alcove::pdf {
namespace {

constexpr std::size_t kEntriesMax = 5'000;
constexpr unsigned kDepthMax = 16;

struct FreeIterator {
  void operator()(PopplerIndexIter* iterator) const { poppler_index_iter_free(iterator); }
};
struct FreeAction {
  void operator()(PopplerAction* action) const { poppler_action_free(action); }
};
struct FreeDestination {
  void operator()(PopplerDest* destination) const { poppler_dest_free(destination); }
};
using Iterator = std::unique_ptr<PopplerIndexIter, FreeIterator>;
using Action = std::unique_ptr<PopplerAction, FreeAction>;

std::uint32_t page_of(PopplerDocument* document, const PopplerDest* destination) {
  if (destination == nullptr) {
    return 0;
  }
  if (destination->type == POPPLER_DEST_NAMED && destination->named_dest != nullptr) {
    const std::unique_ptr<PopplerDest, FreeDestination> found(
        poppler_document_find_dest(document, destination->named_dest));
    return found == nullptr || found->type == POPPLER_DEST_NAMED ? 0 : page_of(document, found.get());
  }
  const bool inside = destination->page_num >= 1 && destination->page_num <= poppler_document_get_n_pages(document);
  return inside ? static_cast<std::uint32_t>(destination->page_num) : 0;
}

void walk(PopplerDocument* document, PopplerIndexIter* iterator, unsigned depth, Outline& out) {
  do {
    const Action action(poppler_index_iter_get_action(iterator));
    if (action != nullptr && action->any.title != nullptr && *action->any.title != '\0') {
      const bool leads_to_page = action->type == POPPLER_ACTION_GOTO_DEST;
      out.emplace(leads_to_page ? page_of(document, action->goto_dest.dest) : 0,
                  OutlineEntry{.title = action->any.title, .level = static_cast<std::uint8_t>(depth)});
    }
    const Iterator child(depth + 1 < kDepthMax ? poppler_index_iter_get_child(iterator) : nullptr);
    if (child != nullptr && out.size() < kEntriesMax) {
      walk(document, child.get(), depth + 1, out);
    }
  } while (out.size() < kEntriesMax && poppler_index_iter_next(iterator) != FALSE);
}

}  // namespace

Outline read_outline(PopplerDocument* document) {
  Outline out;
  const Iterator first(poppler_index_iter_new(document));
  if (first != nullptr) {
    walk(document, first.get(), 0, out);
  }
  return out;
}

}  // namespace alcove::pdf
