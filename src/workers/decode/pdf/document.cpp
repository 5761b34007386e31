#include "workers/decode/pdf/document.hpp"

#include <unistd.h>

#include "workers/decode/pdf/pdf.hpp"

namespace alcove::pdf {

Document open_document(const input::ByteSource& source, OpenProblem& problem) {
  GError* error = nullptr;
  PopplerDocument* document = nullptr;
  if (source.descriptor() >= 0) {
    const int copy = ::dup(source.descriptor());  // poppler closes what it is given.
    document = copy < 0 ? nullptr : poppler_document_new_from_fd(copy, nullptr, &error);
  } else {
    GBytes* const bytes = g_bytes_new(source.memory().data(), source.memory().size());
    document = poppler_document_new_from_bytes(bytes, nullptr, &error);
    g_bytes_unref(bytes);
  }
  problem = document != nullptr ? OpenProblem::kNone : OpenProblem::kDamaged;
  if (error != nullptr) {
    if (g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED) != FALSE) {
      problem = OpenProblem::kEncrypted;
    }
    g_error_free(error);
  }
  return Document(document);
}

}  // namespace alcove::pdf
