#include "domain/search/option_words.hpp"

namespace alcove::search {

std::string_view mode_word(Mode mode) {
  switch (mode) {
    case Mode::kHybrid: return "hybrid";
    case Mode::kKeyword: return "keyword";
    case Mode::kMeaning: return "meaning";
  }
  return "hybrid";
}

std::optional<Mode> find_mode(std::string_view word) {
  for (const Mode mode : {Mode::kHybrid, Mode::kKeyword, Mode::kMeaning}) {
    if (mode_word(mode) == word) {
      return mode;
    }
  }
  return std::nullopt;
}

std::string_view order_word(Order order) {
  switch (order) {
    case Order::kRelevance: return "relevance";
    case Order::kNewest: return "newest";
    case Order::kOldest: return "oldest";
    case Order::kName: return "name";
    case Order::kSize: return "size";
  }
  return "relevance";
}

std::optional<Order> find_order(std::string_view word) {
  for (const Order order : {Order::kRelevance, Order::kNewest, Order::kOldest, Order::kName, Order::kSize}) {
    if (order_word(order) == word) {
      return order;
    }
  }
  return std::nullopt;
}

}  // namespace alcove::search
