#pragma once
#include <atomic>
#include <optional>
#include <vector>
#include "campaign/metrics.hpp"

namespace lunafab::campaign {

enum class Precision : std::uint8_t {
  fixed,    ///< the scenario gives a number of replications
  reached,  ///< the stopping rule's half-widths are
  missed    ///< … are not, after the most replications
};

/// Metrics of the replications in order, the first of which is done: as many as the scenario says, or up to
/// the first at which its stopping rule holds, whatever the threads. Nothing where they were interrupted.
std::optional<std::vector<Metrics>> replicate(const Scenario& scenario, Metrics first,
                                              const std::atomic<bool>* interrupted);

Precision precision(const Scenario& scenario, const std::vector<Metrics>& replications);

}  // namespace lunafab::campaign
