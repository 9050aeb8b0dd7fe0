#pragma once
#include <array>
#include <map>
#include <vector>
#include "massdriver/hoop.hpp"
#include "massdriver/launch_record.hpp"
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
/// Steps are in batch_steps.cpp, firings and openings in batch_events.cpp, records and accounts in
/// batch_account.cpp.
template <int S>
class BatchRun {
 public:
  BatchRun(const WindowModel& model, const Machine& machine, const RunSettings& settings);
  void add(const LaunchConditions& launch);
  /// Solves what was added, in the order of adding.
  std::vector<LaneResult> finish();

 private:
  enum class Phase : std::uint8_t { idle, rising, pull, push, shorted };
  /// The bank at work on a slot's coil. Places are the leading bucket coil's, counted from the lane's
  /// reference stage.
  struct Bank {
    Phase phase = Phase::idle;
    int coil = 0;                             ///< bucket coil it serves
    double sign = 1.0;                        ///< of its first half wave
    double aligned_m = 0.0;                   ///< its bucket coil is aligned with it
    double expected_m = 0.0, latest_m = 0.0;  ///< it opens as the last one did, at the latest
    double farad = 0.0;
    double reference_A = 0.0;  ///< V₀ √(C/L)
    double coil_share = 1.0;   ///< of the loop's heat that is in the coil
    // Last places before and after the second zero of the current, once it has been passed; y = sign ·
    // current.
    double low_x = 0.0, low_y = 0.0, high_x = 0.0, high_y = 0.0;
    double shift_m = 0.0;  ///< from here to that zero, where slopes carry the state there
    int tries = 0;
  };
  struct Lane {
    bool active = false;
    const LaunchConditions* order = nullptr;
    LaunchPlan plan;
    LaneResult result;
    int reference = 0;                 ///< stage that places are counted from
    long fired = 0;                    ///< banks so far; bank n works in slot n mod S
    int next[most_bucket_coils] = {};  ///< stage to be fired next, by bucket coil
    double trigger_m[most_bucket_coils], delay_s[most_bucket_coils];  ///< of that stage, by bucket coil
    double opening[most_bucket_coils];  ///< where the last bank of this coil opened, z in m; NaN: not yet
    Bank banks[S];
    double coil_ohm = 0.0, loop_ohm = 0.0;
    double forced_m = 0.0;  ///< next step, towards a current's zero that has been passed; else 0
    double before_J = 0.0;  ///< magnetic energy before an opening whose loss is to be counted
    bool count_loss = false;
    bool settled = false;  ///< the events of this place have been handled
    long steps = 0, most_steps = 0;
    LaunchRecord record;
    double record_volt = 0.0;        ///< largest since the last stage was passed
    std::vector<StageFault> faults;  ///< sorted by stage
  };
  enum class Change : std::uint8_t { none, same_currents, other_currents };

  double absolute_x(int lane) const;
  bool conducts(int lane) const;
  void park(int lane);

  // Steps
  double choose_step(int lane);
  double longest_step(int lane, const Bank& bank, double y, double slope) const;
  double fire_x(int lane, int coil) const;
  double to_next_fire(int lane) const;
  double slope_of(int lane, int slot) const;

  // Events
  Change handle_event(int lane);
  int seek_zeros(int lane);
  bool open_banks(int lane);
  double towards_zero(int lane, int slot) const;
  void shift(int lane, double by_m);
  void open(int lane, int slot, bool late);
  Change fire_due(int lane);
  Change fire(int lane, int coil);
  void charge(int lane, int slot, int coil, BankFault fault);
  void close_short(int lane, int slot, int coil);
  void prepare_next(int lane, int coil);
  void move_reference(int lane);
  BankFault fault_of(const Lane& lane, int stage, int coil) const;
  void load_inverse(int lane);
  double flux_of(int lane, int slot) const;
  double drive_mutual_H(int lane, int slot, int other) const;

  // Account
  double magnetic_J(int lane) const;
  void watch(int lane, double h_m);
  void load_coils(int lane, double h_m);
  void pass_stage(int lane);
  void stop(int lane, SolverOutcome outcome);
  void complete(int lane);
  void coast(int lane, double length_m);
  void close_account(int lane);

  const WindowModel& model_;
  const Machine& machine_;
  RunSettings settings_;
  int used_ = 0;
  double shift_;       ///< how far slopes carry a state, as a share of the longest accurate step
  double open_below_;  ///< share of a bank's reference current that counts as zero
  std::map<std::array<int, S>, std::vector<double>>
      inverses_;  ///< by the slots' stages from the first conducting one's
  Batch<S> batch_;
  Lane lane_[lanes];
};

// One source holds each group of members, and instantiates them for every width.
#define LUNAFAB_EACH_WIDTH(INSTANTIATE) INSTANTIATE(2) INSTANTIATE(4) INSTANTIATE(6) INSTANTIATE(16)

constexpr double same_place_m = 1e-9;
constexpr double slow_mps = 1.0;  // below, a launch has stalled

}  // namespace lunafab::massdriver
