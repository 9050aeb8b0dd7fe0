#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>
#include "orbit/window.hpp"

namespace lunafab::orbit {

/// Extremes and quartiles.
struct Spread {
  double least = 0.0, p25 = 0.0, median = 0.0, p75 = 0.0, most = 0.0;
};

/// Quantiles linear between neighbours; nothing of nothing.
std::optional<Spread> spread(std::vector<double> values);

/// Windows of one destination over dates at equal distances.
struct WindowSummary {
  std::size_t dates = 0, found = 0, open = 0;  ///< with a transfer; with one within the budget
  double longest_wait_d = 0.0;                 ///< between the dates studied, also to their end
  std::optional<Spread> speed_mps, planned_mps, correction_p95_mps, transfer_d;  ///< of those found
  std::optional<double> open_median_mps;  ///< planned and corrections, where open

  double open_share() const { return static_cast<double>(open) / static_cast<double>(dates); }
  double found_share() const { return static_cast<double>(found) / static_cast<double>(dates); }
};

WindowSummary summarise(std::span<const Window> windows, double budget_mps, double step_s);

}  // namespace lunafab::orbit
