#pragma once
/// @file
/// Internal to decode/pdf: what was put onto a page: comments and filled-in fields.

#include <string>
#include <vector>

#include "wire/artefacts.hpp"
#include "workers/decode/pdf/document.hpp"
#include "workers/decode/pdf/lines.hpp"

namespace alcove::pdf {

struct Mark {
  wire::BlockKind kind = wire::BlockKind::kComment;
  std::string text;
  wire::Box box;
};

/// Texts of annotations (notes, free text, comments on marked text) and "name: value" of form fields that are filled
/// in, from top to bottom. Values of password fields are left out.
std::vector<Mark> page_marks(PopplerPage* page, PageSize size);

}  // namespace alcove::pdf
