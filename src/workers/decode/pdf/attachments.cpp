#include <algorithm>
#include <memory>
#include <string>

#include "workers/decode/charset/clean.hpp"
#include "workers/decode/pdf/document.hpp"
#include "workers/decode/pdf/pdf.hpp"

namespace alcove::pdf {
namespace {

/// poppler inflates an attachment in small pieces and stops as soon as one is not taken.
gboolean take_piece(const gchar* bytes, gsize count, gpointer data, GError** error) {
  auto* const sink = static_cast<parts::PartSink*>(data);
  if (sink->write({reinterpret_cast<const std::uint8_t*>(bytes), count})) {
    return TRUE;
  }
  g_set_error_literal(error, POPPLER_ERROR, POPPLER_ERROR_INVALID, "not wanted");
  return FALSE;
}

/// False when no further attachment is wanted.
bool take(PopplerAttachment* attachment, parts::PartSink& sink) {
  const char* const name = poppler_attachment_get_name(attachment);
  GDateTime* const modified = poppler_attachment_get_mtime(attachment);
  const std::int64_t modified_ms = modified == nullptr ? 0 : g_date_time_to_unix(modified) * 1000;
  // The stated size is whatever the file says, also of files that say nonsense; the bytes are counted instead.
  if (!sink.begin(name == nullptr ? "" : name, std::max<std::int64_t>(modified_ms, 0), 0)) {
    return false;
  }
  if (!sink.wanted()) {
    return sink.end();
  }
  GError* error = nullptr;
  const bool whole = poppler_attachment_save_to_callback(attachment, &take_piece, &sink, &error) != FALSE;
  const bool damaged = !whole && sink.wanted() && sink.may_go_on();
  g_clear_error(&error);
  return damaged ? sink.end_damaged("damaged", "It is damaged and cannot be unpacked") : sink.end();
}

bool take_of_document(PopplerDocument* document, parts::PartSink& sink) {
  GList* const list = poppler_document_get_attachments(document);
  bool more = true;
  for (GList* item = list; item != nullptr && more; item = item->next) {
    more = take(POPPLER_ATTACHMENT(item->data), sink);
  }
  g_list_free_full(list, &g_object_unref);
  return more;
}

/// Files pinned to a page as annotations.
bool take_of_page(PopplerPage* page, parts::PartSink& sink) {
  GList* const list = poppler_page_get_annot_mapping(page);
  bool more = true;
  for (GList* item = list; item != nullptr && more; item = item->next) {
    const auto* mapping = static_cast<PopplerAnnotMapping*>(item->data);
    if (poppler_annot_get_annot_type(mapping->annot) != POPPLER_ANNOT_FILE_ATTACHMENT) {
      continue;
    }
    const std::unique_ptr<PopplerAttachment, Unref> attachment(
        poppler_annot_file_attachment_get_attachment(POPPLER_ANNOT_FILE_ATTACHMENT(mapping->annot)));
    more = attachment == nullptr || take(attachment.get(), sink);
  }
  poppler_page_free_annot_mapping(list);
  return more;
}

}  // namespace

input::Verdict read_attachments(const input::ByteSource& source, const wire::DecodeLimits& limits,
                                parts::PartSink& sink) {
  OpenProblem problem = OpenProblem::kNone;
  const Document document = open_document(source, problem);
  if (problem == OpenProblem::kEncrypted) {
    return input::skipped("encrypted", "The PDF is protected by a password");
  }
  if (document == nullptr) {
    return input::failed("damaged", "The PDF is damaged and cannot be opened");
  }
  bool more = take_of_document(document.get(), sink);
  const int pages = std::min(poppler_document_get_n_pages(document.get()), static_cast<int>(limits.pages_max));
  for (int index = 0; index < pages && more && sink.may_go_on(); ++index) {
    const Page page(poppler_document_get_page(document.get(), index));
    more = page == nullptr || take_of_page(page.get(), sink);
  }
  return {};
}

}  // namespace alcove::pdf
