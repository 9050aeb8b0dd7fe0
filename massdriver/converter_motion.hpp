#pragma once
#include <array>
#include <vector>
#include "massdriver/collocation.hpp"
#include "massdriver/converter_circuit.hpp"
#include "massdriver/converter_run.hpp"
#include "massdriver/launch_record.hpp"

namespace lunafab::massdriver {

/// One full sine of current through one coil.
struct Wave {
  int stage = 0;
  double middle_m = 0.0;     ///< place of the leading bucket coil at the zero between pull and push
  double amplitude_A = 0.0;  ///< positive pulls, for a bucket coil of positive current
};

/// 1 or −1: bucket coils alternate.
inline double sign_of(int bucket_coil) {
  return bucket_coil % 2 == 0 ? 1.0 : -1.0;
}

/// The coils' currents at one place; waves of the same coil add.
void fed_coils(const std::vector<Wave>& waves, double x_m, double half_wave_m, std::vector<FedCoil>& coils);

/// One launch along a line. Firings and steps are in converter_motion.cpp, records and accounts in
/// converter_account.cpp.
class ConverterRun {
 public:
  ConverterRun(const Machine& machine, const FedLine& line, const LaunchConditions& launch,
               const ConverterSettings& settings);
  LaunchSolution finish();

 private:
  struct Shorted {
    ShortedCoil coil;
    double until_m = 0.0;
  };

  /// Circuits at one node of a step.
  struct Node {
    double x_m = 0.0, speed_mps = 0.0;
    std::vector<FedCoil> fed;
    std::vector<ShortedCoil> shorted;
    FedCircuits circuits;
  };

  // Events
  double fire_x(int coil) const;
  BankFault fault_of(int stage, int coil) const;
  bool handle_event();
  void fire(int coil);
  void close_short(int stage);
  bool end_one();
  double next_event_m() const;

  // Motion
  double accurate_step_m() const;
  void step(double h_m);
  Node here() const;
  void solve(Node& node) const;
  void iterate(double h_m);
  void coast(double length_m);
  SolverOutcome judge() const;
  bool pass_coils();
  double speed_sq_slope(const Node& node) const;
  double flux_slope(const Node& node, std::size_t shorted) const;
  double retarding_N(double v) const { return drag_Wps_ / v + eddy_ * v; }

  // Account
  void account(const Node& node, double length_m);
  double terminal_V(const Node& node, std::size_t fed) const;
  void draw_power(double h_m);
  void heat_coils(const Node& node, double dt);
  void load_coils(const Node& node, double length_m);
  void pass_stage();
  void close_account();

  const Machine& machine_;
  const DriverDesign& d_;
  const FedLine& line_;
  const LaunchPlan& plan_;
  const LaunchConditions& order_;
  const ConverterSettings& settings_;
  LaunchSolution out_;
  double kg_, coil_ohm_, drag_Wps_, eddy_;
  double x_ = 0.0, w_ = 0.0, t_ = 0.0;  ///< place, squared speed, time
  std::vector<int> next_;               ///< stage to be fired next, by bucket coil
  std::vector<Wave> waves_;
  std::vector<Shorted> shorted_;
  std::vector<StageFault> faults_;
  std::array<Node, collocation_nodes> node_;
  StageExtremes since_record_;
  LaunchRecord record_;
};

}  // namespace lunafab::massdriver
