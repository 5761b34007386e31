/// @file
/// Any bytes through all stages, as the worker would run them; the first byte chooses the reader.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/parts/archive.hpp"
#include "workers/decode/stages/stage_runner.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alcove;
  constexpr std::array<const char*, 12> kReaders = {"",    "text", "markdown", "csv", "html",      "eml",
                                                    "xml", "json", "latex",    "rst", "subtitles", "code:python"};
  static stages::TypeTable types = [] {
    mail::prepare();
    parts::prepare_archives();
    return stages::TypeTable::load().value();
  }();
  wire::DecodeRequest request;
  request.reader = kReaders.at(size == 0 ? 0 : data[0] % kReaders.size());
  request.name_hint = "file";
  request.limits.soft_seconds_max = 5;
  const ByteView bytes = size == 0 ? ByteView() : ByteView(data, size).subspan(1);
  const auto source = input::ByteSource::from_bytes(bytes);
  stages::StageRunner runner(types, source, request, std::nullopt,
                             [](const wire::PartFound&, int) -> Result<bool> { return true; });
  const auto probed = stages::probe(types, source, request.reader, request.limits);
  const bool is_pdf = probed && probed->format == wire::Format::kPdf;
  // Without `thumbnail`: drawing is poppler's and cairo's, and slow under sanitizers.
  for (const char* const stage : {"probe", "parts", "text", "passages", "language", "facts"}) {
    if (is_pdf && std::string_view(stage) == "parts") {
      continue;  // See pdf_fuzz.cpp.
    }
    const wire::StageFinished finished = runner.run(stage);
    const bool needs_reason =
        finished.outcome != wire::StageOutcome::kDone && finished.outcome != wire::StageOutcome::kNotApplicable;
    ALCOVE_CHECK(!needs_reason || (!finished.reason_code.empty() && !finished.reason.empty()), "a reason is given");
  }
  return 0;
}
