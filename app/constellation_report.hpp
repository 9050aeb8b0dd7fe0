#pragma once
#include <optional>
#include <string>
#include <vector>
#include "app/ledger_services.hpp"
#include "orbit/capacity.hpp"
#include "orbit/conjunctions.hpp"
#include "orbit/read_constellation.hpp"
#include "orbit/separations.hpp"

// A constellation examined: the figures of `lunafab constellation`, before they are printed.
namespace lunafab::app {

struct ShellResult {
  const orbit::ShellPlan* plan = nullptr;
  orbit::ShellReport report;
  double stockout = 0.0;  ///< between deliveries, with the spares planned
  double need_bps = 0.0;  ///< of one new satellite
  std::vector<orbit::Check> checks;
};

/// Satellites about one body: who comes how close. Groups are the constellation's shells.
struct BodyScreening {
  orbit::Body body = orbit::Body::earth;
  std::vector<std::uint32_t> shell_of;  ///< [satellites]
  std::vector<orbit::Slot> slot_of;     ///< [satellites]
  orbit::Screening screening;
  std::vector<orbit::GroupApproaches> by_shell;
  orbit::SeparationSummary separation;  ///< at the start
  std::vector<orbit::SeparationSummary> separation_by_shell;
  double screening_s = 0.0, separation_s = 0.0;  ///< taken
};

struct ConstellationReport {
  const orbit::Constellation* constellation = nullptr;
  double years = 0.0;
  std::vector<ShellResult> shells;
  Epoch capacity_from;  ///< the constellation's start, or the ledger's
  std::vector<std::vector<orbit::CapacityRow>> capacity_by_shell;
  std::vector<orbit::CapacityRow> capacity;  ///< of all
  std::optional<LedgerServices> ledger;
  std::vector<BodyScreening> screenings;  ///< one a body; none where not asked for
};

struct ScreeningAsked {
  double window_s = 0.0, threshold_m = 0.0;
};

/// `constellation` must outlive the report. @throws ContractError for dates outside the ephemeris.
ConstellationReport report_constellation(const orbit::Constellation& constellation, double years,
                                         std::optional<LedgerServices> ledger,
                                         const std::optional<ScreeningAsked>& screening);

/// `dawn_dusk: velocity budget: 120 m/s, at most 100 m/s`, one a check that fails.
std::vector<std::string> failures(const ConstellationReport& report);

}  // namespace lunafab::app
