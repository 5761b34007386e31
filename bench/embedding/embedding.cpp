/// @file
/// The bare model: passages in, passages per second out; nothing of the product around it.
///
/// Reads JSON lines from standard input, each a string or an object with "text". Tokens are made beforehand; then each
/// run computes every passage once, longest first, one at a time on each thread: the model worker's own plan. Prints
/// one JSON line per run and one with the medians.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "drivers/json/json.hpp"
#include "workers/models/embedder.hpp"

namespace alcove::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kUsage =
    "usage: alcove_bench_embedding --model FOLDER [--threads N] [--runs N] [--purpose passage|query] [--vectors FILE]\n"
    "  --vectors writes the unit vectors of the last run as 32-bit floats, in the order of the input\n";

struct Options {
  std::string model_folder;
  std::string vectors_file;
  int threads = 2;
  int runs = 5;
  wire::EmbedPurpose purpose = wire::EmbedPurpose::kPassage;
};

bool parse_number(std::string_view text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number > 0;
}

bool parse_options(std::span<char* const> arguments, Options& options) {
  for (std::size_t i = 1; i + 1 < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    const std::string_view value = arguments[i + 1];
    if (name == "--model") {
      options.model_folder = value;
    } else if (name == "--vectors") {
      options.vectors_file = value;
    } else if (name == "--purpose" && (value == "passage" || value == "query")) {
      options.purpose = value == "query" ? wire::EmbedPurpose::kQuery : wire::EmbedPurpose::kPassage;
    } else if (!(name == "--threads" && parse_number(value, options.threads)) &&
               !(name == "--runs" && parse_number(value, options.runs))) {
      return false;
    }
  }
  return arguments.size() % 2 == 1 && !options.model_folder.empty();
}

std::vector<std::string> read_texts() {
  std::vector<std::string> texts;
  for (std::string line; std::getline(std::cin, line);) {
    if (const auto value = json::parse(line); value) {
      const std::string* const text = value->if_text();
      texts.push_back(text != nullptr ? *text : value->text_at("text"));
    }
  }
  return texts;
}

/// Seconds that all texts took.
double run_once(const models::Embedder& embedder, const std::vector<models::PreparedText>& texts, int threads,
                std::vector<std::vector<float>>& vectors) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> has_failed = false;
  const auto start = Clock::now();
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([&] {
        for (std::size_t text = next++; text < texts.size(); text = next++) {
          auto vector = embedder.embed(texts[text]);
          if (vector) {
            vectors[text] = std::move(*vector);
          } else {
            has_failed = true;
          }
        }
      });
    }
  }
  if (has_failed) {
    fmt::print(stderr, "the model failed on a text\n");
    std::exit(EXIT_FAILURE);
  }
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void write_vectors(const std::string& path, const std::vector<std::vector<float>>& vectors,
                   const std::vector<std::size_t>& order) {
  std::vector<std::vector<float>> rows(vectors.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto quantized = models::quantize_unit(vectors[i]);
    for (const std::int8_t value : quantized.values) {
      rows[order[i]].push_back(quantized.scale * static_cast<float>(value));
    }
  }
  std::ofstream out(path, std::ios::binary);
  for (const auto& row : rows) {
    out.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(row.size() * sizeof(float)));
  }
}

int run(const Options& options) {
  const auto embedder = models::Embedder::load(options.model_folder);
  if (!embedder) {
    fmt::print(stderr, "{} ({})\n", embedder.error().message, embedder.error().detail);
    return EXIT_FAILURE;
  }
  std::vector<std::pair<models::PreparedText, std::size_t>> prepared;
  for (const std::string& text : read_texts()) {
    prepared.emplace_back((*embedder)->prepare(text, options.purpose), prepared.size());
  }
  if (prepared.empty()) {
    fmt::print(stderr, "no texts on standard input\n");
    return EXIT_FAILURE;
  }
  std::ranges::sort(prepared, std::ranges::greater{}, [](const auto& item) { return item.first.token_count(); });
  std::vector<models::PreparedText> texts;
  std::vector<std::size_t> order;
  std::size_t tokens = 0;
  for (auto& [text, place] : prepared) {
    tokens += text.token_count();
    texts.push_back(std::move(text));
    order.push_back(place);
  }
  std::vector<std::vector<float>> vectors(texts.size());
  std::vector<double> rates;
  for (int i = 0; i < options.runs; ++i) {
    const double seconds = run_once(**embedder, texts, options.threads, vectors);
    rates.push_back(static_cast<double>(texts.size()) / seconds);
    fmt::print(
        "{{\"benchmark\":\"embedding\",\"run\":{},\"texts\":{},\"tokens\":{},\"threads\":{},\"seconds\":{:.4f},"
        "\"texts_per_second\":{:.2f}}}\n",
        i + 1, texts.size(), tokens, options.threads, seconds, rates.back());
  }
  std::ranges::sort(rates);
  fmt::print(
      "{{\"benchmark\":\"embedding\",\"run\":\"median\",\"model\":\"{}\",\"texts\":{},\"tokens\":{},\"threads\":{},"
      "\"texts_per_second\":{:.2f}}}\n",
      (*embedder)->fingerprint(), texts.size(), tokens, options.threads, rates[rates.size() / 2]);
  if (!options.vectors_file.empty()) {
    write_vectors(options.vectors_file, vectors, order);
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace alcove::bench

int main(int argc, char** argv) {
  alcove::bench::Options options;
  if (!alcove::bench::parse_options(std::span<char* const>(argv, static_cast<std::size_t>(argc)), options)) {
    fmt::print(stderr, "{}", alcove::bench::kUsage);
    return 2;
  }
  return alcove::bench::run(options);
}
