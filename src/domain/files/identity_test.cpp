#include "domain/files/identity.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace alcove::files {
namespace {

constexpr Version kFound{.size_bytes = 10, .mtime_ns = 100, .ctime_ns = 200, .inode = 5};

Version with(Version version, std::int64_t Version::* field, std::int64_t value) {
  version.*field = value;
  return version;
}
Version with_inode(std::uint64_t inode) {
  Version version = kFound;
  version.inode = inode;
  return version;
}
Candidate row(std::int64_t id, const Version& version) {
  return {.id = FileId{id}, .version = version, .present = true, .still_at_its_place = false};
}
Candidate vanished(std::int64_t id, const Version& version) {
  return {.id = FileId{id}, .version = version, .present = false, .still_at_its_place = false};
}
Candidate linked(std::int64_t id, const Version& version) {
  return {.id = FileId{id}, .version = version, .present = true, .still_at_its_place = true};
}

struct Case {
  std::string name;
  std::optional<Candidate> at_place;
  std::vector<Candidate> by_inode;
  Verdict verdict;
  std::int64_t file;
};

class IdentityTable : public testing::TestWithParam<Case> {};

TEST_P(IdentityTable, Decides) {
  const Decision decision = decide(kFound, GetParam().at_place, GetParam().by_inode);
  EXPECT_EQ(decision.verdict, GetParam().verdict);
  EXPECT_EQ(decision.file.value, GetParam().file);
}

const Version kOtherCtime = with(kFound, &Version::ctime_ns, 201);
const Version kOtherMtime = with(kFound, &Version::mtime_ns, 101);
const Version kOtherSize = with(kFound, &Version::size_bytes, 11);

INSTANTIATE_TEST_SUITE_P(
    Cases, IdentityTable,
    testing::ValuesIn(std::vector<Case>{
        {"NothingKnown", {}, {}, Verdict::kNew, 0},
        {"SamePlaceAllEqual", row(1, kFound), {}, Verdict::kUnchanged, 1},
        {"SamePlaceOtherCtime", row(1, kOtherCtime), {}, Verdict::kTouched, 1},
        {"SamePlaceOtherMtime", row(1, kOtherMtime), {}, Verdict::kEdited, 1},
        {"SamePlaceOtherSize", row(1, kOtherSize), {}, Verdict::kEdited, 1},
        {"SamePlaceOtherInode", row(1, with_inode(6)), {}, Verdict::kEdited, 1},
        {"SamePlaceGoesBeforeAMove", row(1, with_inode(6)), {row(2, kFound)}, Verdict::kEdited, 1},
        {"MovedFromAPlaceThatIsGone", {}, {row(2, kOtherCtime)}, Verdict::kMoved, 2},
        {"MovedBackAfterItHadVanished", {}, {vanished(2, kOtherCtime)}, Verdict::kMoved, 2},
        {"ASecondLinkIsNew", {}, {linked(2, kFound)}, Verdict::kNew, 0},
        {"OneOfTwoLinksWasRenamed", {}, {linked(2, kFound), row(3, kFound)}, Verdict::kMoved, 3},
        {"AnInodeUsedAgain", {}, {row(2, kOtherMtime)}, Verdict::kNew, 0},
        {"AnInodeUsedAgainWithOtherSize", {}, {vanished(2, kOtherSize)}, Verdict::kNew, 0},
        {"TwoThatFitDecideNothing", {}, {vanished(2, kFound), row(3, kFound)}, Verdict::kNew, 0},
        {"CameBackUnchanged", vanished(1, kFound), {}, Verdict::kCameBack, 1},
        {"CameBackWithAnotherInode", vanished(1, with_inode(6)), {}, Verdict::kCameBack, 1},
        {"CameBackWithOtherBytes", vanished(1, kOtherSize), {}, Verdict::kEdited, 1},
        {"MovedToAVanishedFilesPlace", vanished(1, kOtherSize), {row(2, kFound)}, Verdict::kMoved, 2},
    }),
    [](const auto& param) { return param.param.name; });

TEST(IdentityByContent, OneGoneAndOneNewAreAMove) {
  const auto adoption = decide_by_content({.vanished = {FileId{1}}, .appeared = {FileId{2}}}, 10);
  ASSERT_TRUE(adoption);
  EXPECT_EQ(adoption->survivor, FileId{1});
  EXPECT_EQ(adoption->absorbed, FileId{2});
}

TEST(IdentityByContent, SeveralOrNoneOrEmptyFilesAreNot) {
  EXPECT_FALSE(decide_by_content({.vanished = {FileId{1}, FileId{3}}, .appeared = {FileId{2}}}, 10));
  EXPECT_FALSE(decide_by_content({.vanished = {FileId{1}}, .appeared = {FileId{2}, FileId{3}}}, 10));
  EXPECT_FALSE(decide_by_content({.vanished = {}, .appeared = {FileId{2}}}, 10));
  EXPECT_FALSE(decide_by_content({.vanished = {FileId{1}}, .appeared = {FileId{2}}}, 0));
}

}  // namespace
}  // namespace alcove::files
