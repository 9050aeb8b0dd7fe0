#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>
#include "core/muzzle.hpp"
#include "core/random.hpp"
#include "massdriver/launch_table.hpp"

namespace lunafab::massdriver {

/// The driver as the ideal fidelity knows it.
struct Driver {
  double largest_payload_kg = 0.0;
  double top_speed_mps = 0.0;         ///< relative to the surface
  double wall_plug_efficiency = 0.0;  ///< payload kinetic energy ÷ net bus energy, (0, 1]
  double misfire_probability = 0.0;   ///< of one launch; the abort catcher stops the payload
  double speed_sd_mps = 0.0;          ///< along the bore, 1 σ
  double lateral_sd_mps = 0.0;        ///< left and up, 1 σ each
};

/// The driver of a campaign at its fidelity.
struct DriverModel {
  Fidelity fidelity = Fidelity::ideal;
  Driver ideal;         ///< at `table` and `solve` only its misfire probability counts
  DriverDesign design;  ///< from here on: of `table` and `solve`
  LaunchTable table;
  std::shared_ptr<const Machine> machine;  ///< for `solve` and audits
  std::int64_t audit = 0;  ///< at `table`: one serial number in so many is solved in full as well
};

struct LaunchOrder {
  std::uint64_t serial = 0;   ///< of the satellite
  std::uint32_t attempt = 0;  ///< 0 for the first launch of this satellite
  Tick at{};
  double payload_kg = 0.0;
  double speed_mps = 0.0;
  double coil_K = 0.0;  ///< mean temperature of the drive coils; not used at `ideal`
};

enum class LaunchOutcome : std::uint8_t { launched, misfire };

/// One launch. Energies close to the last bit: `bus_energy_J == kinetic_energy_J + heat_J + residual_J`.
struct LaunchResult {
  LaunchOrder order{};
  LaunchOutcome outcome = LaunchOutcome::launched;
  Fidelity fidelity = Fidelity::ideal;
  MuzzleState muzzle{};  ///< at rest and without spread after a misfire: nothing leaves
  double bus_energy_J = 0.0;
  double kinetic_energy_J = 0.0;  ///< of the payload at the nominal speed; 0 after a misfire
  double heat_J = 0.0;
  double residual_J = 0.0;        ///< numerical residual of the solver; 0 at `ideal`
  std::int32_t failed_banks = 0;  ///< banks that missed or fired early and shorted coils, of the stages used
  double peak_mps2 = 0.0;         ///< acceleration; 0 after a misfire and at `ideal`
  bool overloaded = false;        ///< launched, but above the design's limit of acceleration
  bool audited = false;
  double audit_speed_mps = 0.0;  ///< mean muzzle speed of the table less that of the full solution
  double audit_bus_rel = 0.0;    ///< the same of the bus energy, relative
};

/// What a launch takes, known before it.
struct PlannedLaunch {
  double bus_energy_J = 0.0;  ///< net, launched or misfired, exactly as `launch` books it
  double coil_heat_J = 0.0;   ///< warms the drive coils; 0 at `ideal`
};

/// @throws ContractError unless payload, speed and temperature are within the driver's reach (`reaches`).
PlannedLaunch planned_launch(const DriverModel& driver, double payload_kg, double speed_mps, double coil_K);

/// Whether the driver throws this payload at this speed at all, coils at their starting temperature.
bool reaches(const DriverModel& driver, double payload_kg, double speed_mps);

/// Speeds the driver gives a payload, from the slowest to the fastest; coils at their starting temperature.
std::array<double, 2> speed_range_mps(const DriverModel& driver, double payload_kg);

/// Covariance of the muzzle velocity (along the bore, left, up), as known before a launch.
/// @throws ContractError unless the driver `reaches` payload and speed.
Eigen::Matrix3d muzzle_covariance_m2ps2(const DriverModel& driver, double payload_kg, double speed_mps);

/// Launches: pure; draws keyed by the driver, the satellite's serial and the attempt. The muzzle speed
/// scatters about what was asked for: the machine's known mean offset is allowed for in the command. A
/// misfire costs the bus as much as a launch, nothing is recovered: the abort catcher brakes the payload, so
/// all of it becomes heat.
/// - `ideal`: Gaussian, diag(speed_sd², lateral_sd², lateral_sd²).
/// - `table`: Gaussian with the table's scatter at this payload, speed and temperature; failed banks as
///   discrete outcomes (`judge_faults`).
/// - `solve`: every launch's own errors through the circuits; sideways as `table`. The bus is debited the
/// plan;
///   what a launch takes beyond or below it is in its heat.
/// At both a launch that does not complete is a misfire; one that completes above the limit of acceleration
/// flies, `overloaded`. What errors other than failed banks add to the peak is only in `solve`.
/// @throws ContractError as `planned_launch`, and where serial or attempt leave the random stream's range.
std::vector<LaunchResult> launch(const DriverModel& driver, std::span<const LaunchOrder> orders,
                                 std::uint64_t seed, std::uint32_t replication);

/// Coil temperature that no launch may pass: the design's limit, within the table.
double warmest_launch_K(const DriverModel& driver);
/// Mean coil temperature a time after `coil_K`, radiating to surroundings at the design's starting
/// temperature.
double cooled_K(const DriverDesign& design, double coil_K, double after_s);
/// The time until the coils have cooled to a temperature above their surroundings'; 0 where they are below
/// it.
double cooling_s(const DriverDesign& design, double coil_K, double to_K);
/// Temperature rise of the mean coil.
double warming_K(const DriverDesign& design, double coil_heat_J);

}  // namespace lunafab::massdriver
