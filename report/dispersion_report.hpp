#pragma once
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>
#include "massdriver/monte_carlo.hpp"
#include "massdriver/sensitivities.hpp"

namespace lunafab::report {

/// One component of the muzzle state over the launches that completed.
struct Spread {
  static constexpr std::array<double, 7> levels{0.001, 0.025, 0.16, 0.5, 0.84, 0.975, 0.999};
  double mean = 0.0, sd = 0.0;
  double skewness = 0.0, excess_kurtosis = 0.0;  ///< 0 of a Gaussian
  double lowest = 0.0, highest = 0.0;
  std::array<double, levels.size()> quantiles{};  ///< by linear interpolation between order statistics
};
/// @throws ContractError for no values.
Spread spread_of(std::vector<double> values);

/// 95 % interval of a sample's sd, ±; from its fourth moment, for many values.
double sd_half_width(const Spread& spread, std::size_t count);

/// A Monte Carlo of a design's error budget about one nominal launch.
struct DispersionReport {
  massdriver::LaunchStream stream;
  massdriver::Dispersion drawn;
  std::array<Spread, 4> components;  ///< along, left, up, time; zero where no launch completed
  massdriver::Sensitivities tangents;
  std::array<double, massdriver::error_sources> budget{};  ///< of each source, in its unit
  bool sideways = false;                                   ///< the design has a sled
  int with_failed_banks = 0;                               ///< launches
  int above_acceleration = 0;                              ///< launches that completed above the limit
  /// Speed over launches without failed banks, the ones that the tangents describe.
  Spread undisturbed;
  std::size_t undisturbed_launches = 0;
  double seconds = 0.0;  ///< of the Monte Carlo alone; in no table
};

/// What the tangents say and what is drawn, within the 95 % interval of the latter (or both nothing).
inline constexpr std::size_t least_to_compare = 30;
std::optional<bool> tangents_agree(const DispersionReport& report);
/// The words for it, or "too few launches to compare".
const char* agreement(const DispersionReport& report, const char* yes, const char* no);

/// `ride` may be null.
DispersionReport report_dispersion(const massdriver::Machine& machine, const massdriver::ReducedRide* ride,
                                   const massdriver::LaunchConditions& nominal,
                                   const massdriver::LaunchStream& stream, int launches, double tolerance);

/// Launches that did not complete, by reason.
std::vector<std::pair<std::string, int>> failures(const massdriver::Dispersion& drawn);

nlohmann::ordered_json dispersion_json(const DispersionReport& report);
/// One row a launch: serial, outcome, speed, left, up, time, peak acceleration, failed banks.
std::string samples_csv(const DispersionReport& report);
/// The summary for a person, lines of the form `Label        text`.
std::string dispersion_summary(const DispersionReport& report);
/// A section of the launch's page.
std::string dispersion_section(const DispersionReport& report);

}  // namespace lunafab::report
