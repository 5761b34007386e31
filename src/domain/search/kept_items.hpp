#pragma once
/// @file
/// Items of a list that is kept for its further pages: written down, and brought back as they are by then.

#include <cstddef>
#include <span>
#include <vector>

#include "domain/files/files.hpp"
#include "domain/search/corpus.hpp"
#include "domain/search/fusion.hpp"
#include "domain/search/hit_lists.hpp"
#include "domain/search/items.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::search {

/// `in_title`: passages whose title holds every word.
std::vector<KeptItem> kept_items(std::span<const Item> items, const sets::Bitmap& in_title, const Corpus& corpus);

struct Revival {
  std::size_t next = 0;  ///< Items before it are not shown any more and stay as they are.
  const Corpus& corpus;
  files::Files& files;
};
/// Replaces `items` by the kept ones, each in its place. One that vanished, or whose file has an item before it by now,
/// stands for no file. `candidates` holds what the items point at; `in_title` grows.
void revive_items(Items& items, std::vector<Candidate>& candidates, sets::Bitmap& in_title,
                  std::span<const KeptItem> kept, const Revival& revival);

/// Appends what was found since, each item with the file it would be shown as; but for what was shown, also with
/// another content by then, and for what still waits behind `next`.
void append_unknown(HitList& list, std::size_t next, HitList since);

}  // namespace alcove::search
