#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include "orbit/conjunctions.hpp"

namespace lunafab::orbit {

struct SatellitePair {
  std::uint32_t first, second;
};
/// A step of a screening, short against a revolution.
struct StepSpan {
  double from_s, to_s;
  bool opens, closes;  ///< whether the window begins, or ends, here
};

/// The event of a pair within a step, if its range has its minimum there and is below the threshold. A
/// minimum on a border belongs to the step that ends there.
std::optional<Conjunction> closest_approach(std::span<const PreparedOrbit<double>> orbits,
                                            const SatellitePair& pair, const StepSpan& step,
                                            double threshold_m);

}  // namespace lunafab::orbit
