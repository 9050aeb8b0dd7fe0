#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "core/document.hpp"

// What a study requires of its points before they run: `lines.a.stations.x.servers * 40 kW <=
// power.solar.area
// * 200 W/m2`. A sum of products on both sides of one comparison; operands are quantities and paths of the
// scenario; operators stand between spaces.
namespace lunafab::studies {

struct Operand {
  enum class Kind : std::uint8_t { quantity, path };
  enum class Power : std::int8_t { times = 1, over = -1 };
  Kind kind = Kind::quantity;
  Power power = Power::times;
  std::string text;
};

/// A product, added or subtracted.
struct Term {
  double sign = 1.0;
  std::vector<Operand> operands;
};

struct Constraint {
  enum class Relation : std::uint8_t { below, up_to, above, from };
  std::string text;
  Mark mark;
  std::vector<Term> left, right;
  Relation relation = Relation::below;
};

/// Reads one item of `require`; what is wrong becomes findings.
std::optional<Constraint> read_constraint(const Node& item, Findings& findings);

/// Whether a scenario meets a constraint.
struct Verdict {
  enum class Kind : std::uint8_t { holds, broken, unclear };
  Kind kind = Kind::holds;
  std::string problem;  ///< of unclear: no value at a path, or units that do not go together
  std::string nearest;  ///< name that the writer may have meant
};

/// Two sides within 10⁻⁹ of each other, relative to the largest term, count as equal.
Verdict judge(const Constraint& constraint, const Node& scenario);

}  // namespace lunafab::studies
