#include "domain/files/visible_sets.hpp"

#include <map>
#include <random>
#include <set>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

namespace alcove::files {
namespace {

Files::Applied change(std::int64_t file, std::int64_t library, std::uint32_t before, std::uint32_t after,
                      bool present = true) {
  return {.file = FileId{file},
          .library = LibraryId{library},
          .old_content = ContentNumber{before},
          .new_content = ContentNumber{after},
          .present = present};
}

TEST(VisibleSets, AContentStaysUntilItsLastFileGoes) {
  VisibleSets sets;
  auto turnover = sets.apply({change(1, 1, 0, 7), change(2, 1, 0, 7)});
  EXPECT_EQ(turnover.used, std::vector{ContentNumber{7}});
  turnover = sets.apply({change(1, 1, 7, 0, false)});
  EXPECT_TRUE(turnover.orphaned.empty());
  EXPECT_TRUE(sets.everything().contents->contains(7));
  turnover = sets.apply({change(2, 1, 7, 0, false)});
  EXPECT_EQ(turnover.orphaned, std::vector{ContentNumber{7}});
  EXPECT_TRUE(sets.everything().contents->empty());
  EXPECT_TRUE(sets.everything().files->empty());
}

TEST(VisibleSets, AContentInAnotherLibraryIsNotOrphaned) {
  VisibleSets sets;
  sets.apply({change(1, 1, 0, 7), change(2, 2, 0, 7)});
  EXPECT_TRUE(sets.apply({change(1, 1, 7, 0, false)}).orphaned.empty());
  EXPECT_FALSE(sets.of(LibraryId{1}).contents->contains(7));
  EXPECT_TRUE(sets.of(LibraryId{2}).contents->contains(7));
  EXPECT_TRUE(sets.of(LibraryId{3}).contents->empty());
}

TEST(VisibleSets, ASnapshotDoesNotChange) {
  VisibleSets sets;
  sets.apply({change(1, 1, 0, 7)});
  const auto before = sets.everything();
  sets.apply({change(1, 1, 7, 8)});
  EXPECT_TRUE(before.contents->contains(7));
  EXPECT_FALSE(before.contents->contains(8));
  EXPECT_TRUE(sets.everything().contents->contains(8));
}

TEST(VisibleSets, AgreeWithASimpleReference) {
  constexpr std::uint32_t kSeed = 4'711;
  std::mt19937 random(kSeed);
  VisibleSets sets;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> files;  // (library, file) -> content
  for (int step = 0; step < 5'000; ++step) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << " step " << step);
    const std::int64_t library = 1 + static_cast<std::int64_t>(random() % 3);
    const std::int64_t file = library * 100 + static_cast<std::int64_t>(random() % 20);
    const std::uint32_t content = static_cast<std::uint32_t>(random() % 10);
    const auto known = files.find({library, file});
    const std::uint32_t before = known == files.end() ? 0 : known->second;
    if (random() % 3 == 0) {
      sets.apply({change(file, library, before, 0, false)});
      files.erase({library, file});
    } else {
      sets.apply({change(file, library, before, content)});
      files[{library, file}] = content;
    }
    std::set<std::uint32_t> contents;
    std::set<std::uint32_t> present;
    for (const auto& [key, value] : files) {
      present.insert(static_cast<std::uint32_t>(key.second));
      if (value != 0) {
        contents.insert(value);
      }
    }
    ASSERT_EQ(sets.everything().contents->to_vector(), std::vector<std::uint32_t>(contents.begin(), contents.end()));
    ASSERT_EQ(sets.everything().files->to_vector(), std::vector<std::uint32_t>(present.begin(), present.end()));
  }
}

TEST(VisibleSets, APartIsVisibleWhereItsContainerIs) {
  VisibleSets sets;
  sets.apply({change(1, 1, 0, 5), change(2, 2, 0, 6)});
  auto turnover = sets.set_parts(ContentNumber{5}, {ContentNumber{7}, ContentNumber{8}});
  EXPECT_EQ(turnover.used.size(), 2U);
  turnover = sets.set_parts(ContentNumber{7}, {ContentNumber{9}});
  EXPECT_EQ(turnover.used, std::vector{ContentNumber{9}});
  EXPECT_TRUE(sets.of(LibraryId{1}).contents->contains(9));
  EXPECT_FALSE(sets.of(LibraryId{2}).contents->contains(9));
  EXPECT_EQ(sets.roots_of(ContentNumber{9}, 10), std::vector{ContentNumber{5}});
  EXPECT_EQ(sets.contained().to_vector(), (std::vector<std::uint32_t>{7, 8, 9}));
  EXPECT_EQ(sets.kin_of(ContentNumber{7}).to_vector(), (std::vector<std::uint32_t>{5, 7, 9})) << "not its neighbour 8";
  EXPECT_EQ(sets.kin_of(ContentNumber{5}).to_vector(), (std::vector<std::uint32_t>{5, 7, 8, 9}));
  EXPECT_EQ(sets.kin_of(ContentNumber{6}).to_vector(), std::vector<std::uint32_t>{6});
  EXPECT_TRUE(sets.set_parts(ContentNumber{6}, {ContentNumber{9}}).used.empty());
  EXPECT_TRUE(sets.of(LibraryId{2}).contents->contains(9));
  turnover = sets.apply({change(1, 1, 5, 0, false)});
  EXPECT_EQ(turnover.orphaned.size(), 3U) << "5, 7 and 8; 9 is a part of 6, too";
  turnover = sets.set_parts(ContentNumber{6}, {});
  EXPECT_EQ(turnover.orphaned, std::vector{ContentNumber{9}});
}

TEST(VisibleSets, ABundleIsOneDocumentWithItsParts) {
  // 5 and 6 are mails, 4 an archive with 5 in it. 5 has the parts 7 and 8, of which 8 contains 9; 6 has 8 too.
  VisibleSets sets;
  sets.apply({change(1, 1, 0, 4), change(2, 1, 0, 6)});
  sets.set_parts(ContentNumber{4}, {ContentNumber{5}});
  sets.set_parts(ContentNumber{5}, {ContentNumber{7}, ContentNumber{8}});
  sets.set_parts(ContentNumber{8}, {ContentNumber{9}});
  sets.set_parts(ContentNumber{6}, {ContentNumber{8}});
  const auto set_of = [](std::initializer_list<std::uint32_t> members) {
    sets::Bitmap set;
    for (const std::uint32_t member : members) {
      set.add(member);
    }
    return set;
  };
  const sets::Bitmap mails = set_of({5, 6});
  const auto of = [&](std::initializer_list<std::uint32_t> contents) {
    const Files::Bundled bundled = sets.bundled(set_of(contents), mails);
    return std::pair(bundled.bundles.to_vector(), bundled.parts.to_vector());
  };
  using Numbers = std::vector<std::uint32_t>;
  EXPECT_EQ(of({7}), std::pair(Numbers({5}), Numbers({7}))) << "8 lies in 6 as well, and the archive is no document";
  EXPECT_EQ(of({5}), of({7}));
  EXPECT_EQ(of({8}), std::pair(Numbers({5, 6}), Numbers({7, 8, 9})));
  EXPECT_EQ(of({4}), std::pair(Numbers(), Numbers()));
  sets.apply({change(2, 1, 6, 0, false)});
  EXPECT_EQ(of({7}), std::pair(Numbers({5}), Numbers({7, 8, 9}))) << "6 is gone";
  sets.apply({change(3, 1, 0, 8)});
  EXPECT_EQ(of({7}), std::pair(Numbers({5}), Numbers({7}))) << "8 is a file now";
}

/// Files, parts and their meaning, computed anew each time.
class Reference {
 public:
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> files;  // (library, file) -> content
  std::map<std::uint32_t, std::set<std::uint32_t>> parts;

  void close(std::set<std::uint32_t>& contents) const {
    std::vector<std::uint32_t> todo(contents.begin(), contents.end());
    while (!todo.empty()) {
      const std::uint32_t at = todo.back();
      todo.pop_back();
      if (const auto found = parts.find(at); found != parts.end()) {
        for (const std::uint32_t part : found->second) {
          if (contents.insert(part).second) {
            todo.push_back(part);
          }
        }
      }
    }
  }
  template <typename Passes>
  std::set<std::uint32_t> visible_by(Passes&& passes) const {
    std::set<std::uint32_t> contents;
    for (const auto& [key, content] : files) {
      if (content != 0 && passes(key)) {
        contents.insert(content);
      }
    }
    close(contents);
    return contents;
  }
};

TEST(VisibleSets, WithPartsAgreeWithASimpleReference) {
  constexpr std::uint32_t kSeed = 20'261;
  std::mt19937 random(kSeed);
  VisibleSets sets;
  Reference reference;
  for (int step = 0; step < 4'000; ++step) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << " step " << step);
    const auto before_change = reference.visible_by([](const auto&) { return true; });
    VisibleSets::Turnover turnover;
    if (random() % 3 == 0) {
      // Larger numbers only, so that there is no cycle.
      const auto container = static_cast<std::uint32_t>(1 + random() % 11);
      std::set<std::uint32_t> members;
      std::vector<ContentNumber> numbers;
      for (std::uint32_t part = container + 1; part <= 12; ++part) {
        if (random() % 4 == 0) {
          members.insert(part);
          numbers.push_back(ContentNumber{part});
        }
      }
      turnover = sets.set_parts(ContentNumber{container}, numbers);
      reference.parts[container] = members;
    } else {
      const std::int64_t library = 1 + static_cast<std::int64_t>(random() % 3);
      const std::int64_t file = library * 100 + static_cast<std::int64_t>(random() % 4);
      const auto content = static_cast<std::uint32_t>(random() % 13);
      std::uint32_t& known = reference.files[{library, file}];
      turnover = sets.apply({change(file, library, known, content, content != 0)});
      known = content;
    }
    const auto everything = reference.visible_by([](const auto&) { return true; });
    ASSERT_EQ(sets.everything().contents->to_vector(),
              std::vector<std::uint32_t>(everything.begin(), everything.end()));
    for (const std::int64_t library : {1, 2, 3}) {
      const auto in_one = reference.visible_by([&](const auto& key) { return key.first == library; });
      ASSERT_EQ(sets.of(LibraryId{library}).contents->to_vector(),
                std::vector<std::uint32_t>(in_one.begin(), in_one.end()));
    }
    for (const ContentNumber content : turnover.used) {
      ASSERT_TRUE(everything.contains(content.value) && !before_change.contains(content.value));
    }
    for (const ContentNumber content : turnover.orphaned) {
      ASSERT_TRUE(!everything.contains(content.value) && before_change.contains(content.value));
    }
    // A filter that lets every other file through.
    std::unordered_map<std::uint32_t, std::int64_t> counts;
    const auto passes = [](const auto& key) { return key.second % 2 == 0; };
    for (const auto& [key, content] : reference.files) {
      if (content != 0 && passes(key)) {
        ++counts[content];
      }
    }
    const auto projection = sets.project(counts);
    const auto any = reference.visible_by(passes);
    const auto others = reference.visible_by([&](const auto& key) { return !passes(key); });
    ASSERT_EQ(projection.any.to_vector(), std::vector<std::uint32_t>(any.begin(), any.end()));
    for (const std::uint32_t content : any) {
      ASSERT_EQ(projection.only.contains(content), !others.contains(content)) << "content " << content;
    }
    for (const std::uint32_t content : everything) {
      const auto roots = sets.roots_of(ContentNumber{content}, 100);
      ASSERT_FALSE(roots.empty());
      for (const ContentNumber root : roots) {
        std::set<std::uint32_t> inside{root.value};
        reference.close(inside);
        ASSERT_TRUE(inside.contains(content));
      }
    }
  }
}

}  // namespace
}  // namespace alcove::files
