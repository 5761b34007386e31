#pragma once
/// @file
/// Internal to decode/office: one reader per format, over an opened container.

#include <string>

#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/office/container.hpp"

namespace alcove::office {

/// Each fails with "damaged" when its main member is missing or unusable.
input::Verdict read_docx(Container& container, input::TextCollector& collector);
input::Verdict read_xlsx(Container& container, input::TextCollector& collector);
/// A workbook whose members are binary (.xlsb); `main` names the workbook's.
input::Verdict read_xlsb(Container& container, const std::string& main, input::TextCollector& collector);
input::Verdict read_pptx(Container& container, input::TextCollector& collector);
input::Verdict read_odt(Container& container, input::TextCollector& collector);
input::Verdict read_ods(Container& container, input::TextCollector& collector);
input::Verdict read_odp(Container& container, input::TextCollector& collector);

/// Whether a password protects the document.
bool is_encrypted(wire::Format format, Container& container);

/// The verdict for a document without a usable main member.
input::Verdict damaged_office();

/// The main member by the container's relationships; `usual` when they do not say.
std::string find_main_member(Container& container, std::string_view usual, input::TextCollector& collector);

}  // namespace alcove::office
