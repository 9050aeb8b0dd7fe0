#include "orbit/cr3bp_batch.hpp"
#include <algorithm>
#include "core/contract.hpp"
#include "orbit/cr3bp_lanes.hpp"
#include "orbit/lane_queue.hpp"

namespace lunafab::orbit {
namespace {

/// W lanes at work on a list of arcs.
template <int W>
class Cr3bpWork {
 public:
  static constexpr int width = W;

  Cr3bpWork(double mu, const StateRows& from, double span, const Precision& precision, Cr3bpEnds& out)
      : mu_(mu), from_(from), span_(span), precision_(precision), out_(out) {}

  void park(int i) { park_lane(arcs_, i, 10.0); }
  bool load(int i, std::size_t arc) {
    const auto row = from_.row(static_cast<Eigen::Index>(arc));
    arcs_.t[i] = 0.0, arcs_.t_end[i] = span_;
    arcs_.r.x[i] = row[0], arcs_.r.y[i] = row[1], arcs_.r.z[i] = row[2];
    arcs_.v.x[i] = row[3], arcs_.v.y[i] = row[4], arcs_.v.z[i] = row[5];
    return true;
  }
  void start(const WideLongs<W>& which) { start_cr3bp(mu_, lane_precision(precision_), which, arcs_); }
  void step() { step_cr3bp(mu_, lane_precision(precision_), arcs_); }
  bool done(int i, std::size_t arc) {
    const LaneStatus status = lane_status(arcs_, i, precision_.most_steps);
    if (status == LaneStatus::running) return false;
    out_.ends[arc] = arc_end(status);
    out_.states.row(static_cast<Eigen::Index>(arc)) << arcs_.r.x[i], arcs_.r.y[i], arcs_.r.z[i], arcs_.v.x[i],
        arcs_.v.y[i], arcs_.v.z[i];
    return true;
  }

 private:
  double mu_;
  const StateRows& from_;
  double span_;
  const Precision& precision_;
  Cr3bpEnds& out_;
  LaneArcs<W> arcs_{};
};

}  // namespace

Cr3bpEnds propagate_cr3bp_batch(double mu, const StateRows& from, double span, const Precision& precision,
                                SimdLevel level) {
  expects(mu >= 0.0 && mu < 1.0, "CR3BP: the mass ratio must lie in [0, 1)");
  const auto count = static_cast<std::size_t>(from.rows());
  Cr3bpEnds out{from, std::vector<ArcEnd>(count)};
  if (span == 0.0) return out;
  at_width(level, [&]<int W>(std::integral_constant<int, W>) {
    run_blocks(count, [&] { return Cr3bpWork<W>(mu, from, span, precision, out); });
  });
  return out;
}

}  // namespace lunafab::orbit
