#include "massdriver/sections.hpp"
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double own_gain = 0.2;      // of the sections' velocity feedback: an assumption
constexpr double near_enough = 0.10;  // short lines end a few per cent low; a line that fails is far off

/// Uniform acceleration between two speeds over whole pitches.
FedLine uniform_line(const Machine& machine, double kg, double from_mps, double to_mps, double a_mps2) {
  const DriverDesign& d = machine.design;
  const double gained = to_mps * to_mps - from_mps * from_mps;
  FedLine line{.law = converter_work(machine), .series_ohm = d.store.switch_ohm};
  LaunchPlan& plan = line.plan;
  plan.stages = std::max(1, static_cast<int>(std::ceil(std::abs(gained) / (2.0 * a_mps2 * d.track.pitch_m))));
  plan.mean_mps2 = gained / (2.0 * plan.stages * d.track.pitch_m);
  plan.bank_J = kg * plan.mean_mps2 * d.track.pitch_m / d.bucket.count;
  plan.injection_mps = from_mps;
  plan.muzzle_mps = to_mps;
  plan.moving_kg = kg;
  line.gain = own_gain;
  line.most_J = largest_charge * std::abs(plan.bank_J);
  return line;
}

SectionRun run(const Machine& machine, const FedLine& line, double coil_K) {
  expects(amplitude_A(line.law, line.plan.bank_J).has_value(),
          "section: some current gives this acceleration");
  const LaunchConditions launch{.coil_temperature_K = coil_K};
  const LaunchSolution s = drive_by_converters(machine, line, launch, {});
  const EnergyAccount& e = s.energy;
  return {.stages = line.plan.stages,
          .length_m = line.plan.stages * machine.design.track.pitch_m,
          .time_s = s.time_s,
          .source_J = e.discharged_J - e.recovered_J,
          .kinetic_J = e.kinetic_after_J - e.kinetic_before_J,
          .coil_heat_J = e.coil_heat_J,
          .inverter_loss_J = e.switch_heat_J,
          .worst_coil_J = *std::max_element(s.stage_heat_J.begin(), s.stage_heat_J.end()),
          .peak_W = s.store_power_W,
          .peak_mps2 = s.peak_mps2,
          .end_mps = s.muzzle_speed_mps,
          .residual_rel = e.residual_J / std::max(e.kinetic_before_J, e.kinetic_after_J)};
}

}  // namespace

SectionRun run_injection(const Machine& machine, double payload_kg, double coil_K) {
  const DriverDesign& d = machine.design;
  FedLine line = uniform_line(machine, d.bucket_kg + payload_kg, walking_mps, d.injection.speed_mps,
                              d.injection.acceleration_mps2);
  line.efficiency = d.injection.efficiency;
  return run(machine, line, coil_K);
}

double injected_J(const Machine& machine, double payload_kg, double coil_K) {
  const DriverDesign& d = machine.design;
  const double v0 = d.injection.speed_mps;
  return 0.5 * (d.bucket_kg + payload_kg) * v0 * v0 / run_injection(machine, payload_kg, coil_K).efficiency();
}

bool reaches_track(const DriverDesign& design, const SectionRun& injection) {
  return std::abs(injection.end_mps / design.injection.speed_mps - 1.0) < near_enough;
}

SectionRun run_brake(const Machine& machine, double speed_mps, double efficiency, double coil_K) {
  const DriverDesign& d = machine.design;
  FedLine line = uniform_line(machine, d.bucket_kg, speed_mps, walking_mps, d.back.brake_mps2);
  line.efficiency = efficiency;
  return run(machine, line, coil_K);
}

}  // namespace lunafab::massdriver
