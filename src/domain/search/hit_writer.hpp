#pragma once
/// @file
/// A found passage or file written out: place, snippet and the reasons why it is a hit.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/files/files.hpp"
#include "domain/search/analysis.hpp"
#include "domain/search/conditions.hpp"
#include "domain/search/fusion.hpp"
#include "domain/search/passage_index.hpp"
#include "domain/search/search.hpp"
#include "drivers/sets/bitmap.hpp"

namespace alcove::search {

/// Added to the score where every word stands in the title: small enough to settle near ties only.
inline constexpr double kTitleBoost = 0.05;

/// One line of the answer before it is written out.
struct Item {
  ContentNumber content;  ///< What was found; 0: a file not hashed yet
  ContentNumber root;     ///< The file's content: the same, or what contains it
  FileId named;           ///< The file whose name matched; 0: none did.
  const Candidate* candidate = nullptr;
  double score = 0;
  double name_score = 0;
  bool weak = false;
  std::int64_t more_passages = 0;
  std::size_t order = 0;  ///< As found; settles ties.
  FileId shown_as = {};   ///< The hit's file, once it was one.
};

/// What the writing of hits needs of a query. Borrowed for the call.
struct HitKnowledge {
  const Generation& generation;
  files::Files& files;
  const Analysed& analysed;
  const Conditions& conditions;
  const sets::Bitmap& in_title;  ///< Passages whose title holds every word.
  const std::map<std::int64_t, std::string>& library_names;
  std::string model_name;  ///< Empty: no meaning was compared.
  std::string words_lead = "Contains";
};

/// `files` are those that the item stands for, the one to show first; at least one.
Result<Hit> write_hit(const HitKnowledge& known, const Item& item, const std::vector<files::File>& files);

}  // namespace alcove::search
