#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>
#include "massdriver/bank_faults.hpp"
#include "massdriver/machine.hpp"
#include "massdriver/sensitivities.hpp"
#include "massdriver/wear.hpp"

namespace lunafab::massdriver {

/// What a launch comes out as on average.
struct MeanLaunch {
  double speed_offset_mps =
      0.0;  ///< muzzle speed less what was asked for: known, so the command allows for it
  double time_s = 0.0;
  double discharged_J = 0.0, recovered_J = 0.0;
  double coil_heat_J = 0.0;   ///< in all drive coils
  double other_loss_J = 0.0;  ///< switches, eddy currents, drag, discarded
  double residual_J = 0.0;
  double peak_mps2 = 0.0, peak_voltage_V = 0.0;
  double speed_sd_mps = 0.0;  ///< of the error budget
  double injected_J = 0.0;    ///< from the bus, before the main section
  static constexpr std::size_t count = 11;
};

/// The driver as a campaign sees it: means over payload, speed and coil temperature by polynomials through
/// nodes of full solutions, scatter by tangents, failed banks as discrete outcomes.
struct LaunchTable {
  static constexpr std::size_t payloads = 4, speeds = 4, temperatures = 2;
  std::uint64_t design_hash = 0;
  std::array<double, 2> payload_kg{}, speed_share{},
      temperature_K{};         ///< domain; share of the payload's top speed
  std::vector<double> values;  ///< [payloads × speeds × temperatures × MeanLaunch::count], dimensionless
  // At the nominal payload and speed:
  FaultEffects faults;
  MaintenanceNeed wear;                   ///< of one launch
  std::array<double, 3> lateral_m2ps2{};  ///< covariance left–left, left–up, up–up
  // Of held-out launches against the full solver:
  double worst_speed_mps = 0.0, worst_bus_rel = 0.0;
  int held_out = 0;

  static void visit_fields(auto& self, auto&& visit) {
    visit("design_hash", self.design_hash), visit("payload_kg", self.payload_kg);
    visit("speed_share", self.speed_share), visit("temperature_K", self.temperature_K);
    visit("values", self.values), visit("faults", self.faults);
    visit("wear", self.wear);
    visit("lateral_m2ps2", self.lateral_m2ps2);
    visit("worst_speed_mps", self.worst_speed_mps);
    visit("worst_bus_rel", self.worst_bus_rel), visit("held_out", self.held_out);
  }
};

/// The machine cannot do what the table is to cover.
class DriverCannot : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Builds the table from full solutions in parallel: the work of some 30 launches.
/// @throws DriverCannot where a launch of the domain does not complete; the message says which and why.
LaunchTable build_table(const Machine& machine, std::uint64_t design_hash);

/// The table of a design from the cache directory, or built and put there. The file is named by the design's
/// hash and checked; a damaged or older one is built anew.
LaunchTable cached_table(const DriverDesign& design, std::uint64_t design_hash, const std::string& directory);

/// The mean launch; nothing where payload, speed or temperature are outside the table.
std::optional<MeanLaunch> mean_launch(const DriverDesign& design, const LaunchTable& table, double payload_kg,
                                      double speed_mps, double coil_K);

}  // namespace lunafab::massdriver
