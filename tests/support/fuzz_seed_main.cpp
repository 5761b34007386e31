/// @file
/// Runs a fuzzer's entry point once on every file of the folders given, and on a few fixed mutations of each.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  std::size_t runs = 0;
  const auto run = [&](const std::vector<std::uint8_t>& bytes) {
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++runs;
  };
  run({});
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream stream(entry.path(), std::ios::binary);
      const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
      run(bytes);
      for (std::size_t cut = 1; cut <= 16 && cut < bytes.size(); ++cut) {
        run({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() * cut / 17)});
        std::vector<std::uint8_t> flipped = bytes;
        flipped[bytes.size() * cut / 17] ^= static_cast<std::uint8_t>(1U << (cut % 8));
        run(flipped);
      }
    }
  }
  std::printf("%zu inputs\n", runs);
  return 0;
}
