#pragma once
#include <optional>
#include <string>
#include <vector>
#include "massdriver/day.hpp"
#include "massdriver/launch_figures.hpp"
#include "massdriver/limits.hpp"
#include "report/dispersion_report.hpp"
#include "report/release_report.hpp"

namespace lunafab::report {

/// One launch, solved and judged.
struct LaunchReport {
  massdriver::DriverDesign design;
  massdriver::LaunchConditions asked;
  double tolerance = 1e-6;  ///< of the energy residual
  massdriver::LaunchSolution solution;
  std::optional<massdriver::LaunchFigures> figures;  ///< of a launch that completed
  std::vector<massdriver::LimitRow> limits;          ///< of a launch that completed
  std::optional<ReleaseReport> release;              ///< of a launch that completed, where there is a sled
  std::optional<DispersionReport> dispersion;        ///< where asked for
  std::optional<massdriver::DayOfLaunches> day;      ///< of a launch that completed
  bool rate_asked = false;                           ///< the day's cadence was asked for: it is judged
  std::vector<massdriver::AbortPlace> aborts;        ///< of a launch that completed, where there is a catcher
  std::vector<std::string> refusals;     ///< why the model says no; empty: launched within the limits
  std::vector<std::string> confessions;  ///< what the figures do not say by themselves
};

/// What the conditions ask of a nominal launch: the payload weighed as it is, coils at the design's
/// temperature.
massdriver::LaunchConditions plain_launch(const massdriver::DriverDesign& design, double payload_kg,
                                          double muzzle_speed_mps);

struct ReportOptions {
  double tolerance = 1e-6;  ///< of the energy residual
  massdriver::LaunchStream stream{.seed = 1};
  int launches = 0;                      ///< of a Monte Carlo of the error budget
  std::optional<double> launches_per_h;  ///< of the day; else the design's sustained cadence
  double hours = 24.0;                   ///< of the day
};

/// Solves one launch with its profile, repeats it through a day, fails it along the track, rides its release,
/// checks limits and account; then the Monte Carlo.
/// Failure of the launch is in `refusals`.
LaunchReport report_launch(const massdriver::Machine& machine, const massdriver::LaunchConditions& asked,
                           const ReportOptions& options);

/// A limit's value for people: `12.62 kV`, `38.91 g`.
std::string limit_text(double value, const std::string& unit);

/// One term of an account.
struct AccountTerm {
  std::string name;
  double energy_J = 0.0;
};

/// The solver's account in the main section: what goes in, then where it went; both sum up but for the
/// residual, the last of the second.
struct StageAccount {
  std::vector<AccountTerm> in, out;
};
StageAccount stage_account(const massdriver::EnergyAccount& energy);

/// Heat of the site by its terms; sums to `LaunchFigures::heat`.
std::vector<AccountTerm> heat_terms(const massdriver::LaunchFigures& figures,
                                    const massdriver::EnergyAccount& energy);

}  // namespace lunafab::report
