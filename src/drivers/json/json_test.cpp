#include "drivers/json/json.hpp"

#include <string>

#include <gtest/gtest.h>

namespace alcove::json {
namespace {

Error reading_error(std::string_view text) {
  const auto value = parse(text);
  EXPECT_TRUE(value.has_value());
  ObjectReader reader(*value);
  reader.required_text("name", {.length_min = 1, .length_max = 5});
  reader.optional_int64("count", {.min = 0, .max = 10});
  reader.optional_bool("flag");
  const auto status = reader.finish();
  EXPECT_FALSE(status.has_value());
  return status.has_value() ? Error{} : status.error();
}

TEST(JsonParse, KeepsOrderKindsAndIntegers) {
  const auto value = parse(R"({"b":[1,2.5,"x",true,null],"a":-9007199254740993})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(value->if_object()->front().first, "b");
  EXPECT_EQ(value->int64_at("a"), -9007199254740993);
  EXPECT_EQ(value->items_at("b").size(), 5U);
}

TEST(JsonParse, RefusesMalformedText) {
  for (const char* text :
       {"", "{", "{\"a\":1,}", "[1] x", "{'a':1}", "\"\xff\"", "NaN", "{\"a\":1,\"a\":2}", "\xEF\xBB"}) {
    EXPECT_FALSE(parse(text).has_value()) << text;
  }
}

TEST(JsonParse, RefusesDeepNestingAndLargeText) {
  const std::string at_limit = std::string(kDepthMax, '[') + std::string(kDepthMax, ']');
  EXPECT_TRUE(parse(at_limit).has_value());
  const std::string deep = std::string(kDepthMax + 1, '[') + std::string(kDepthMax + 1, ']');
  EXPECT_EQ(parse(deep).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(parse("[1,2]", 4).error().code, ErrorCode::kTooLarge);
}

TEST(ObjectReader, ReadsWhatIsThere) {
  const auto value = parse(R"({"name":"böe","count":3.0,"flag":false})");
  ObjectReader reader(*value);
  EXPECT_EQ(reader.required_text("name", {.length_max = 3}), "böe");
  EXPECT_EQ(reader.optional_int64("count", {}), 3);
  EXPECT_EQ(reader.optional_bool("flag"), false);
  EXPECT_EQ(reader.optional_text("absent", {}), std::nullopt);
  EXPECT_TRUE(reader.finish().has_value());
}

TEST(ObjectReader, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(reading_error(R"({})").field, "/name");
  EXPECT_EQ(reading_error(R"({"name":7})").field, "/name");
  EXPECT_EQ(reading_error(R"({"name":""})").field, "/name");
  EXPECT_EQ(reading_error(R"({"name":"abcdef"})").field, "/name");
  EXPECT_EQ(reading_error(R"({"name":null})").field, "/name");
  EXPECT_EQ(reading_error(R"({"name":"a","count":"1"})").field, "/count");
  EXPECT_EQ(reading_error(R"({"name":"a","count":1.5})").field, "/count");
  EXPECT_EQ(reading_error(R"({"name":"a","count":11})").field, "/count");
  EXPECT_EQ(reading_error(R"({"name":"a","count":1e300})").field, "/count");
  EXPECT_EQ(reading_error(R"({"name":"a","flag":0})").field, "/flag");
  EXPECT_EQ(reading_error(R"({"name":"a","x/y~":0})").field, "/x~1y~0");
  EXPECT_EQ(reading_error(R"([])").code, ErrorCode::kInvalidArgument);
}

TEST(JsonWriter, EscapesAndRepairsText) {
  Writer writer;
  writer.begin_object()
      .member("a", "q\"\\\n\x01")
      .member("bad", std::string("x\xff"))
      .member("n", 3)
      .member("d", 0.5)
      .member("t", true);
  writer.key("list").begin_array().number(std::int64_t{1}).null().end_array().end_object();
  EXPECT_EQ(std::move(writer).take(),
            "{\"a\":\"q\\\"\\\\\\n\\u0001\",\"bad\":\"x\xEF\xBF\xBD\",\"n\":3,\"d\":0.5,\"t\":true,\"list\":[1,null]}");
}

TEST(JsonWriter, RoundTripsAValue) {
  const std::string text = R"({"a":[1,2.5,{"b":"c"},[]],"d":null,"e":{}})";
  Writer writer;
  writer.value(*parse(text));
  EXPECT_EQ(std::move(writer).take(), text);
  EXPECT_TRUE(parse(pretty(*parse(text))).has_value());
}

}  // namespace
}  // namespace alcove::json
