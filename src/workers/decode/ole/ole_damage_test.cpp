/// Damages the large shared set of documents, where it is present.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "workers/decode/ole/test_reading.hpp"

namespace alcove::ole {
namespace {

namespace fs = std::filesystem;

TEST(DamagedDocuments, EndWell) {
  const char* const named = std::getenv("ALCOVE_TESTDATA");
  const fs::path folder =
      (named != nullptr ? fs::path(named) : fs::path(ALCOVE_SOURCE_DIR) / "../shared/testdata") / "documents";
  if (!fs::exists(folder)) {
    GTEST_SKIP() << "no shared test data at " << folder;
  }
  const char* const rounds = std::getenv("ALCOVE_TEST_ROUNDS");
  const std::size_t count = rounds != nullptr ? std::strtoul(rounds, nullptr, 10) : 100;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    const wire::Format format = identify(input::ByteSource::from_bytes(as_bytes(bytes)));
    if (format == wire::Format::kUnknown || format == wire::Format::kEncryptedOffice) {
      continue;
    }
    SCOPED_TRACE(entry.path().filename());
    EXPECT_FALSE(read_bytes(format, bytes).text.blocks.empty());
    for_each_damage(bytes, count, count, [&](const std::string& damaged) {
      EXPECT_TRUE(ends_well(read_bytes(format, damaged)));
      (void)ole_facts(format, input::ByteSource::from_bytes(as_bytes(damaged)));
    });
  }
}

}  // namespace
}  // namespace alcove::ole
