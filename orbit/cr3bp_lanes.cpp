#include "orbit/cr3bp_lanes.hpp"

// The kernel of orbit/cr3bp_batch.cpp.
namespace lunafab::orbit {
namespace {

template <int W>
struct Cr3bpRate {
  static constexpr bool uses_velocity = true;
  double mu;

  LUNAFAB_INLINE Wide3<W> operator()(const Wide<W>& /*t*/, const Wide3<W>& r, const Wide3<W>& v) const {
    const Wide<W> from_large = r.x + mu, from_small = r.x - (1.0 - mu), off_axis_sq = r.y * r.y + r.z * r.z;
    const Wide<W> large_sq = 1.0 / (from_large * from_large + off_axis_sq),
                  small_sq = 1.0 / (from_small * from_small + off_axis_sq);
    const Wide<W> large = (1.0 - mu) * (large_sq * square_root(large_sq)),
                  small = mu * (small_sq * square_root(small_sq)), both = large + small;
    return {r.x + 2.0 * v.y - large * from_large - small * from_small, r.y - 2.0 * v.x - both * r.y,
            -both * r.z};
  }
};

}  // namespace

template <>
LUNAFAB_AVX512 void start_cr3bp(double mu, const LanePrecision& precision, const WideLongs<8>& which,
                                LaneArcs<8>& arcs) {
  start_lanes(Cr3bpRate<8>{mu}, precision, which, arcs);
}
template <>
LUNAFAB_AVX2 void start_cr3bp(double mu, const LanePrecision& precision, const WideLongs<4>& which,
                              LaneArcs<4>& arcs) {
  start_lanes(Cr3bpRate<4>{mu}, precision, which, arcs);
}
template <>
void start_cr3bp(double mu, const LanePrecision& precision, const WideLongs<2>& which, LaneArcs<2>& arcs) {
  start_lanes(Cr3bpRate<2>{mu}, precision, which, arcs);
}

template <>
LUNAFAB_AVX512 void step_cr3bp(double mu, const LanePrecision& precision, LaneArcs<8>& arcs) {
  step_lanes(Cr3bpRate<8>{mu}, precision, arcs);
}
template <>
LUNAFAB_AVX2 void step_cr3bp(double mu, const LanePrecision& precision, LaneArcs<4>& arcs) {
  step_lanes(Cr3bpRate<4>{mu}, precision, arcs);
}
template <>
void step_cr3bp(double mu, const LanePrecision& precision, LaneArcs<2>& arcs) {
  step_lanes(Cr3bpRate<2>{mu}, precision, arcs);
}

}  // namespace lunafab::orbit
