#include "studies/constraint.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include "core/csv.hpp"
#include "core/unit_system.hpp"
#include "studies/factor.hpp"

namespace lunafab::studies {
namespace {

constexpr double equal_within = 1e-9;
constexpr const char* form =
    "a * 2 + b <= 3 h: sums and products of paths and quantities, one comparison, "
    "spaces around operators";

/// Why a constraint, or a value that it names, means nothing.
struct Unclear : std::runtime_error {
  explicit Unclear(const std::string& problem, std::string near = {})
      : std::runtime_error(problem), nearest(std::move(near)) {}
  std::string nearest;
};

struct Measure {
  double value = 0.0;  ///< in base units
  Dimension dimension;
};

std::vector<std::string> tokens_of(const std::string& text) {
  std::vector<std::string> tokens;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t space = std::min(text.find(' ', from), text.size());
    if (space > from) tokens.push_back(text.substr(from, space - from));
    from = space + 1;
  }
  return tokens;
}

std::optional<Constraint::Relation> relation_of(const std::string& token) {
  using enum Constraint::Relation;
  const std::array<std::pair<const char*, Constraint::Relation>, 4> words{
      {{"<", below}, {"<=", up_to}, {">", above}, {">=", from}}};
  for (const auto& [word, relation] : words) {
    if (token == word) return relation;
  }
  return std::nullopt;
}

bool is_operator(const std::string& token) {
  return token == "+" || token == "-" || token == "*" || token == "/" || relation_of(token).has_value();
}

bool is_number(const std::string& token) {
  const std::string digits = token.ends_with('%') ? token.substr(0, token.size() - 1) : token;
  return decimal_number(digits).has_value();
}

/// Takes tokens up to the next operator as an operand.
Operand take_operand(const std::vector<std::string>& tokens, std::size_t& at, Operand::Power power) {
  Operand operand{.power = power};
  const std::size_t first = at;
  for (; at < tokens.size() && !is_operator(tokens[at]); ++at)
    operand.text += (at == first ? "" : " ") + tokens[at];
  if (at == first)
    throw Unclear(at < tokens.size() ? quoted(tokens[at]) + " stands where a value is needed"
                                     : "ends where a value is needed");
  operand.kind = is_number(tokens[first]) ? Operand::Kind::quantity : Operand::Kind::path;
  if (operand.kind == Operand::Kind::path && at > first + 1)
    throw Unclear(quoted(operand.text) + " is neither a path nor a quantity");
  return operand;
}

/// A sum up to a comparison or the end.
std::vector<Term> take_sum(const std::vector<std::string>& tokens, std::size_t& at) {
  std::vector<Term> sum;
  double sign = 1.0;
  while (true) {
    Term term{.sign = sign, .operands = {take_operand(tokens, at, Operand::Power::times)}};
    while (at < tokens.size() && (tokens[at] == "*" || tokens[at] == "/")) {
      const auto power = tokens[at] == "*" ? Operand::Power::times : Operand::Power::over;
      term.operands.push_back(take_operand(tokens, ++at, power));
    }
    sum.push_back(std::move(term));
    if (at == tokens.size() || (tokens[at] != "+" && tokens[at] != "-")) return sum;
    sign = tokens[at++] == "+" ? 1.0 : -1.0;
  }
}

/// `2.4 km/s`, `5`, `25 %` in base units.
Measure measure(const std::string& text) {
  const std::size_t end = std::min(text.find_first_of(" %"), text.size());
  const auto number = decimal_number(text.substr(0, end));
  if (!number) throw Unclear(quoted(text) + " is not a number with its unit");
  const std::string_view unit = without_spaces(std::string_view(text).substr(end));
  const UnitReading reading = read_unit(unit.empty() ? "1" : unit);
  if (!reading.problem.empty()) throw Unclear(reading.problem, reading.nearest);
  return {*number * reading.scale, reading.dimension};
}

/// The text of the value at a path.
const std::string& text_at(const Node& scenario, const std::string& path) {
  const Node* node = &scenario;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t dot = std::min(path.find('.', from), path.size());
    const std::string key = path.substr(from, dot - from);
    const Node* const next = node->find(key);
    if (next == nullptr) {
      std::vector<std::string> keys;
      for (const Node::Entry& entry : node->entries) keys.push_back(entry.key);
      throw Unclear(fmt::format("no {} in the scenario for {}", quoted(key), quoted(path)),
                    nearest_name(key, keys));
    }
    node = next;
    from = dot + 1;
  }
  if (node->kind != Node::Kind::scalar) throw Unclear(quoted(path) + " is not a single value");
  return node->scalar;
}

void multiply(Measure& product, const Measure& by, int power) {
  product.value = power > 0 ? product.value * by.value : product.value / by.value;
  for (const auto& [base, exponent] : by.dimension) {
    if ((product.dimension[base] += power * exponent) == 0) product.dimension.erase(base);
  }
}

Measure product_of(const Term& term, const Node& scenario) {
  Measure product{.value = term.sign};
  for (const Operand& operand : term.operands) {
    const bool path = operand.kind == Operand::Kind::path;
    multiply(product, measure(path ? text_at(scenario, operand.text) : operand.text),
             static_cast<int>(operand.power));
  }
  return product;
}

/// Adds a sum to `total` and notes its largest term; all terms must have the dimension of the first of all.
void add_sum(const std::vector<Term>& sum, double sign, const Node& scenario, const Measure& first,
             double& total, double& largest) {
  for (const Term& term : sum) {
    const Measure product = product_of(term, scenario);
    if (product.dimension != first.dimension) {
      throw Unclear(
          fmt::format("compares {} with {}", to_string(first.dimension), to_string(product.dimension)));
    }
    total += sign * product.value;
    largest = std::max(largest, std::abs(product.value));
  }
}

bool holds(Constraint::Relation relation, double excess, double slack) {
  switch (relation) {
    case Constraint::Relation::below:
      return excess < -slack;
    case Constraint::Relation::up_to:
      return excess <= slack;
    case Constraint::Relation::above:
      return excess > slack;
    case Constraint::Relation::from:
      break;
  }
  return excess >= -slack;
}

}  // namespace

std::optional<Constraint> read_constraint(const Node& item, Findings& findings) {
  try {
    if (item.kind != Node::Kind::scalar) throw Unclear("is not a text");
    const std::vector<std::string> tokens = tokens_of(item.scalar);
    std::size_t at = 0;
    Constraint constraint{.text = item.scalar, .mark = item.mark, .left = take_sum(tokens, at)};
    const auto relation = at < tokens.size() ? relation_of(tokens[at]) : std::nullopt;
    if (!relation) throw Unclear(quoted(item.scalar) + " has no comparison");
    constraint.relation = *relation;
    constraint.right = take_sum(tokens, ++at);
    if (at < tokens.size()) throw Unclear(quoted(tokens[at]) + " follows where the comparison has ended");
    return constraint;
  } catch (const Unclear& unclear) {
    findings.add({item.mark, "require", unclear.what(), form, unclear.nearest});
  }
  return std::nullopt;
}

Verdict judge(const Constraint& constraint, const Node& scenario) {
  try {
    const Measure first = product_of(constraint.left.front(), scenario);
    double excess = 0.0, largest = 0.0;
    add_sum(constraint.left, 1.0, scenario, first, excess, largest);
    add_sum(constraint.right, -1.0, scenario, first, excess, largest);
    if (!std::isfinite(excess)) throw Unclear("divides by 0, or is too large");
    const bool fine = holds(constraint.relation, excess, equal_within * largest);
    return {.kind = fine ? Verdict::Kind::holds : Verdict::Kind::broken};
  } catch (const Unclear& unclear) {
    return {.kind = Verdict::Kind::unclear, .problem = unclear.what(), .nearest = unclear.nearest};
  }
}

}  // namespace lunafab::studies
