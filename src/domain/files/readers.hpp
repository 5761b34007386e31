#pragma once
/// @file
/// Which reader a file's name asks for, should its bytes turn out to be text.

#include <string>
#include <string_view>

namespace alcove::files {

/// "markdown", "csv", "html", "eml", "json", "xml", "latex", "rst", "subtitles", "code:LANGUAGE" or "text"; "" for
/// every extension that is not one of text, so that copies under several names share one content. The decoder applies
/// it only when the bytes are text: a PDF named .txt is read as a PDF.
std::string reader_for_name(std::string_view name);

}  // namespace alcove::files
