#pragma once
#include <vector>
#include "campaign/site.hpp"
#include "massdriver/launch.hpp"
#include "orbit/insertion.hpp"

namespace lunafab::campaign {

/// The queue before the driver and the driver's energy store: decides when the next satellite flies.
class DriverQueue {
 public:
  DriverQueue(const Scenario& scenario, SiteState& site, SiteOutput& output)
      : sc_(scenario), site_(site), d_(site.driver), output_(output) {}

  bool has_place() const { return static_cast<std::int64_t>(d_.queue.size()) < sc_.driver->queue; }
  void enter(std::uint64_t serial, Tick ready) { d_.queue.push_back({serial, ready}); }
  /// Brings the store's content up to `now` at the granted charging power.
  void charge_until(Tick now);
  /// Finds the next instant at which a satellite, its window, a bucket and the energy are ready, and notes a
  /// launch event there. The first in the queue whose window is open flies; others wait for theirs.
  void plan(Tick now);
  /// Launches the satellite that is up, if everything is ready.
  void launch_ready(Tick now);

 private:
  struct NextUp {
    Tick at = never;
    std::size_t place = 0;  ///< in the queue
  };
  std::size_t destination_of(std::uint64_t serial) const;
  double speed_mps(std::uint64_t serial, Tick at) const;
  Tick open_from(std::uint64_t serial, Tick from) const;
  massdriver::PlannedLaunch planned(std::uint64_t serial, Tick at, double coil_K) const;
  Int128 needed_nJ(std::uint64_t serial, Tick at, double coil_K) const;
  double coil_K(Tick at) const;
  Tick cool_at(std::uint64_t serial, Tick now) const;
  NextUp in_window(Tick from) const;
  NextUp next_up(Tick now) const;

  const Scenario& sc_;
  SiteState& site_;
  DriverState& d_;
  SiteOutput& output_;
};

/// Outcome of one launch and, unless it misfired, of its insertion.
struct Solved {
  massdriver::LaunchResult launch;
  orbit::InsertionResult insertion;
};
/// Slot i solves launch i; in parallel where there are many.
void solve_launches(const Scenario& scenario, const factory::RunKey& key,
                    const std::vector<PendingLaunch>& launches, std::vector<Solved>& solved);
/// Books energy, counters, the launch record and the postings of one solved launch.
void book_launch(const Scenario& scenario, SiteState& site, const PendingLaunch& pending,
                 const Solved& solved, std::vector<orbit::Posting>& postings);

}  // namespace lunafab::campaign
