#include "studies/read_factor.hpp"
#include <fmt/format.h>
#include <cmath>
#include <optional>
#include "core/csv.hpp"
#include "core/quantity.hpp"

namespace lunafab::studies {
namespace {

constexpr std::int64_t most_steps = 100'000;
constexpr double largest_whole = 1e9;

/// Numbers of one dimension, in the unit of the first.
class Amounts {
 public:
  explicit Amounts(MapReader& map) : map_(&map) {}

  double read(std::string_view key) {
    const Node* const node = map_->required(key);
    if (node == nullptr) return 1.0;
    if (node->kind != Node::Kind::scalar) {
      map_->fail(key, "is not a single value", "a number with its unit, such as 2.4 km/s");
      return 1.0;
    }
    const std::string unit_text = unit_of(node->scalar);
    if (!dimension_ && !find_dimension(key, *node, unit_text)) return 1.0;
    const double value =
        read_quantity_node(*node, map_->path_of(key), *dimension_, any_value, map_->findings());
    const std::optional<double> as_written = decimal_number(node->scalar.substr(0, node->scalar.find(' ')));
    return unit_text == unit_ && as_written ? *as_written : value / scale_;
  }
  const std::string& unit() const { return unit_; }

 private:
  static std::string unit_of(const std::string& text) {
    const std::size_t space = text.find(' ');
    return space == std::string::npos ? "" : std::string(without_spaces(text.substr(space)));
  }
  bool find_dimension(std::string_view key, const Node& node, const std::string& unit_text) {
    ParsedQuantity first;
    for (const Unit& dimension : unit::all) {
      const ParsedQuantity parsed = parse_quantity(node.scalar, dimension);
      if (parsed.problem.empty()) {
        dimension_ = dimension;
        unit_ = unit_text;
        if (!unit_text.empty()) scale_ = parse_quantity("1 " + unit_text, dimension).value;
        return true;
      }
      if (first.problem.empty()) first = parsed;
    }
    map_->fail(key, first.problem, "a number with its unit, such as 2.4 km/s", first.nearest);
    return false;
  }

  MapReader* map_;
  std::optional<Unit> dimension_;
  std::string unit_;
  double scale_ = 1.0;  ///< of the unit, in SI
};

void read_levels(MapReader& map, Factor& factor) {
  const Node& list = *map.required("values");
  if (list.kind != Node::Kind::sequence || list.items.empty()) {
    map.fail("values", "is not a list of values", "[2 h, 3 h], one value or more");
    return;
  }
  for (const Node& item : list.items) {
    if (item.kind == Node::Kind::null) {
      map.fail("values", "has an empty value", "[2 h, 3 h], one value or more");
    }
  }
  factor.levels = list.items;
}

void read_range(MapReader& map, Factor& factor) {
  enum class Scale : std::uint8_t { linear, log };
  Amounts amounts(map);
  factor.a = amounts.read("min");
  factor.b = amounts.read("max");
  factor.unit = amounts.unit();
  const auto scale =
      map.choice<Scale>("scale", {{"linear", Scale::linear}, {"log", Scale::log}}, Scale::linear);
  const bool whole = map.flag("whole", false);
  factor.kind = whole                 ? Factor::Kind::whole_range
                : scale == Scale::log ? Factor::Kind::log_range
                                      : Factor::Kind::range;
  if (!(factor.a < factor.b)) map.fail("max", "is not above `min`", "a larger value");
  if (scale == Scale::log && whole) map.fail("scale", "log does not go with `whole`", "linear");
  if (scale == Scale::log && !(factor.a > 0.0))
    map.fail("min", "is not above 0", "more than 0 on a log scale");
  const bool whole_ends = std::floor(factor.a) == factor.a && std::floor(factor.b) == factor.b &&
                          std::abs(factor.a) <= largest_whole && std::abs(factor.b) <= largest_whole;
  if (whole && !whole_ends) map.fail("min", "and `max` are not whole numbers", "whole numbers up to 1e9");
  factor.steps = static_cast<std::size_t>(map.count("steps", 2, most_steps, 0));
  const double levels = factor.b - factor.a + 1.0;
  if (!whole || !whole_ends || !(levels >= 2.0)) return;
  if (factor.steps == 0 && levels <= static_cast<double>(most_steps))
    factor.steps = static_cast<std::size_t>(levels);
  if (static_cast<double>(factor.steps) > levels)
    map.fail("steps", fmt::format("are more than the {} whole numbers", levels), "fewer steps");
}

void read_distribution(MapReader& map, Factor& factor) {
  factor.kind = map.choice<Factor::Kind>("dist", {{"normal", Factor::Kind::normal},
                                                  {"lognormal", Factor::Kind::lognormal},
                                                  {"triangular", Factor::Kind::triangular}});
  Amounts amounts(map);
  if (factor.kind == Factor::Kind::normal) {
    factor.a = amounts.read("mean");
    factor.b = amounts.read("sd");
    if (!(factor.b > 0.0)) map.fail("sd", "is not above 0");
  } else if (factor.kind == Factor::Kind::lognormal) {
    factor.a = amounts.read("mean");
    if (!(factor.a > 0.0)) map.fail("mean", "is not above 0");
    factor.b = map.quantity("cv", unit::number, {0.0, 10.0, true});
  } else {
    factor.a = amounts.read("low");
    factor.b = amounts.read("mode");
    factor.c = amounts.read("high");
    if (!(factor.a <= factor.b && factor.b <= factor.c && factor.a < factor.c))
      map.fail("mode", "does not lie between `low` and `high`", "low ≤ mode ≤ high, low < high");
  }
  factor.unit = amounts.unit();
}

}  // namespace

Factor read_factor(const std::string& path, MapReader map) {
  Factor factor{.path = path, .mark = map.mark()};
  if (map.has("values")) {
    read_levels(map, factor);
  } else if (map.has("dist")) {
    read_distribution(map, factor);
  } else {
    read_range(map, factor);
  }
  map.finish();
  return factor;
}

}  // namespace lunafab::studies
