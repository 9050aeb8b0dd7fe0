#include <algorithm>
#include <cmath>
#include <utility>
#include "massdriver/converter_motion.hpp"

// What a launch by converters leaves behind: energy, extremes, loads, a profile.

namespace lunafab::massdriver {

/// Flux slope and resistance of a fed coil.
double ConverterRun::terminal_V(const Node& node, std::size_t k) const {
  return node.speed_mps * node.circuits.linkage_slope_Wb_per_m[static_cast<Eigen::Index>(k)] +
         coil_ohm_ * node.fed[k].current_A;
}

/// Energy through the converters in a step.
void ConverterRun::draw_power(double h_m) {
  const Collocation& c = collocation();
  EnergyAccount& e = out_.energy;
  double source_J = 0.0;
  for (std::size_t k = 0; k < node_[0].fed.size(); ++k) {
    NodeValues power{};  // at the terminals of the converter, J/m
    double through_J = 0.0;
    for (std::size_t i = 0; i < collocation_nodes; ++i) {
      const double current = node_[i].fed[k].current_A;
      const double switch_W = line_.series_ohm * current * current;
      power[i] = (terminal_V(node_[i], k) * current + switch_W) / node_[i].speed_mps;
      through_J += h_m * c.weight[i] * power[i];
      e.switch_heat_J += h_m * c.weight[i] * switch_W / node_[i].speed_mps;
    }
    const double out_J = h_m * positive_part(power), back_J = out_J - through_J;
    const double taken_J = out_J / line_.efficiency, returned_J = back_J * line_.efficiency;
    e.discharged_J += taken_J, e.recovered_J += returned_J;
    e.switch_heat_J += taken_J - out_J + back_J - returned_J;
    source_J += taken_J - returned_J;
  }
  const double left_J = line_.store_J - e.discharged_J + e.recovered_J;
  const double weakened = line_.store_J > 0.0 ? std::sqrt(line_.store_J / std::max(left_J, 1.0)) : 1.0;
  const double mean_W = std::abs(source_J) / h_m * node_[collocation_nodes / 2].speed_mps;
  out_.store_power_W = std::max(out_.store_power_W, mean_W * weakened);
}

/// Heat in coils and extremes at a node.
void ConverterRun::heat_coils(const Node& node, double dt) {
  const auto heat = [&](int stage, double current) {
    const double joule_J = coil_ohm_ * current * current * dt;
    out_.energy.coil_heat_J += joule_J;
    out_.stage_heat_J[static_cast<std::size_t>(stage)] += joule_J;
    since_record_.drive_A = std::max(since_record_.drive_A, std::abs(current));
  };
  for (std::size_t k = 0; k < node.fed.size(); ++k) {
    heat(node.fed[k].stage, node.fed[k].current_A);
    since_record_.voltage_V = std::max(since_record_.voltage_V, std::abs(terminal_V(node, k)));
  }
  for (std::size_t k = 0; k < node.shorted.size(); ++k)
    heat(node.shorted[k].stage, node.circuits.shorted_A[static_cast<Eigen::Index>(k)]);
}

void ConverterRun::account(const Node& node, double length_m) {
  const double dt = length_m / node.speed_mps;
  heat_coils(node, dt);
  for (int b = 0; b < d_.bucket.count; ++b) {
    const double current = std::abs(node.circuits.bucket_A[b]);
    since_record_.bucket_A = std::max(since_record_.bucket_A, current);
    since_record_.low_bucket_A = std::min(since_record_.low_bucket_A, current);
  }
  since_record_.acceleration_mps2 =
      std::max(since_record_.acceleration_mps2, std::abs(node.circuits.force_N) / kg_);
  out_.energy.drag_J += drag_Wps_ / node.speed_mps * length_m;
  out_.energy.eddy_J += eddy_ * node.speed_mps * length_m;
  t_ += dt;
  if (settings_.hoop != nullptr) load_coils(node, length_m);
}

/// Stresses, stiffness and jerk.
void ConverterRun::load_coils(const Node& node, double length_m) {
  std::vector<CoilState> states;
  for (const FedCoil& f : node.fed)
    states.push_back({f.stage, f.current_A, node.x_m - f.stage * d_.track.pitch_m});
  const CoilLoads loads =
      coil_loads(*settings_.hoop, machine_.coupling, d_.bucket.spacing_m, states,
                 std::span(node.circuits.bucket_A, static_cast<std::size_t>(d_.bucket.count)));
  fold_loads(out_, record_, loads, {length_m, t_, node.circuits.force_N, 1.0 / kg_},
             in_cruise(node.x_m, plan_, d_));
}

/// A stage has been passed: extremes go into the launch, a row into the profile.
void ConverterRun::pass_stage() {
  const StageExtremes extremes = std::exchange(since_record_, {});
  fold_extremes(out_, extremes, in_cruise(x_, plan_, d_));
  if (settings_.hoop != nullptr) add_row(out_, record_, {x_, w_, t_, out_.energy.coil_heat_J}, extremes);
}

void ConverterRun::close_account() {
  pass_stage();
  EnergyAccount& e = out_.energy;
  const double with_currents_J = here().circuits.magnetic_J;
  waves_.clear(), shorted_.clear();
  e.magnetic_gain_J = with_currents_J - here().circuits.magnetic_J;
  e.kinetic_after_J = 0.5 * kg_ * w_;
  e.residual_J = unexplained_J(e);
  out_.muzzle_speed_mps = std::sqrt(w_);
  out_.time_s = t_;
}

}  // namespace lunafab::massdriver
