#pragma once
/// @file
/// Property sets (MS-OLEPS): what an office document says of itself.

#include "workers/decode/ole/compound_file.hpp"
#include "wire/artefacts.hpp"

namespace alcove::ole {

/// Title, author, subject and dates of the stream U+0005 "SummaryInformation"; what is missing stays empty.
wire::FactsArtefact summary_facts(const CompoundFile& file);

}  // namespace alcove::ole
