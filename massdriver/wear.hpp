#pragma once
#include <array>
#include "massdriver/stage_thermal.hpp"

namespace lunafab::massdriver {

/// Parts of a stage that wear. Values are per part unless said otherwise.
enum class WearPart : std::uint8_t { capacitor, closing_switch, coil };
inline constexpr std::size_t wear_parts = 3;
using PerPart = std::array<double, wear_parts>;

/// What one launch did to one stage.
struct StageStress {
  double voltage_ratio = 1.0;  ///< over the capacitors' rated voltage
  double hoop_Pa = 0.0;
  double hoop_cycles = 0.0;
};

/// Account of one stage class.
struct ClassWear {
  double launches = 0.0;
  PerPart consumed{};   ///< share of life since the part's last exchange
  PerPart exchanges{};  ///< planned ones so far
};

/// Plain data, by StageClass.
struct WearState {
  std::array<ClassWear, stage_classes> stages{};
};

/// What keeping the machine fresh costs, per launch of the whole machine.
struct MaintenanceNeed {
  PerPart planned{};  ///< exchanges
  PerPart failed{};   ///< failures between them
  double exchanged_kg = 0.0;
  double down_s = 0.0;
};

/// Stress of each stage class. Banks are built for their own stage's voltage: the mean stage's is that of the
/// energy discharged over the store's rating, the first and worst stage's the largest of the run over the
/// nominal launch's. Their hoop stress is the run's largest too, the mean stage's that at cruise, as the
/// square of the current. Two half waves a bucket coil.
/// @throws ContractError unless nominal voltage and rating are positive.
std::array<StageStress, stage_classes> stage_stresses(const DriverDesign& design,
                                                      const LaunchSolution& launch, double nominal_voltage_V,
                                                      double rated_J);

/// Share of life that one launch takes from each part:
/// - capacitor: voltage_ratio^n / life_launches (film capacitors: n ≈ 7–10, assumption; the reversal of a
///   full cycle shortens life too and belongs in `life_launches`); none in a central store;
/// - switch: 1 / switch_life_launches;
/// - coil: cycles (σ/σ_ref)^m / cycles_ref, Basquin's line through one point and Miner's sum; no endurance
/// limit,
///   mean stress not counted (assumptions).
/// A life of 0 means that the part does not wear.
PerPart life_shares(const DriverDesign& design, const StageStress& stress);

/// State after one more launch: parts past `maintenance.replace_at` are exchanged.
WearState advance(const WearState& state, const DriverDesign& design,
                  const std::array<StageStress, stage_classes>& stresses);

/// Probability that a stage of one class fails during the next launch: Weibull in the share of life d, 1 −
/// exp(−Σ ((d + Δd)^β − d^β)). Over many launches it telescopes to 1 − exp(−Σ d^β).
double stage_failure_probability(const ClassWear& wear, const PerPart& share, double wear_shape);

/// Failed stages expected in the next launch: the first and the worst stage once, the mean class for the
/// rest.
double expected_failed_stages(const WearState& state, const DriverDesign& design,
                              const std::array<StageStress, stage_classes>& stresses);

/// Long-run need when every part is exchanged at `replace_at` of its life and failures before are repaired to
/// the same age: replace_at^β failures an interval. Capacitor mass follows from `store_J` over all stages.
/// @source Barlow, Hunter, "Optimum preventive maintenance policies", Oper. Res. 8 (1960) 90, policy II.
MaintenanceNeed maintenance_need(const DriverDesign& design,
                                 const std::array<StageStress, stage_classes>& stresses, double store_J);

}  // namespace lunafab::massdriver
