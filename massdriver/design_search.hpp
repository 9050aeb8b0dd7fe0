#pragma once
#include <string>
#include <variant>
#include <vector>
#include "massdriver/cadence.hpp"
#include "massdriver/limits.hpp"
#include "massdriver/sizing.hpp"

namespace lunafab::massdriver {

/// Why no machine was found: every limit that binds, by its key in the study.
struct Infeasible {
  std::vector<std::string> reasons;
};

/// A sized machine with the launch that proves it.
struct FoundDesign {
  DriverDesign design;
  double bore = 1.0;                ///< over the smallest that takes the payload
  double analytic_current_A = 0.0;  ///< bucket current by `matched_current_A`
  LaunchSolution launch;            ///< nominal, the whole track
  std::vector<LimitRow> limits;
  int robust_launches = 0, disturbed_launches = 0;   ///< that kept in step, of those disturbed on purpose
  double drive_hoop_Pa = 0.0, bucket_hoop_Pa = 0.0;  ///< by closed formulas, before tuning
  double bus_J = 0.0;                                ///< a launch, net of regeneration
  double em_efficiency = 0.0;                        ///< kinetic energy gained over discharged − recovered
  double drive_kg = 0.0, store_kg = 0.0, bucket_coils_kg = 0.0, cost_usd = 0.0;
  Cadence cadence;
  double orbit_kg_per_year = 0.0;  ///< payload at the cadence
};

using SearchResult = std::variant<FoundDesign, Infeasible>;

/// Sizes a machine for one payload: closed formulas over the bores, the solver on two hundred stages at the
/// muzzle to match the bucket current and the firing, the whole track as proof. Where the proof's peak is
/// above its limit, the track is made longer. Cost: about 5 s.
SearchResult find_design(const DriverStudy& study, double payload_kg);

/// A payload and what was found for it.
struct ParetoPoint {
  double payload_kg = 0.0;
  SearchResult result;
};

/// Payloads of the study's range, evenly spaced, in parallel; empty where it asks for none.
std::vector<ParetoPoint> payload_front(const DriverStudy& study);

/// The design as a driver file: what the study gives, as written there, and what was found.
std::string driver_yaml(const DriverStudy& study, const DriverDesign& design);

}  // namespace lunafab::massdriver
