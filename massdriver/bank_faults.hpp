#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>
#include "core/random.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/solver.hpp"

namespace lunafab::massdriver {

/// What banks that fail do to a launch: full solutions of the nominal launch, each with one fault or one run
/// of missed banks. Banks in a row count stage by stage, in each by bucket coil.
struct FaultEffects {
  /// Missed banks in a row that are tried.
  static constexpr std::array<int, 12> runs{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};

  double muzzle_mps = 0.0, peak_mps2 = 0.0;  ///< of the nominal launch
  // Change of the muzzle speed, −∞ where the launch does not complete. Between the stages solved linear,
  // beyond the last of them constant.
  std::vector<int> from_last;     ///< stages before the last used, ascending
  std::vector<double> miss_mps;   ///< [from_last × bucket coils]
  std::vector<double> early_mps;  ///< the same; empty where the budget has none
  std::vector<double> short_mps;  ///< [from_last] of a shorted coil; empty where the budget has none
  double early_lost_banks = 0.0;  ///< what it costs, in missed banks
  double short_lost_banks = 0.0;
  // Peak acceleration by place of the fault, infinite where the launch does not complete.
  std::vector<int>
      places;  ///< first stage concerned, ascending: from 0 to where all runs complete, then mid-track
  std::vector<double> run_peak_mps2;                     ///< [places × runs]
  std::vector<double> early_peak_mps2, short_peak_mps2;  ///< [places]; empty as above

  static void visit_fields(auto& self, auto&& visit) {
    visit("muzzle_mps", self.muzzle_mps), visit("peak_mps2", self.peak_mps2);
    visit("from_last", self.from_last), visit("miss_mps", self.miss_mps);
    visit("early_mps", self.early_mps), visit("short_mps", self.short_mps);
    visit("early_lost_banks", self.early_lost_banks), visit("short_lost_banks", self.short_lost_banks);
    visit("places", self.places), visit("run_peak_mps2", self.run_peak_mps2);
    visit("early_peak_mps2", self.early_peak_mps2), visit("short_peak_mps2", self.short_peak_mps2);
  }
};

/// With feedback about the work of two launches. @throws ContractError where the nominal launch does not
/// complete.
FaultEffects find_fault_effects(const Machine& machine, const LaunchConditions& nominal);

/// Most missed banks in a row from a place on with which the launch completes: the middle between the longest
/// run that did and the next that was tried; infinite where all did.
double tolerated_run(const FaultEffects& effects, std::size_t place);

/// Faults of the banks of the stages used, by stage; each with the design's probabilities, independent.
/// @throws ContractError unless serial < 2³³.
std::vector<StageFault> draw_bank_faults(const DriverDesign& design, int stages, const StreamKey& key,
                                         std::uint64_t serial, std::uint32_t attempt);

struct FaultVerdict {
  bool completes = true;
  double speed_mps = 0.0;  ///< change of the muzzle speed
  double peak_mps2 = 0.0;  ///< by the faults, at the nominal payload; 0 without faults
};

/// A launch with several faults, by stage. Their cost adds up in missed banks; each bank that fires makes
/// good the feedback's share of it, as far as its charge allows. The launch is lost where the cost passes
/// that of the runs of missed banks that end there and are just tolerated, linear between those tried.
FaultVerdict judge_faults(const FaultEffects& effects, const DriverDesign& design, const LaunchPlan& plan,
                          std::span<const StageFault> faults);

}  // namespace lunafab::massdriver
