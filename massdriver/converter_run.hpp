#pragma once
#include <optional>
#include "massdriver/hoop.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/solver.hpp"

namespace lunafab::massdriver {

/// Work that one converter does on the bucket as its coil is passed, in mid-track, by its amplitude Î:
/// α Î − β Î². The second term is what the current induced in the bucket takes away; with held bucket
/// currents β is 0.
struct WorkLaw {
  double linear_J_per_A = 0.0, quadratic_J_per_A2 = 0.0;
};
WorkLaw converter_work(const Machine& machine);
/// The smaller amplitude that does this work, negative where it brakes; nothing where no current does it.
std::optional<double> amplitude_A(const WorkLaw& law, double work_J);

/// A line of the track's coils whose currents are held by converters, one for each coil and bucket coil.
struct FedLine {
  LaunchPlan plan;  ///< of the line; negative acceleration and work brake
  WorkLaw law;
  double efficiency = 1.0;  ///< source to coil terminals, and back
  double series_ohm = 0.0;  ///< of the switch, in every coil's loop
  double gain = 0.0;        ///< of the velocity feedback; 0: none
  double most_J = 0.0;      ///< largest work a converter is asked for
  double store_J = 0.0;     ///< full energy of the source; 0: it does not run down
  double usable_J = 0.0;    ///< of it, what may be taken; the launch ends as `store_too_small` beyond
  double end_m = 0.0;       ///< coasted to, from the first coil's centre
  double drift_m = 0.0;     ///< and then this far without coils
};

struct ConverterSettings {
  double fineness = 1.0;             ///< 1: steps for a residual of 1e-6
  const HoopTables* hoop = nullptr;  ///< where given, a profile and coil loads are kept
};

/// Drives the bucket along a line. The converter of stage k for bucket coil b puts the current ∓ Î sin(π z/s)
/// through its coil while |z| < s, z being b's distance from the coil less the firing's advance: pull, then
/// push. Î follows from the work asked of it, with the feedback's bracket as it begins. Currents are
/// functions of position, so the force is too but for short circuits; terminal power is I (dλ/dt + R I), and
/// passes the converter's efficiency either way. Discharged and recovered are taken at the source, converter
/// losses stand among the switches'. Errors of capacitance do not apply. Gauss–Legendre collocation of order
/// 8 between the ends of half waves.
LaunchSolution drive_by_converters(const Machine& machine, const FedLine& line,
                                   const LaunchConditions& launch, const ConverterSettings& settings);

/// The main section of every launch, as `solve_launches` does it for a design with a central store.
std::vector<LaunchSolution> solve_by_converters(const Machine& machine,
                                                std::span<const LaunchConditions> launches,
                                                const SolverOptions& options);

/// The main section fed from the design's central store; nothing where the store cannot give this launch.
std::optional<FedLine> main_line(const Machine& machine, const WorkLaw& law, const LaunchConditions& launch);

}  // namespace lunafab::massdriver
