#pragma once
#include <vector>
#include "campaign/site.hpp"
#include "massdriver/launch.hpp"
#include "orbit/transfer.hpp"

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
  /// Finds the next instant at which satellite, bucket and energy are ready, and notes a launch event there.
  void plan(Tick now);
  /// Launches the satellite at the head of the queue, if everything is ready.
  void launch_ready(Tick now);

 private:
  massdriver::PlannedLaunch planned(std::uint64_t serial, double coil_K) const;
  Int128 needed_nJ(std::uint64_t serial, double coil_K) const;
  double coil_K(Tick at) const;
  Tick cool_at(Tick now) const;
  Tick ready_at(Tick now) const;

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
