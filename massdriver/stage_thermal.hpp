#pragma once
#include <array>
#include <span>
#include <vector>
#include "massdriver/coil_loss.hpp"
#include "massdriver/solver.hpp"

namespace lunafab::massdriver {

/// Which stages a node or a wear account stands for.
enum class StageClass : std::uint8_t { first, mean, worst };
inline constexpr std::size_t stage_classes = 3;
const char* name(StageClass stage);

/// One drive coil as a single temperature: its own conductor's heat capacity, its radiator, and a heat each
/// launch that follows the resistance. Neighbours exchange nothing.
struct CoilNode {
  double heat_capacity_J_per_K = 0.0;
  double radiator_m2 = 0.0;
  double emissivity = 0.0;
  Conductor conductor;
  double heat_J = 0.0;  ///< of one launch with the coil at `heat_at_K`
  double heat_at_K = 0.0;
};

/// A stretch of time with one cadence and one sky.
struct CadencePhase {
  double duration_s = 0.0;
  double launches_per_h = 0.0;
  double sky_K = 0.0;
};

/// Course of a temperature; samples are taken right after a launch and at every phase's end.
struct TemperatureCourse {
  double final_K = 0.0, peak_K = 0.0;
  double heat_in_J = 0.0, radiated_J = 0.0;  ///< in − radiated = heat capacity · (final − start)
  std::int64_t launches = 0;
  std::vector<double> time_s, temperature_K;
};

/// Outer cylindrical face of a winding, 2π (r + depth/2) · length: the only face of a drive coil that sees
/// neither the bore nor a neighbour, and the radiator where no other is attached.
double outer_face_m2(const Winding& winding);

/// Conductor mass of one drive coil.
double coil_mass_kg(const DriveCoil& coil);

/// Radiating area of a drive coil: what the design gives, else the outer face.
double radiating_m2(const DriveCoil& coil);

/// Nodes of the first, mean and worst stage from one solved launch. The solution's heat is that at
/// `coil_temperature_K`, which it was solved with. A design without a radiator radiates by the outer face.
std::array<CoilNode, stage_classes> coil_nodes(const DriverDesign& design, const LaunchSolution& launch,
                                               double coil_temperature_K);

/// Heat of one launch with the coil at a temperature: the whole of it scales with resistivity. An upper bound
/// when hot, as proximity loss falls with resistivity.
double launch_heat_J(const CoilNode& node, double temperature_K);

double radiated_W(const CoilNode& node, double temperature_K, double sky_K);

/// Temperature at which radiation takes away the mean heat of a cadence. Exists for every cadence: T⁴
/// outgrows the resistance.
double steady_state_K(const CoilNode& node, double launches_per_h, double sky_K);

/// Cadence whose steady state is `limit_K`, with the heat of a launch at that temperature; 0 where the sky is
/// warmer.
double passive_launches_per_h(const CoilNode& node, double limit_K, double sky_K);

/// A coil through phases of cadence and sky, launch by launch: a jump of heat, then cooling (Runge–Kutta of
/// fourth order, relative step error below 1e-9). Cost: about 0.1 µs a launch.
/// @throws ContractError unless durations and cadences are finite and not negative and the node is possible.
TemperatureCourse simulate_coil(const CoilNode& node, double start_K, std::span<const CadencePhase> phases);

/// A bucket coil in use: a heat each launch and a cryocooler that lifts `cooler_W` until `base_K` is reached.
struct BucketNode {
  double heat_capacity_J_per_K = 0.0;
  double base_K = 0.0;
  double heat_J = 0.0;  ///< of one launch
  double leak_W = 0.0;
  double cooler_W = 0.0;
};

/// One bucket launched every `cycle_s` for `launches` launches from base temperature; heat capacity constant.
/// `peak_K` and samples are right after launches; `radiated_J` is what the cooler took beyond the leak.
TemperatureCourse simulate_bucket(const BucketNode& node, double cycle_s, std::int64_t launches);

/// Shortest cycle without a rise from launch to launch: heat / (cooler − leak); ∞ where the leak takes it
/// all.
double shortest_cycle_s(const BucketNode& node);

}  // namespace lunafab::massdriver
