#include "domain/libraries/ignore_file.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace alcove::libraries {
namespace {

namespace fs = std::filesystem;

bool ignores(std::string_view rules, std::string_view path, bool is_folder = false) {
  return IgnoreFile::parse(rules).judge(path, is_folder) == IgnoreFile::Verdict::kIgnored;
}

TEST(IgnoreFile, NamesFitAtEveryDepthAndPathsOnlyWhereTheyBegin) {
  EXPECT_TRUE(ignores("draft.txt", "a/b/draft.txt"));
  EXPECT_TRUE(ignores("/draft.txt", "draft.txt"));
  EXPECT_FALSE(ignores("/draft.txt", "a/draft.txt"));
  EXPECT_TRUE(ignores("a/draft.txt", "a/draft.txt"));
  EXPECT_FALSE(ignores("a/draft.txt", "b/a/draft.txt"));
  EXPECT_FALSE(ignores("Draft.txt", "draft.txt"));
}

TEST(IgnoreFile, TheLastPatternThatMatchesDecides) {
  EXPECT_FALSE(ignores("*.log\n!keep.log", "keep.log"));
  EXPECT_TRUE(ignores("!keep.log\n*.log", "keep.log"));
}

TEST(IgnoreFile, ASlashAtTheEndMeansFolders) {
  EXPECT_TRUE(ignores("build/", "a/build", true));
  EXPECT_FALSE(ignores("build/", "a/build", false));
}

TEST(IgnoreFile, CommentsSpacesAndEscapes) {
  EXPECT_FALSE(ignores("#a", "#a"));
  EXPECT_TRUE(ignores("\\#a", "#a"));
  EXPECT_TRUE(ignores("\\!a", "!a"));
  EXPECT_TRUE(ignores("a   ", "a"));
  EXPECT_TRUE(ignores("a\\ ", "a "));
  EXPECT_TRUE(ignores("a\r\n", "a"));
  EXPECT_TRUE(
      ignores("\xEF\xBB\xBF"
              "a",
              "a"));
}

TEST(IgnoreFile, APatternThatIsMadeToBeSlowIsNot) {
  std::string rules;
  for (int i = 0; i < 200; ++i) {
    rules += "*a**/";
  }
  EXPECT_FALSE(ignores(rules + "b", std::string(4'000, 'a')));
}

TEST(IgnoreFile, LimitsAreKeptAndTold) {
  const IgnoreFile many = IgnoreFile::parse([] {
    std::string text;
    for (std::size_t i = 0; i <= kIgnorePatternsMax; ++i) {
      text += fmt::format("name{}\n", i);
    }
    return text;
  }());
  EXPECT_TRUE(many.is_cut());
  EXPECT_EQ(many.judge("name0", false), IgnoreFile::Verdict::kIgnored);
  EXPECT_FALSE(IgnoreFile::parse("a\n").is_cut());
}

TEST(IgnoreScope, AnInnerFileOverrulesTheOuterOne) {
  const auto outer = std::make_shared<const IgnoreScope>(IgnoreScope{nullptr, "", IgnoreFile::parse("*.txt")});
  const IgnoreScope inner{outer, "a", IgnoreFile::parse("!/b.txt")};
  EXPECT_FALSE(is_left_out(&inner, "a/b.txt", false));
  EXPECT_TRUE(is_left_out(&inner, "a/c.txt", false));
}

// --- against git ---

/// Random patterns and paths over few letters, so that they often meet.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_); }

  std::string name() {
    static constexpr std::array<std::string_view, 12> kBits{"a", "b", "c", "ab", "x.y", "-",
                                                            "]", " ", "A", "1",  "#",   "!"};
    std::string made;
    for (unsigned i = 0; i <= below(3); ++i) {
      made += kBits.at(below(kBits.size()));
    }
    // git takes such a name for an option or cuts it in its own way.
    return made;
  }

  std::string pattern() {
    static constexpr std::array<std::string_view, 34> kBits{
        "a",   "b",   "c",           "ab",           "x.y",       "*",     "*",      "**",      "?",   "/",     "/",
        "/",   "**/", "/**",         "/**/",         "[ab]",      "[!a]",  "[^b-c]", "[a-",     "[]]", "[!]-]", "\\",
        "\\*", "\\a", "[[:alpha:]]", "[[:digit:]x]", "[[:nix:]]", "[[:a]", "[\\]a]", "[a\\-c]", "[",   "-",     " ",
        "."};
    static constexpr std::array<std::string_view, 8> kStarts{"", "", "", "", "!", "!", "/", "#"};
    static constexpr std::array<std::string_view, 8> kEnds{"", "", "", "", "/", " ", "\\ ", "\r"};
    std::string made(kStarts.at(below(kStarts.size())));
    for (unsigned i = 0; i <= below(4); ++i) {
      made += kBits.at(below(kBits.size()));
    }
    return made + std::string(kEnds.at(below(kEnds.size())));
  }

  std::string rules() {
    std::string made;
    for (unsigned i = 0; i <= below(5); ++i) {
      made += pattern() + "\n";
    }
    return made;
  }

 private:
  std::mt19937_64 random_;
};

/// A tree on disk with ignore files under git's name, and what is in it.
struct Tree {
  fs::path root;
  std::set<std::string> folders;
  std::set<std::string> files;
  std::map<std::string, std::string> rules;  ///< By folder.
};

Tree grow(Generator& generator, const fs::path& root) {
  Tree tree{.root = root, .folders = {""}, .files = {}, .rules = {}};
  for (int i = 0; i < 25; ++i) {
    const auto parent = std::next(tree.folders.begin(), generator.below(static_cast<unsigned>(tree.folders.size())));
    const std::string path = parent->empty() ? generator.name() : *parent + "/" + generator.name();
    if (tree.folders.contains(path) || tree.files.contains(path)) {
      continue;
    }
    if (generator.below(3) == 0 && std::ranges::count(path, '/') < 4) {
      fs::create_directory(root / path);
      tree.folders.insert(path);
    } else {
      std::ofstream(root / path, std::ios::binary) << "x";
      tree.files.insert(path);
    }
  }
  for (const std::string& folder : tree.folders) {
    if (folder.empty() || generator.below(3) == 0) {
      tree.rules[folder] = generator.rules();
      std::ofstream(root / folder / ".gitignore", std::ios::binary) << tree.rules[folder];
    }
  }
  return tree;
}

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Its exit code; -1 when there is no git.
int run_git(std::vector<std::string> arguments, const fs::path& input, const fs::path& output) {
  arguments.insert(arguments.begin(), "git");
  std::vector<char*> raw;
  for (std::string& argument : arguments) {
    raw.push_back(argument.data());
  }
  raw.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, 0, input.c_str(), O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = -1;
  const int failed = ::posix_spawnp(&child, "git", &files, nullptr, raw.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  int status = 0;
  if (failed != 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
    return -1;
  }
  return WEXITSTATUS(status);
}

/// The paths that git leaves out.
std::set<std::string> left_out_by_git(const Tree& tree, const fs::path& scratch) {
  std::string asked;
  for (const auto& paths : {tree.folders, tree.files}) {
    for (const std::string& path : paths) {
      asked += path.empty() ? "" : path + '\0';
    }
  }
  std::ofstream(scratch / "asked", std::ios::binary) << asked;
  const int code = run_git({"-C", tree.root.string(), "check-ignore", "--no-index", "-z", "--stdin"}, scratch / "asked",
                           scratch / "answered");
  EXPECT_TRUE(code == 0 || code == 1) << code;  // 1: it leaves nothing out.
  std::set<std::string> left_out;
  const std::string answered = read_all(scratch / "answered");
  for (std::size_t at = 0; at < answered.size();) {
    const std::size_t end = answered.find('\0', at);
    left_out.insert(answered.substr(at, end - at));
    at = end + 1;
  }
  return left_out;
}

/// The same by our rules, walking down as Pass does.
void walk(const Tree& tree, const std::string& folder, const std::shared_ptr<const IgnoreScope>& above, bool is_out,
          std::set<std::string>& left_out) {
  std::shared_ptr<const IgnoreScope> scope = above;
  if (const auto own = tree.rules.find(folder); own != tree.rules.end() && !is_out) {
    scope = std::make_shared<const IgnoreScope>(IgnoreScope{above, folder, IgnoreFile::parse(own->second)});
  }
  const auto visit = [&](const std::string& path, bool is_folder) {
    const std::size_t slash = path.rfind('/');
    if (path.empty() || (slash == std::string::npos ? "" : path.substr(0, slash)) != folder) {
      return;
    }
    const bool child_out = is_out || is_left_out(scope.get(), path, is_folder);
    if (child_out) {
      left_out.insert(path);
    }
    if (is_folder) {
      walk(tree, path, scope, child_out, left_out);
    }
  };
  for (const std::string& path : tree.folders) {
    visit(path, true);
  }
  for (const std::string& path : tree.files) {
    visit(path, false);
  }
}

TEST(IgnoreFile, AgreesWithGitOnGeneratedTrees) {
  if (run_git({"--version"}, "/dev/null", "/dev/null") != 0) {
    GTEST_SKIP() << "git, the reference, is not installed";
  }
  const fs::path scratch = fs::temp_directory_path() / fmt::format("alcove-ignore-{}", ::getpid());
  const char* given = std::getenv("ALCOVE_SEED");
  const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'129;
  const char* rounds_given = std::getenv("ALCOVE_ROUNDS");
  const std::uint64_t rounds = rounds_given != nullptr ? std::strtoull(rounds_given, nullptr, 10) : 150;
  std::size_t compared = 0;
  std::size_t left = 0;
  for (std::uint64_t seed = first; seed < first + rounds && !HasFailure(); ++seed) {
    fs::remove_all(scratch);
    fs::create_directories(scratch / "tree" / ".git" / "objects");
    fs::create_directories(scratch / "tree" / ".git" / "refs");
    std::ofstream(scratch / "tree" / ".git" / "HEAD") << "ref: refs/heads/main\n";
    Generator generator(seed);
    const Tree tree = grow(generator, scratch / "tree");
    const std::set<std::string> expected = left_out_by_git(tree, scratch);
    std::set<std::string> found;
    walk(tree, "", nullptr, false, found);
    compared += tree.folders.size() + tree.files.size() - 1;
    left += expected.size();
    if (found != expected) {
      std::string rules;
      for (const auto& [folder, text] : tree.rules) {
        rules += fmt::format("--- {}/.gitignore\n{}", folder, text);
      }
      EXPECT_EQ(found, expected) << "ALCOVE_SEED=" << seed << "\n" << rules;
    }
  }
  fs::remove_all(scratch);
  EXPECT_GT(left * 10, compared) << "the cases are too tame";
  EXPECT_LT(left * 10, compared * 9) << "the cases are too tame";
}

}  // namespace
}  // namespace alcove::libraries
