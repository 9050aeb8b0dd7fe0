#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/earth.hpp"
#include "orbit/force.hpp"
#include "orbit/lane_queue.hpp"
#include "orbit/lunar_lanes.hpp"
#include "orbit/propagate.hpp"

namespace lunafab::orbit {
namespace {

double seconds_between(Epoch from, Epoch to) {
  return (to.tt_days_since_j2000 - from.tt_days_since_j2000) * 86400.0;
}

LunarModel lunar_model(const Dynamics& dynamics, Epoch from, Epoch to) {
  LunarModel out{.sky = cut_sky(dynamics, from, to), .moon_gm = moon_gm_m3ps2(dynamics)};
  out.harmonics = uses_harmonics(dynamics);
  if (out.harmonics) {
    out.series = prepare_series(*dynamics.field, dynamics.degree,
                                taper_field(*dynamics.field, dynamics.degree, dynamics.taper));
  }
  if (dynamics.earth) out.earth_gm = dynamics.gm.earth;
  if (dynamics.sun) out.sun_gm = dynamics.gm.sun;
  if (dynamics.earth && dynamics.earth_j2)
    out.j2_factor = 1.5 * earth::j2 * earth::j2_radius_m * earth::j2_radius_m;
  if (dynamics.pressure) out.pressure_gm = pressure_gm_m3ps2(*dynamics.pressure);
  return out;
}

/// W lanes at work on a list of arcs.
template <int W>
class LunarWork {
 public:
  static constexpr int width = W;

  LunarWork(const Dynamics& dynamics, const LunarModel& model, std::span<const Craft> from,
            std::span<const Epoch> until, const Precision& precision, std::vector<BatchEnd>& ends)
      : dynamics_(dynamics), model_(model), from_(from), until_(until), precision_(precision), ends_(ends) {}

  void park(int i) { park_lane(lunar_.arcs, i, 1e9); }

  bool load(int i, std::size_t arc) {
    const Craft& craft = from_[arc];
    // An arc that begins on the sphere may stand a rounding below it.
    constexpr double lowest_m = constants::moon_radius_m - 1e-3;
    if (craft.r_m.norm() < lowest_m || craft.at.tt_days_since_j2000 == until_[arc].tt_days_since_j2000) {
      ends_[arc] = {craft.r_m.norm() < lowest_m ? ArcEnd::event : ArcEnd::time, craft};
      return false;
    }
    LaneArcs<W>& arcs = lunar_.arcs;
    arcs.t[i] = 0.0, arcs.t_end[i] = seconds_between(craft.at, until_[arc]);
    arcs.r.x[i] = craft.r_m.x(), arcs.r.y[i] = craft.r_m.y(), arcs.r.z[i] = craft.r_m.z();
    arcs.v.x[i] = craft.v_mps.x(), arcs.v.y[i] = craft.v_mps.y(), arcs.v.z[i] = craft.v_mps.z();
    lunar_.offset_s[i] = seconds_between(dynamics_.sky->from(), craft.at);
    const Eigen::Vector3d pole = pole_of(craft.at);
    lunar_.pole.x[i] = pole.x(), lunar_.pole.y[i] = pole.y(), lunar_.pole.z[i] = pole.z();
    return true;
  }

  void start(const WideLongs<W>& which) { start_lunar(model_, lane_precision(precision_), which, lunar_); }
  void step() { step_lunar(model_, lane_precision(precision_), lunar_); }

  bool done(int i, std::size_t arc) {
    const LaneArcs<W>& arcs = lunar_.arcs;
    if (lunar_.suspicious[i] != 0) {
      if (const std::optional<Craft> impact = settle(i, arc)) {
        ends_[arc] = {ArcEnd::event, *impact};
        return true;
      }
    }
    const LaneStatus status = lane_status(arcs, i, precision_.most_steps);
    if (status == LaneStatus::running) return false;
    ends_[arc] = {arc_end(status), craft(arcs.r, arcs.v, arcs.t[i], i, arc)};
    if (status == LaneStatus::arrived) ends_[arc].last.at = until_[arc];
    return true;
  }

 private:
  Craft craft(const Wide3<W>& r, const Wide3<W>& v, double t_s, int i, std::size_t arc) const {
    return {{from_[arc].at.tt_days_since_j2000 + t_s / 86400.0},
            Body::moon,
            {r.x[i], r.y[i], r.z[i]},
            {v.x[i], v.y[i], v.z[i]}};
  }

  /// Goes over the last step again, alone and with an eye on the ground.
  std::optional<Craft> settle(int i, std::size_t arc) const {
    const LaneArcs<W>& arcs = lunar_.arcs;
    const Craft before = craft(arcs.r_before, arcs.v_before, arcs.t_before[i], i, arc);
    const Epoch after{from_[arc].at.tt_days_since_j2000 + arcs.t[i] / 86400.0};
    const EventSpec ground{.kind = EventKind::impact, .ends = true};
    const Arc again =
        propagate(dynamics_, before, after, {&ground, 1}, {.precision = precision_, .change_centre = false});
    if (again.end == ArcEnd::event || again.last.r_m.norm() < constants::moon_radius_m) return again.last;
    return std::nullopt;
  }

  /// On the nearest day, so that arcs of one day share it.
  Eigen::Vector3d pole_of(Epoch at) {
    const double day = std::round(at.tt_days_since_j2000);
    if (day != pole_day_) pole_ = quick_earth_pole({day}), pole_day_ = day;
    return pole_;
  }

  const Dynamics& dynamics_;
  const LunarModel& model_;
  std::span<const Craft> from_;
  std::span<const Epoch> until_;
  const Precision& precision_;
  std::vector<BatchEnd>& ends_;
  LunarLanes<W> lunar_{};
  double pole_day_ = std::nan("");
  Eigen::Vector3d pole_;
};

}  // namespace

LaneSky cut_sky(const Dynamics& dynamics, Epoch from, Epoch to) {
  const Ephemeris& sky = *dynamics.sky;
  const auto segment_of = [&](Epoch at) {
    const double count = seconds_between(sky.from(), at) / Ephemeris::segment_s;
    return std::min(static_cast<std::size_t>(count), sky.segments().size() - 1);
  };
  const std::size_t first = segment_of(from), last = segment_of(to);
  const Eigen::Quaterniond to_field(dynamics.axes == FieldAxes::principal ? R_principal_mean_earth()
                                                                          : Eigen::Matrix3d::Identity());
  LaneSky out{static_cast<int>(first), {}};
  out.rows.resize(last - first + 1);
  for (std::size_t i = first; i <= last; ++i) {
    SkyRow& row = out.rows[i - first];
    const auto& c = sky.segments()[i].c;
    for (int k = 0; k < Ephemeris::terms; ++k) {
      for (int j = 0; j < 3; ++j) row.c[j][k] = -c[j][k], row.c[3 + j][k] = c[3 + j][k] - c[j][k];
      const Eigen::Quaterniond q = to_field * Eigen::Quaterniond(c[9][k], c[6][k], c[7][k], c[8][k]);
      row.c[6][k] = q.x(), row.c[7][k] = q.y(), row.c[8][k] = q.z(), row.c[9][k] = q.w();
    }
  }
  return out;
}

std::vector<BatchEnd> propagate_batch(const Dynamics& dynamics, std::span<const Craft> from,
                                      std::span<const Epoch> until, const Precision& precision,
                                      SimdLevel level) {
  check(dynamics);
  expects(dynamics.sky, "propagate_batch: needs an ephemeris");
  expects(from.size() == until.size(), "propagate_batch: one end date an arc");
  std::vector<BatchEnd> ends(from.size());
  if (from.empty()) return ends;
  Epoch first = until.front(), last = until.front();
  const auto widen = [&](Epoch at) {
    expects(dynamics.sky->covers(at), "propagate_batch: the spans must lie in the ephemeris");
    first.tt_days_since_j2000 = std::min(first.tt_days_since_j2000, at.tt_days_since_j2000);
    last.tt_days_since_j2000 = std::max(last.tt_days_since_j2000, at.tt_days_since_j2000);
  };
  for (const Epoch at : until) widen(at);
  for (const Craft& craft : from) {
    expects(craft.centre == Body::moon, "propagate_batch: arcs begin at the Moon");
    widen(craft.at);
  }
  const LunarModel model = lunar_model(dynamics, first, last);
  at_width(level, [&]<int W>(std::integral_constant<int, W>) {
    run_blocks(from.size(), [&] { return LunarWork<W>(dynamics, model, from, until, precision, ends); });
  });
  return ends;
}

}  // namespace lunafab::orbit
