#include "studies/factor_columns.hpp"
#include <fmt/format.h>
#include <algorithm>
#include "core/csv.hpp"

namespace lunafab::studies {
namespace {

struct NumberAndUnit {
  std::string number, unit;
};

/// `2.4 km/s` taken apart; nothing for other values.
std::optional<NumberAndUnit> taken_apart(const Node& value) {
  if (value.kind != Node::Kind::scalar) return std::nullopt;
  const std::size_t space = std::min(value.scalar.find(' '), value.scalar.size());
  NumberAndUnit parts{value.scalar.substr(0, space),
                      std::string(without_spaces(std::string_view(value.scalar).substr(space)))};
  if (!decimal_number(parts.number)) return std::nullopt;
  return parts;
}

}  // namespace

FactorColumns::FactorColumns(const Plan& plan) : plan_(&plan) {
  for (const Factor& factor : plan.study().factors) units_.push_back(shared_unit(factor));
}

std::vector<Column> FactorColumns::columns() const {
  std::vector<Column> columns;
  for (std::size_t f = 0; f < units_.size(); ++f) {
    const std::string& path = plan_->study().factors[f].path;
    const bool shown = units_[f] && !units_[f]->empty();
    columns.push_back({.name = shown ? fmt::format("{} [{}]", path, *units_[f]) : path,
                       .kind = units_[f] ? Column::Kind::number : Column::Kind::text});
  }
  return columns;
}

void FactorColumns::add_cells(const Place& place, std::vector<Cell>& row) const {
  const Point point = plan_->design().point(place.point);
  for (std::size_t f = 0; f < point.size(); ++f) {
    const Node value = actual(point[f], f);
    auto parts = taken_apart(value);
    row.emplace_back(units_[f] && parts ? std::move(parts->number) : one_line(value));
  }
}

/// The value itself, or the scenario's own in its place.
Node FactorColumns::actual(const Node& value, std::size_t f) const {
  if (value.kind != Node::Kind::null) return value;
  const Node* own = node_at(plan_->study().base, plan_->study().factors[f].path);
  return own == nullptr ? Node{} : *own;
}

std::optional<std::string> FactorColumns::shared_unit(const Factor& factor) const {
  const Study& study = plan_->study();
  const auto f = static_cast<std::size_t>(&factor - study.factors.data());
  if (factor.kind != Factor::Kind::levels && study.design != DesignKind::one_at_a_time) return factor.unit;
  std::vector<Node> values = factor.levels;
  if (factor.kind != Factor::Kind::levels) values.push_back(level(factor, 0));
  for (const std::vector<Node>& point : study.listed) values.push_back(point[f]);
  if (study.design == DesignKind::one_at_a_time) values.push_back(actual({}, f));
  std::optional<std::string> unit;
  for (const Node& value : values) {
    const auto parts = taken_apart(value);
    if (!parts || (unit && *unit != parts->unit)) return std::nullopt;
    unit = parts->unit;
  }
  return unit;
}

}  // namespace lunafab::studies
