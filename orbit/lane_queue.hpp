#pragma once
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include "orbit/lane_integrator.hpp"
#include "orbit/propagate.hpp"

namespace lunafab::orbit {

/// Where one lane stands after a step.
enum class LaneStatus : std::uint8_t { running, arrived, steps_used_up, not_finite };

template <int W>
LaneStatus lane_status(const LaneArcs<W>& arcs, int i, std::int64_t most_steps) {
  if (arcs.t[i] == arcs.t_end[i]) return LaneStatus::arrived;
  // The next step has run into the rounding of t, or nothing is left of the state.
  if (!(arcs.t[i] + arcs.h[i] != arcs.t[i]) || !std::isfinite(arcs.h[i])) return LaneStatus::not_finite;
  if (arcs.tried[i] >= static_cast<double>(most_steps)) return LaneStatus::steps_used_up;
  return LaneStatus::running;
}

inline ArcEnd arc_end(LaneStatus status) {
  if (status == LaneStatus::steps_used_up) return ArcEnd::steps_used_up;
  return status == LaneStatus::not_finite ? ArcEnd::not_finite : ArcEnd::time;
}

inline LanePrecision lane_precision(const Precision& precision) {
  return {precision.tolerance, precision.longest_step};
}

/// An idle lane: a place where nothing happens.
template <int W>
void park_lane(LaneArcs<W>& arcs, int i, double far) {
  arcs.active[i] = 0;
  arcs.t[i] = arcs.t_end[i] = arcs.t_before[i] = 0.0;
  for (Wide3<W>* p : {&arcs.r, &arcs.r_before}) p->x[i] = far, p->y[i] = p->z[i] = 0.0;
  for (Wide3<W>* p : {&arcs.v, &arcs.a, &arcs.v_before, &arcs.a_before})
    p->x[i] = 1.0, p->y[i] = p->z[i] = 0.0;
  arcs.h[i] = 1.0, arcs.growth[i] = 1.0, arcs.tried[i] = 0.0;
}

/// Runs a list of arcs through the lanes of `Work`. Lanes are filled up again when most of them are idle:
/// arcs begun together stay alike, and need the same degrees of the field. `Work` has
///   width                    of its lanes
///   bool load(lane, arc)     sets up a lane; false: the arc has ended already
///   void start(which)        takes up the lanes just loaded
///   void step()              tries a step in all active lanes
///   bool done(lane, arc)     looks at a lane after it; true: the arc has ended
///   void park(lane)
template <class Work>
class LaneQueue {
 public:
  /// Arcs first … last − 1.
  LaneQueue(Work& work, std::size_t first, std::size_t last) : work_(work), next_(first), last_(last) {
    for (int i = 0; i < width; ++i) work_.park(i);
  }
  void run() {
    while (next_ < last_ || idle_ < width) {
      if (next_ < last_ && idle_ >= refill_at) refill();
      if (idle_ == width) continue;
      work_.step();
      for (int i = 0; i < width; ++i) look_at(i);
    }
  }

 private:
  static constexpr int width = Work::width;
  static constexpr int refill_at = (5 * width + 4) / 8;  // idle lanes

  void refill() {
    WideLongs<width> fresh{};
    for (int i = 0; i < width; ++i) {
      while (!busy_[i] && next_ < last_) {
        arc_[i] = next_++;
        if (!work_.load(i, arc_[i])) continue;
        busy_[i] = true, fresh[i] = -1, --idle_;
      }
    }
    work_.start(fresh);
  }
  void look_at(int i) {
    if (!busy_[i] || !work_.done(i, arc_[i])) return;
    work_.park(i);
    busy_[i] = false, ++idle_;
  }

  Work& work_;
  std::size_t next_, last_;
  std::size_t arc_[width] = {};
  bool busy_[width] = {};
  int idle_ = width;
};

/// Spreads `count` arcs over the cores; `make_work()` gives a new set of lanes. Arcs write to their own
/// slots.
template <class MakeWork>
void run_blocks(std::size_t count, const MakeWork& make_work) {
  constexpr std::size_t block = 64;
  oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<std::size_t>(0, (count + block - 1) / block, 1),
                            [&](const auto& blocks) {
                              for (std::size_t b = blocks.begin(); b != blocks.end(); ++b) {
                                auto work = make_work();
                                LaneQueue(work, b * block, std::min(count, (b + 1) * block)).run();
                              }
                            });
}

}  // namespace lunafab::orbit
