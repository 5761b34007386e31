#pragma once
/// @file
/// Readers of e-books: text by chapter, and what the books say of themselves.

#include <string>
#include <string_view>

#include "wire/artefacts.hpp"
#include "wire/messages.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"

namespace alcove::ebook {

/// Reads an EPUB 2 or 3 in the order of its spine. Places are chapters: their number in the spine, and their title by
/// the book's table of contents, else by their first heading.
/// Outcomes: kSkipped "encrypted" for books under copy protection; kFailed "damaged" when nothing can be read.
input::Verdict read_epub(const input::ByteSource& source, input::TextCollector& collector);
/// Title, authors, subject and dates of the package document.
wire::FactsArtefact epub_facts(const input::ByteSource& source, const wire::DecodeLimits& limits);

/// Reads a FictionBook, given as UTF-8. Places are chapters: the outermost sections. Bodies of notes become notes.
/// Outcomes: kFailed "damaged" when there is no body.
input::Verdict read_fiction_book(std::string xml, input::TextCollector& collector);
wire::FactsArtefact fiction_book_facts(std::string xml, const wire::DecodeLimits& limits);

/// XHTML with every element that closes itself written in two tags, as HTML knows them: to an HTML parser `<title/>`
/// opens a title that swallows the page.
std::string expand_empty_elements(std::string_view xhtml);

}  // namespace alcove::ebook
