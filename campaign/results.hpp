#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>
#include "campaign/balance.hpp"
#include "campaign/insight.hpp"
#include "campaign/limits.hpp"
#include "campaign/metrics.hpp"
#include "campaign/run.hpp"

namespace lunafab::campaign {

/// All that is known about a finished run.
struct RunReport {
  const Campaign* campaign = nullptr;  ///< the first replication
  Outcome outcome;
  MaterialBalance material;
  EnergyBalance energy;
  std::optional<Limits> limits;
  std::optional<Insight> insight;     ///< of the first replication; none with a site
  std::vector<Metrics> replications;  ///< of every replication, in order
  std::string ledger_head;            ///< "" without a ledger
  std::int64_t ledger_postings = 0;
};

/// How a run was made; the only file with wall times in it.
struct Manifest {
  std::string status;  ///< running, complete, interrupted
  double wall_s = 0.0;
  int threads = 0;
};

/// summary.json: the outcome with its balances, limits and fidelity. Keys end in their units.
nlohmann::ordered_json summary_json(const RunReport& report);

/// Writes `text` under a temporary name, then renames: readers see the old file or the new one, whole.
void write_file(const std::string& path, const std::string& text);

void write_manifest(const std::string& directory, const Scenario& scenario, const Manifest& manifest);
/// Writes scenario.yaml, summary.json and the CSV tables of a finished run.
void write_results(const std::string& directory, const RunReport& report);

}  // namespace lunafab::campaign
