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

/// Reads the words of a constraint from left to right.
class Words {
 public:
  explicit Words(const std::string& text) : words_(tokens_of(text)) {}
  bool ended() const { return at_ == words_.size(); }
  const std::string& next() const { return words_[at_]; }
  /// Whether the next word is one of two operators.
  bool next_is(const char* one, const char* other) const {
    return !ended() && (next() == one || next() == other);
  }
  std::string take() { return words_[at_++]; }

  /// A sum up to a comparison or the end.
  std::vector<Term> take_sum() {
    std::vector<Term> sum{take_term(1.0)};
    while (next_is("+", "-")) sum.push_back(take_term(take() == "+" ? 1.0 : -1.0));
    return sum;
  }

 private:
  Term take_term(double sign) {
    Term term{.sign = sign, .operands = {take_operand(Operand::Power::times)}};
    while (next_is("*", "/")) {
      const auto power = take() == "*" ? Operand::Power::times : Operand::Power::over;
      term.operands.push_back(take_operand(power));
    }
    return term;
  }

  /// All up to the next operator.
  Operand take_operand(Operand::Power power) {
    if (ended()) throw Unclear("ends where a value is needed");
    if (is_operator(next())) throw Unclear(quoted(next()) + " stands where a value is needed");
    const bool number = is_number(next());
    Operand operand{
        .kind = number ? Operand::Kind::quantity : Operand::Kind::path, .power = power, .text = take()};
    while (!ended() && !is_operator(next())) operand.text += " " + take();
    if (!number && operand.text.find(' ') != std::string::npos) {
      throw Unclear(quoted(operand.text) + " is neither a path nor a quantity");
    }
    return operand;
  }

  std::vector<std::string> words_;
  std::size_t at_ = 0;
};

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

struct Sum {
  double value = 0.0, largest_term = 0.0;
};

/// A sum whose terms must all have the dimension given.
Sum sum_of(const std::vector<Term>& terms, const Node& scenario, const Dimension& dimension) {
  Sum sum;
  for (const Term& term : terms) {
    const Measure product = product_of(term, scenario);
    if (product.dimension != dimension) {
      throw Unclear(fmt::format("compares {} with {}", to_string(dimension), to_string(product.dimension)));
    }
    sum.value += product.value;
    sum.largest_term = std::max(sum.largest_term, std::abs(product.value));
  }
  return sum;
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
    Words words(item.scalar);
    Constraint constraint{.text = item.scalar, .mark = item.mark, .left = words.take_sum()};
    const auto relation = words.ended() ? std::nullopt : relation_of(words.take());
    if (!relation) throw Unclear(quoted(item.scalar) + " has no comparison");
    constraint.relation = *relation;
    constraint.right = words.take_sum();
    if (!words.ended()) throw Unclear(quoted(words.next()) + " follows where the comparison has ended");
    return constraint;
  } catch (const Unclear& unclear) {
    findings.add({item.mark, "require", unclear.what(), form, unclear.nearest});
  }
  return std::nullopt;
}

Verdict judge(const Constraint& constraint, const Node& scenario) {
  try {
    const Dimension dimension = product_of(constraint.left.front(), scenario).dimension;
    const Sum left = sum_of(constraint.left, scenario, dimension);
    const Sum right = sum_of(constraint.right, scenario, dimension);
    const double excess = left.value - right.value;
    if (!std::isfinite(excess)) throw Unclear("divides by 0, or is too large");
    const double slack = equal_within * std::max(left.largest_term, right.largest_term);
    const bool fine = holds(constraint.relation, excess, slack);
    return {.kind = fine ? Verdict::Kind::holds : Verdict::Kind::broken};
  } catch (const Unclear& unclear) {
    return {.kind = Verdict::Kind::unclear, .problem = unclear.what(), .nearest = unclear.nearest};
  }
}

}  // namespace lunafab::studies
