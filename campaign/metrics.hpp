#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include "campaign/balance.hpp"
#include "campaign/run.hpp"
#include "core/statistics.hpp"

namespace lunafab::campaign {

/// The few numbers a run is asked for first.
struct Outcome {
  std::int64_t ordered = 0, built = 0, launched = 0, inserted = 0, lost = 0, scrapped = 0, misfires = 0,
               to_stock = 0, failed = 0, scrapped_after_built = 0;
  std::int64_t shipped = 0;  ///< pieces that left a plain line, since the warm-up
  double active_kW = 0.0;
  double built_per_year_steady = 0.0;        ///< since the warm-up
  double import_fraction_satellite = 0.0;    ///< of the mass of the satellites built
  double import_fraction_consumables = 0.0;  ///< all imports used up, over the mass of the satellites built
  std::optional<double> import_fraction_capital;  ///< … with the plant's imported mass over its life, where
                                                  ///< the scenario gives it
  double energy_per_satellite_J =
      0.0;  ///< all site energy, storage losses included, over satellites built; 0 if none
  double earth_propellant_kg = 0.0;  ///< burnt by the flights that departed
  double tankers = 0.0;
};
Outcome outcome(const Scenario& scenario, const CampaignState& state, const EnergyBalance& energy);

/// Every scalar of a run by name, in a fixed order: what replications average and studies read.
using Metrics = std::vector<std::pair<std::string, double>>;
Metrics metrics(const Scenario& scenario, const CampaignState& state);

struct MetricInterval {
  std::string name;
  Interval interval;
};
/// The independent values of a metric: those of the replications, or the means of antithetic pairs.
std::vector<double> independent_values(const std::vector<Metrics>& replications, std::size_t metric,
                                       Pairing pairing);
/// Intervals over replications, or pairs of them, metric by metric.
std::vector<MetricInterval> intervals(const std::vector<Metrics>& replications, double confidence,
                                      Pairing pairing);

}  // namespace lunafab::campaign
