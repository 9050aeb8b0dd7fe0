#include "studies/factor.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"
#include "core/elementary.hpp"

namespace lunafab::studies {
namespace {

Node quantity_node(const Factor& factor, double value) {
  return {
      .kind = Node::Kind::scalar,
      .mark = factor.mark,
      .scalar = factor.unit.empty() ? fmt::format("{}", value) : fmt::format("{} {}", value, factor.unit)};
}

double between(const Factor& factor, double u) {
  if (u == 1.0) return factor.b;
  if (factor.kind == Factor::Kind::log_range)
    return factor.a * portable_exp(u * (portable_log(factor.b) - portable_log(factor.a)));
  return factor.a + u * (factor.b - factor.a);
}

double triangular_quantile(const Factor& factor, double u) {
  const double span = factor.c - factor.a, rise = factor.b - factor.a;
  return u * span < rise ? factor.a + std::sqrt(u * span * rise)
                         : factor.c - std::sqrt((1.0 - u) * span * (factor.c - factor.b));
}

}  // namespace

bool is_range(const Factor& factor) {
  return factor.kind == Factor::Kind::range || factor.kind == Factor::Kind::log_range ||
         factor.kind == Factor::Kind::whole_range;
}

std::size_t level_count(const Factor& factor) {
  if (factor.kind == Factor::Kind::levels) return factor.levels.size();
  if (!is_range(factor)) return 0;
  return factor.steps > 0 ? factor.steps : 2;
}

Node level(const Factor& factor, std::size_t i) {
  if (factor.kind == Factor::Kind::levels) return factor.levels.at(i);
  const std::size_t count = level_count(factor);
  expects(i < count, "level: i below the number of levels");
  if (i == 0) return quantity_node(factor, factor.a);
  if (i + 1 == count) return quantity_node(factor, factor.b);
  const double value = between(factor, static_cast<double>(i) / static_cast<double>(count - 1));
  return quantity_node(factor, factor.kind == Factor::Kind::whole_range ? std::round(value) : value);
}

Node value_at(const Factor& factor, double u) {
  switch (factor.kind) {
    case Factor::Kind::levels: {
      const auto count = static_cast<double>(factor.levels.size());
      return factor.levels[std::min(factor.levels.size() - 1, static_cast<std::size_t>(u * count))];
    }
    case Factor::Kind::range:
    case Factor::Kind::log_range:
      return quantity_node(factor, between(factor, u));
    case Factor::Kind::whole_range:
      return quantity_node(factor,
                           std::min(factor.b, std::floor(factor.a + u * (factor.b - factor.a + 1.0))));
    case Factor::Kind::normal:
      return quantity_node(factor, factor.a + factor.b * normal_quantile(u));
    case Factor::Kind::lognormal: {
      const double variance = portable_log(1.0 + factor.b * factor.b);
      return quantity_node(
          factor, factor.a * portable_exp(std::sqrt(variance) * normal_quantile(u) - 0.5 * variance));
    }
    case Factor::Kind::triangular:
      break;
  }
  return quantity_node(factor, triangular_quantile(factor, u));
}

std::string one_line(const Node& value) {
  std::string text;
  switch (value.kind) {
    case Node::Kind::null:
      return "";
    case Node::Kind::scalar:
      return value.scalar;
    case Node::Kind::sequence:
      for (const Node& item : value.items) text += (text.empty() ? "" : ", ") + one_line(item);
      return "[" + text + "]";
    case Node::Kind::map:
      break;
  }
  for (const Node::Entry& entry : value.entries)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", entry.key, one_line(entry.value));
  return "{" + text + "}";
}

const Node* node_at(const Node& root, const std::string& path) {
  const Node* node = &root;
  for (std::size_t from = 0; node != nullptr && from <= path.size();) {
    const std::size_t dot = std::min(path.find('.', from), path.size());
    node = node->find(std::string_view(path).substr(from, dot - from));
    from = dot + 1;
  }
  return node;
}

}  // namespace lunafab::studies
