#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>
#include "core/document.hpp"

namespace lunafab::studies {

/// A value of the scenario that a study varies: a list of values, a range, or a distribution.
struct Factor {
  enum class Kind : std::uint8_t {
    levels,       ///< `levels`
    range,        ///< a … b
    log_range,    ///< a … b, evenly by ratio
    whole_range,  ///< whole numbers a … b
    normal,       ///< mean a, standard deviation b
    lognormal,    ///< mean a, coefficient of variation b
    triangular    ///< low a, mode b, high c
  };
  std::string path;  ///< of the value in the scenario
  Mark mark;         ///< in the study file
  Kind kind = Kind::levels;
  std::vector<Node> levels;
  double a = 0.0, b = 0.0, c = 0.0;  ///< in `unit`
  std::string unit;                  ///< as the file writes it; empty for pure numbers
  std::size_t steps = 0;             ///< of a range; 0: none given
};

/// Whether the factor is a range, so that it has levels too.
bool is_range(const Factor& factor);

/// Values of a grid or of one-at-a-time; 0 for distributions, 2 for ranges without steps.
std::size_t level_count(const Factor& factor);

/// Level i, from the low end; the ends of a range are exact.
Node level(const Factor& factor, std::size_t i);

/// The value at the quantile u, 0 < u < 1 (ranges and levels: 0 ≤ u ≤ 1): each level has an equal share.
Node value_at(const Factor& factor, double u);

/// A value on one line: `{dist: exponential, mean: 2 h}`.
std::string one_line(const Node& value);

/// What stands at a path of a document; nullptr where nothing does.
const Node* node_at(const Node& root, const std::string& path);

}  // namespace lunafab::studies
