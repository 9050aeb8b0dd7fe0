#pragma once
#include <array>
#include <map>
#include <memory>
#include <utility>
#include <vector>
#include "massdriver/hoop.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/solver.hpp"
#include "massdriver/window.hpp"

namespace lunafab::massdriver {

struct RunSettings {
  double fineness = 1.0;  ///< steps are the finer by this factor than what keeps 1e-6
  double tolerance = 1e-6;
  bool record_firing = false;
  const HoopTables* hoop = nullptr;  ///< where given, a profile and coil loads are kept
};

struct LaneResult {
  LaunchSolution solution;
  bool slots_exceeded = false;  ///< more banks conduct at once than there are slots: solve with more
};

/// Banks that conduct at once in an ordinary launch of this machine.
int usual_conducting(const Machine& machine);

/// Up to eight launches in lockstep of steps, not of position: each lane steps to its own next event.
template <int S>
class BatchRun {
 public:
  BatchRun(const WindowModel& model, const Machine& machine, const RunSettings& settings);
  void add(const LaunchConditions& launch);
  /// Solves what was added, in the order of adding.
  std::vector<LaneResult> finish();

 private:
  enum class Phase : std::uint8_t { idle, rising, pull, push, shorted };
  /// The bank at work on a slot's coil.
  struct Bank {
    Phase phase = Phase::idle;
    int coil = 0;       ///< bucket coil it serves
    double sign = 1.0;  ///< of its first half wave
    double farad = 0.0;
    double reference_A = 0.0;  ///< V₀ √(C/L)
    double coil_share = 1.0;   ///< of the loop's heat that is in the coil
    // Last places before and after the second zero of the current, once it has been passed; y = sign ·
    // current.
    double low_x = 0.0, low_y = 0.0, high_x = 0.0, high_y = 0.0;
    double slope = 0.0;  ///< of y by place, at the end of the last step
    int tries = 0;
  };
  struct Lane {
    bool active = false;
    const LaunchConditions* order = nullptr;
    LaunchPlan plan;
    LaneResult result;
    int reference = 0;                  ///< stage that places are counted from
    long fired = 0;                     ///< banks so far; bank n works in slot n mod S
    int next[most_bucket_coils] = {};   ///< stage to be fired next, by bucket coil
    double opening[most_bucket_coils];  ///< where the last bank of this coil opened, z in m; NaN: not yet
    Bank banks[S];
    double forced_m = 0.0;  ///< next step, towards a current's zero that has been passed; else 0
    double before_J = 0.0;  ///< magnetic energy before an opening whose loss is to be counted
    bool count_loss = false;
    bool settled = false;  ///< the events of this place have been handled
    long steps = 0;
    int recorded = -1;  ///< last stage passed by the leading coil
    double record_w = 0.0, record_x = 0.0, record_heat_J = 0.0;
    double stiffness_sum = 0.0, stiffness_m = 0.0;  ///< since the last record
    double record_volt = 0.0, last_force_N = 0.0, last_t = 0.0;
    std::vector<StageFault> faults;  ///< sorted by stage
  };

  double absolute_x(int lane) const;
  double fire_x(int lane, int coil) const;
  bool waits(int lane) const;
  double accurate_step(int lane) const;
  double bank_step(int lane, int slot) const;
  double choose_step(int lane);
  bool handle_event(int lane);
  int seek_zeros(int lane);
  bool open_banks(int lane);
  double towards_zero(int lane, int slot) const;
  bool fire_due(int lane);
  void move_reference(int lane);
  void fire(int lane, int coil);
  void close_short(int lane, int slot, int coil);
  void open(int lane, int slot, bool late);
  void load_inverse(int lane);
  double magnetic_J(int lane) const;
  double flux_of(int lane, int slot) const;
  double drive_mutual_H(int lane, int slot, int other) const;
  void watch(int lane, double h_m);
  void load_coils(int lane, double h_m);
  void fold_extremes(int lane);
  void stop(int lane, SolverOutcome outcome);
  void complete(int lane);
  void coast(int lane, double length_m);
  void close_account(int lane);
  void park(int lane);
  bool conducts(int lane) const;
  void align();
  BankFault fault_of(const Lane& lane, int stage, int coil) const;

  const WindowModel& model_;
  const Machine& machine_;
  RunSettings settings_;
  Batch<S> batch_;
  Lane lane_[lanes];
  int used_ = 0;
  double largest_step_m_;
  double near_step_;  ///< largest step as a share of the distance to the nearest coil
  double gap_m_;
  double open_below_;  ///< share of a bank's reference current that counts as zero
  std::map<std::array<int, S>, std::vector<double>>
      inverses_;  ///< by the slots' stages from the first conducting one's
};

extern template class BatchRun<2>;
extern template class BatchRun<4>;
extern template class BatchRun<6>;
extern template class BatchRun<16>;

}  // namespace lunafab::massdriver
