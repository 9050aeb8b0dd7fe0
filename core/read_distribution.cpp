#include "core/read_distribution.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <optional>

namespace lunafab {
namespace {

constexpr Range span_range{0.0, 9.2e9, false};  // up to 290 years
constexpr Range positive_span{0.0, 9.2e9, true};
constexpr Range shape_range{0.1, 1e4, false};  // beyond it the variates lose their documented accuracy

Distribution stand_in() {
  return {.kind = Distribution::Kind::constant, .a = 1.0};
}

/// The items of a sequence, each with its path; a finding where `node` is none, or empty.
std::vector<double> read_numbers(MapReader& map, std::string_view key, const Node& node, auto&& read) {
  std::vector<double> numbers;
  if (node.kind != Node::Kind::sequence || node.items.empty())
    map.fail(key, "is not a list of values", "[2 h, 2.5 h, …]");
  numbers.reserve(node.items.size());
  for (const Node& item : node.items)
    numbers.push_back(read(item, fmt::format("{}[{}]", map.path_of(key), numbers.size())));
  return numbers;
}

/// Of values that are pure numbers; each carries its own where there is none.
std::optional<double> read_unit_s(MapReader& map) {
  const Node* const node = map.optional("unit");
  if (node == nullptr) return std::nullopt;
  Node one = *node;
  one.scalar = "1 " + node->scalar;
  return read_quantity_node(one, map.path_of("unit"), unit::time, positive_span, map.findings());
}

std::shared_ptr<const EmpiricalTable> read_observations(MapReader& map) {
  using Between = EmpiricalTable::Between;
  const Between between = map.flag("smooth", false) ? Between::linear : Between::steps;
  const std::optional<double> unit_s = read_unit_s(map);
  const Node* const values = map.required("values");
  const Node* const weights = map.optional("weights");
  if (values == nullptr) return nullptr;
  const std::size_t reported = map.findings().size();
  std::vector<double> spans_s =
      read_numbers(map, "values", *values, [&](const Node& item, const std::string& path) {
        if (!unit_s) return read_quantity_node(item, path, unit::time, span_range, map.findings());
        const Range range{span_range.low, span_range.high / *unit_s, false};
        return *unit_s * read_quantity_node(item, path, unit::number, range, map.findings());
      });
  std::vector<double> shares;
  if (weights != nullptr) {
    shares = read_numbers(map, "weights", *weights, [&](const Node& item, const std::string& path) {
      return read_quantity_node(item, path, unit::number, {0.0, 1e15}, map.findings());
    });
    if (shares.size() != spans_s.size())
      map.fail("weights", fmt::format("are {} for {} values", shares.size(), spans_s.size()), "one a value");
    if (std::all_of(shares.begin(), shares.end(), [](double share) { return share == 0.0; }))
      map.fail("weights", "are all zero", "one above 0 at least");
  }
  if (map.findings().size() != reported) return nullptr;
  return std::make_shared<const EmpiricalTable>(std::move(spans_s), shares, between);
}

Distribution read_kind(MapReader& map) {
  using Kind = Distribution::Kind;
  const std::size_t reported = map.findings().size();
  const Kind kind = map.choice<Kind>("dist", {{"constant", Kind::constant},
                                              {"exponential", Kind::exponential},
                                              {"erlang", Kind::erlang},
                                              {"gamma", Kind::gamma},
                                              {"lognormal", Kind::lognormal},
                                              {"weibull", Kind::weibull},
                                              {"triangular", Kind::triangular},
                                              {"normal", Kind::normal_truncated},
                                              {"uniform", Kind::uniform},
                                              {"empirical", Kind::empirical}});
  Distribution d{.kind = kind};
  switch (kind) {
    case Kind::constant:
      d.a = map.quantity("value", unit::time, span_range);
      break;
    case Kind::exponential:
      d.a = map.quantity("mean", unit::time, positive_span);
      break;
    case Kind::erlang:
      d.a = map.quantity("mean", unit::time, positive_span);
      d.b = static_cast<double>(map.count("stages", 1, 1000));
      break;
    case Kind::gamma:
      d.a = map.quantity("mean", unit::time, positive_span);
      d.b = map.quantity("shape", unit::number, shape_range);
      break;
    case Kind::lognormal: {
      const double mean_s = map.quantity("mean", unit::time, positive_span);
      const double cv = map.quantity("cv", unit::number, {0.0, 10.0, true});
      const double variance_of_log = portable_log(1.0 + cv * cv);
      d.a = portable_log(std::max(mean_s, 1e-6)) - 0.5 * variance_of_log;
      d.b = std::sqrt(variance_of_log);
      break;
    }
    case Kind::weibull:
      d.a = map.quantity("scale", unit::time, positive_span);
      d.b = map.quantity("shape", unit::number, shape_range);
      break;
    case Kind::triangular:
      d.a = map.quantity("low", unit::time, span_range);
      d.b = map.quantity("mode", unit::time, span_range);
      d.c = map.quantity("high", unit::time, span_range);
      if (!(d.a <= d.b && d.b <= d.c && d.a < d.c))
        map.fail("mode", "low ≤ mode ≤ high does not hold", "low ≤ mode ≤ high, low < high");
      break;
    case Kind::normal_truncated:
      d.a = map.quantity("mean", unit::time, span_range);
      d.b = map.quantity("sd", unit::time, positive_span);
      break;
    case Kind::uniform:
      d.a = map.quantity("low", unit::time, span_range);
      d.b = map.quantity("high", unit::time, span_range);
      if (!(d.a < d.b)) map.fail("high", "low < high does not hold", "high above low");
      break;
    case Kind::empirical:
      d.table = read_observations(map);
      break;
  }
  map.finish();
  if (is_valid(d)) return d;
  if (map.findings().size() == reported)
    map.fail("dist", "no such spans can be drawn", "less extreme parameters");
  return stand_in();
}

Distribution from_node(MapReader& map, std::string_view key, const Node* node) {
  if (node == nullptr) return {};
  if (node->kind == Node::Kind::map) {
    MapReader inner(node, map.path_of(key), map.findings());
    return read_kind(inner);
  }
  return {.kind = Distribution::Kind::constant,
          .a = read_quantity_node(*node, map.path_of(key), unit::time, span_range, map.findings())};
}

}  // namespace

Distribution read_distribution(MapReader& map, std::string_view key) {
  return from_node(map, key, map.required(key));
}

Distribution read_distribution(MapReader& map, std::string_view key, const Distribution& fallback) {
  const Node* node = map.optional(key);
  return node == nullptr ? fallback : from_node(map, key, node);
}

}  // namespace lunafab
