#include "report/insertion_path.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include "core/constants.hpp"
#include "orbit/norm_quantile.hpp"
#include "orbit/synodic.hpp"

namespace lunafab::report {
namespace {

using namespace orbit;

constexpr std::size_t most_eclipses = 6;  // more are only counted
constexpr int least_points = 60, most_points = 600;
constexpr double point_step_d = 1.0 / 48.0;

/// A coast between burns.
struct Leg {
  Craft from;
  Epoch to;
};

std::vector<Leg> planned_legs(const Transfer& t) {
  std::vector<Leg> legs;
  Craft at = t.start;
  for (const Burn& burn : t.burns) {
    legs.push_back({at, burn.before.at});
    at = burnt(burn.before, burn.dv_mps);
  }
  if (days_between(at.at, t.arrival.at) > 0.0) legs.push_back({at, t.arrival.at});
  return legs;
}

/// With a launch speed of its own, corrections as they were flown. What follows the planned place of a last
/// burn is as planned.
std::vector<Leg> flown_legs(const InsertionReport& r) {
  const TransferSetting& s = r.asked.model.setting;
  Craft craft = leave(s, r.transfer->start.at, *r.asked.speed_mps * Eigen::Vector3d::UnitX());
  const Epoch end = r.flown->end == FlightEnd::arrived && !r.transfer->burns.empty() && r.plan->first
                        ? r.transfer->burns.front().before.at
                        : r.flown->at;
  std::vector<Leg> legs;
  const auto coast = [&](Epoch to, const Eigen::Vector3d& dv_mps) {
    if (days_between(to, end) <= 0.0) return;
    legs.push_back({craft, to});
    craft = burnt(propagate(s.dynamics, craft, to).last, dv_mps);
  };
  if (r.plan->first) coast(*r.plan->first, r.flown->first_mps);
  if (r.plan->first) coast(*r.plan->second, r.flown->second_mps);
  legs.push_back({craft, end});
  const bool aimed =
      r.transfer->last == LastBurn::aim_and_match || r.transfer->last == LastBurn::aim_and_capture;
  if (aimed && r.flown->end == FlightEnd::arrived) {
    const std::vector<Leg> planned = planned_legs(*r.transfer);
    legs.insert(legs.end(), planned.begin() + 1, planned.end());
  }
  return legs;
}

TrajectoryPoint point_of(const Craft& craft, const Ephemeris& sky) {
  const Eigen::Vector3d moon_m = sky.at(craft.at).moon_m, moon_mps = sky.at(craft.at).moon_mps;
  const bool lunar = craft.centre == Body::moon;
  const LunarState from_moon{lunar ? craft.r_m : Eigen::Vector3d(craft.r_m - moon_m),
                             lunar ? craft.v_mps : Eigen::Vector3d(craft.v_mps - moon_mps)};
  return {.craft = craft,
          .moon_m = from_moon.r_m.norm(),
          .earth_m = (from_moon.r_m + moon_m).norm(),
          .rotating = to_rotating(from_moon, earth_moon.mass_ratio, synodic_axes(sky, craft.at)).r};
}

void sample_leg(const Leg& leg, InsertionReport& r) {
  const double span_d = days_between(leg.from.at, leg.to);
  const int points = std::clamp(static_cast<int>(span_d / point_step_d), least_points, most_points);
  std::vector<Epoch> dates;
  for (int i = 0; i <= points; ++i)
    dates.push_back(i == points ? leg.to : Epoch{leg.from.at.tt_days_since_j2000 + span_d * i / points});
  for (const Craft& craft : sample(r.asked.model.setting.dynamics, leg.from, dates))
    r.trajectory.push_back(point_of(craft, *r.asked.model.sky));
}

struct Watched {
  EventSpec spec;
  const char* name;
};
std::array<Watched, 7> watched() {
  return {{{{.kind = EventKind::distance, .body = Body::moon, .value = sphere_of_influence_m},
            "border of the Moon's sphere of influence"},
           {{.kind = EventKind::periapsis, .body = Body::moon}, "perilune"},
           {{.kind = EventKind::apoapsis, .body = Body::moon}, "apolune"},
           {{.kind = EventKind::periapsis, .body = Body::earth}, "perigee"},
           {{.kind = EventKind::apoapsis, .body = Body::earth}, "apogee"},
           {{.kind = EventKind::eclipse_in, .body = Body::moon}, "into the Moon's shadow"},
           {{.kind = EventKind::eclipse_in, .body = Body::earth}, "into the Earth's shadow"}}};
}
bool is_eclipse(const EventSpec& spec) {
  return spec.kind == EventKind::eclipse_in;
}

/// Apsides of a body count while it is the centre.
bool counts(const Watched& w, const Craft& craft) {
  const bool apsis = w.spec.kind == EventKind::periapsis || w.spec.kind == EventKind::apoapsis;
  return !apsis || w.spec.body == craft.centre;
}

void watch_leg(const Leg& leg, InsertionReport& r) {
  const auto all = watched();
  std::vector<EventSpec> specs;
  for (const Watched& w : all) specs.push_back(w.spec);
  const Ephemeris& sky = *r.asked.model.sky;
  for (const EventHit& hit : propagate(r.asked.model.setting.dynamics, leg.from, leg.to, specs).events) {
    const Watched& w = all[hit.spec];
    if (!counts(w, hit.craft)) continue;
    if (is_eclipse(w.spec) && static_cast<std::size_t>(++r.eclipses) > most_eclipses) continue;
    const TrajectoryPoint p = point_of(hit.craft, sky);
    const double from_m = w.spec.body == Body::moon ? p.moon_m : p.earth_m;
    r.timeline.push_back({.at = hit.craft.at,
                          .name = is_eclipse(w.spec) || w.spec.kind == EventKind::distance
                                      ? std::string(w.name)
                                      : fmt::format("{}, {:.0f} km from the centre", w.name, from_m / 1e3)});
  }
}

void add_burns(InsertionReport& r) {
  auto& rows = r.timeline;
  rows.push_back(
      {.at = r.transfer->start.at, .name = fmt::format("launch, {:.3f} m/s", r.figures.speed_mps)});
  if (r.plan->first) {
    const auto correction = [&](const char* which, Epoch at, const Eigen::Vector3d& flown_mps,
                                const Eigen::Matrix3d& covariance) {
      InsertionEvent row{.at = at, .name = which};
      if (r.flown) {
        row.dv_mps = flown_mps.norm();
      } else {
        row.p95_mps = norm_quantile(covariance, 0.95);
      }
      rows.push_back(row);
    };
    const bool flown = r.flown.has_value();
    correction("first correction", *r.plan->first, flown ? r.flown->first_mps : Eigen::Vector3d::Zero(),
               r.plan->first_m2ps2);
    correction("second correction", *r.plan->second, flown ? r.flown->second_mps : Eigen::Vector3d::Zero(),
               r.plan->second_m2ps2);
    if (const auto& trims = r.plan->trims) {
      correction("first correction after the burn", trims->first,
                 flown ? r.flown->first_trim_mps : Eigen::Vector3d::Zero(), trims->first_m2ps2);
      correction("second correction after the burn", trims->second,
                 flown ? r.flown->second_trim_mps : Eigen::Vector3d::Zero(), trims->second_m2ps2);
    }
  } else {
    rows.push_back({.at = r.transfer->arrival.at,
                    .name = "errors of the launch, taken out by the burns",
                    .p95_mps = norm_quantile(r.plan->first_m2ps2, 0.95)});
  }
  for (const Burn& burn : r.transfer->burns)
    rows.push_back({.at = burn.before.at, .name = burn.name, .dv_mps = burn.dv_mps.norm()});
  if (r.transfer->last == LastBurn::circularise) {
    const double second_mps = r.transfer->insertion_mps - r.transfer->burns.back().dv_mps.norm();
    if (second_mps > 1e-3)
      rows.push_back({.at = r.transfer->arrival.at, .name = "half a revolution later", .dv_mps = second_mps});
  }
}

}  // namespace

void follow_path(InsertionReport& r) {
  const bool lost = r.flown && r.flown->end != FlightEnd::arrived;
  const std::vector<Leg> legs = r.flown ? flown_legs(r) : planned_legs(*r.transfer);
  add_burns(r);
  for (const Leg& leg : legs) {
    sample_leg(leg, r);
    watch_leg(leg, r);
  }
  const Epoch end = legs.back().to;
  std::erase_if(r.timeline, [&](const InsertionEvent& e) { return lost && days_between(e.at, end) < 0.0; });
  std::stable_sort(r.timeline.begin(), r.timeline.end(),
                   [](const InsertionEvent& a, const InsertionEvent& b) {
                     return a.at.tt_days_since_j2000 < b.at.tt_days_since_j2000;
                   });
  r.timeline.push_back({.at = end, .name = lost ? r.outcome : std::string("arrival")});
  double left_mps = r.destination().correction_budget_mps;
  for (InsertionEvent& row : r.timeline) {
    left_mps -= row.dv_mps + row.p95_mps.value_or(0.0);
    row.left_mps = left_mps;
  }
}

}  // namespace lunafab::report
