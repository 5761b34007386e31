#pragma once
/// @file
/// Runs the stages of one content, each from what the earlier ones made.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "wire/artefacts.hpp"
#include "wire/messages.hpp"
#include "workers/decode/input/byte_source.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/parts/part_sink.hpp"
#include "workers/decode/stages/probe.hpp"

namespace alcove::stages {

/// One content and what is known of it so far.
///
/// Thread safety: none. Ownership: borrows the table and the source. Failure: a stage's failure is in its outcome;
/// libraries' exceptions (out of memory) pass through and end the worker.
class StageRunner {
 public:
  /// `text` is the stored TextArtefact, if the request brought one. `deliver` takes the members that `parts` finds;
  /// without it they are listed only.
  StageRunner(TypeTable& types, const input::ByteSource& source, const wire::DecodeRequest& request,
              std::optional<wire::TextArtefact> text, parts::PartSink::Deliver deliver = {});

  /// Runs one stage by name; `request_id` and `cpu_ms` are filled in.
  wire::StageFinished run(std::string_view stage);

 private:
  wire::StageFinished run_probe();
  wire::StageFinished run_text();
  wire::StageFinished run_passages();
  wire::StageFinished run_language();
  wire::StageFinished run_facts();
  /// What a stage that reads the text answers when there is none.
  [[nodiscard]] wire::StageFinished without_text() const;
  wire::StageFinished run_thumbnail();
  wire::StageFinished run_parts();

  /// The probe's result: given, made before, or made now.
  const wire::ProbeArtefact& known_probe();
  /// The text: given, made before, or read now; null when the content has none.
  const wire::TextArtefact* known_text();
  const wire::FactsArtefact& known_facts();
  const wire::LanguageArtefact& known_language();
  void read_text();
  input::Verdict read_by_format(input::TextCollector& collector);
  input::Verdict read_decoded(input::TextCollector& collector);
  input::Verdict read_names(input::TextCollector& collector);
  /// The content as clean UTF-8, at most `size_max` bytes of it.
  std::string decoded_text(std::size_t size_max);
  wire::FactsArtefact stated_facts();

  TypeTable& types_;
  const input::ByteSource& source_;
  const wire::DecodeRequest& request_;
  std::optional<wire::ProbeArtefact> probe_;
  std::optional<wire::TextArtefact> text_;
  std::optional<input::Verdict> verdict_;  ///< Of reading the text in this request.
  std::optional<wire::FactsArtefact> facts_;
  std::optional<wire::LanguageArtefact> language_;
  parts::PartSink::Deliver deliver_;
  std::optional<wire::PartsArtefact> members_;  ///< Of an archive that was walked already.
  double text_seconds_per_page_ = 0;            ///< PDF: of reading the text in this request.
};

}  // namespace alcove::stages
