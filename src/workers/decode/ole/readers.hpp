#pragma once
/// @file
/// Internal to decode/ole: one reader per format, over an opened compound file.

#include "wire/artefacts.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/ole/compound_file.hpp"

namespace alcove::ole {

/// Each fails with "damaged" when its main stream is missing or unusable.
input::Verdict read_doc(const CompoundFile& file, input::TextCollector& collector);
input::Verdict read_xls(const CompoundFile& file, input::TextCollector& collector);
input::Verdict read_ppt(const CompoundFile& file, input::TextCollector& collector);
input::Verdict read_msg(const CompoundFile& file, input::TextCollector& collector);

/// Subject as title, sender as author, date.
wire::FactsArtefact msg_facts(const CompoundFile& file);

inline input::Verdict damaged_document() {
  return input::failed("damaged", "The document is damaged and cannot be read");
}
inline input::Verdict encrypted_document() {
  return input::skipped("encrypted", "The document is protected by a password");
}

}  // namespace alcove::ole
