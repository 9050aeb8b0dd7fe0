#include "orbit/cr3bp_lanes.hpp"

// The kernel of orbit/cr3bp_batch.cpp.
namespace lunafab::orbit {
namespace {

struct Cr3bpRate {
  static constexpr bool uses_velocity = true;
  double mu;

  LUNAFAB_INLINE Lanes3 operator()(const Lanes& /*t*/, const Lanes3& r, const Lanes3& v) const {
    const Lanes from_large = r.x + mu, from_small = r.x - (1.0 - mu), off_axis_sq = r.y * r.y + r.z * r.z;
    const Lanes large_sq = 1.0 / (from_large * from_large + off_axis_sq),
                small_sq = 1.0 / (from_small * from_small + off_axis_sq);
    const Lanes large = (1.0 - mu) * (large_sq * square_root(large_sq)),
                small = mu * (small_sq * square_root(small_sq)), both = large + small;
    return {r.x + 2.0 * v.y - large * from_large - small * from_small, r.y - 2.0 * v.x - both * r.y,
            -both * r.z};
  }
};

}  // namespace

LUNAFAB_CLONES void start_cr3bp(double mu, const LanePrecision& precision, const LaneLongs& which,
                                LaneArcs& arcs) {
  start_lanes(Cr3bpRate{mu}, precision, which, arcs);
}

LUNAFAB_CLONES void step_cr3bp(double mu, const LanePrecision& precision, LaneArcs& arcs) {
  step_lanes(Cr3bpRate{mu}, precision, arcs);
}

}  // namespace lunafab::orbit
