#include "orbit/event_watch.hpp"
#include <algorithm>
#include "core/constants.hpp"
#include "orbit/earth.hpp"
#include "orbit/shadow.hpp"

namespace lunafab::orbit {
namespace {

using Eigen::Vector3d;

double mean_radius_m(Body body) {
  return body == Body::moon ? constants::moon_radius_m : earth_radius_m;
}

struct Relative {
  Vector3d r_m, v_mps;
};
Relative from_body(const Scene& scene, Body body) {
  if (scene.centre == body) return {scene.r_m, scene.v_mps};
  const double sign = body == Body::earth ? 1.0 : -1.0;
  return {scene.r_m + sign * scene.sky.moon_m, scene.v_mps + sign * scene.sky.moon_mps};
}

Vector3d to_sun(const Scene& scene) {
  return scene.sky.sun_m - from_body(scene, Body::earth).r_m;
}

/// By which the centre and another body are drawn to each other, at most.
double bodies_pull_mps2(const Scene& scene, Body body) {
  constexpr double both_gm = 1.1 * earth::gm_m3ps2;
  return scene.centre == body ? 0.0 : both_gm / scene.sky.moon_m.squaredNorm();
}

bool is_shadow(EventKind kind) {
  return kind == EventKind::eclipse_in || kind == EventKind::eclipse_out || kind == EventKind::penumbra ||
         kind == EventKind::umbra;
}

/// Twice what an event's function changes by in a second: that leaves room for a step's middle.
double pace(const EventSpec& spec, const Scene& scene) {
  const Relative at = from_body(scene, spec.body);
  const double speed_mps = at.v_mps.norm(), distance_m = at.r_m.norm();
  if (is_shadow(spec.kind)) return 2.0 * speed_mps / distance_m;
  if (spec.kind == EventKind::periapsis || spec.kind == EventKind::apoapsis)
    return 2.0 *
           (speed_mps * speed_mps / distance_m + scene.a_mps2.norm() + bodies_pull_mps2(scene, spec.body));
  return 2.0 * speed_mps;
}

/// What lies between the value of a craft put on the sphere and zero is rounding.
constexpr double on_the_sphere_m = 1e-8;

bool is_altitude(EventKind kind) {
  return kind == EventKind::impact || kind == EventKind::altitude;
}

}  // namespace

bool looks_at_sky(const EventSpec& spec, Body centre) {
  return spec.body != centre || is_shadow(spec.kind);
}

double event_value(const EventSpec& spec, const Scene& scene) {
  switch (spec.kind) {
    case EventKind::impact:
      return from_body(scene, spec.body).r_m.norm() - mean_radius_m(spec.body);
    case EventKind::altitude:
      return from_body(scene, spec.body).r_m.norm() - mean_radius_m(spec.body) - spec.value;
    case EventKind::periapsis:
    case EventKind::apoapsis: {
      const Relative at = from_body(scene, spec.body);
      return at.r_m.dot(at.v_mps) / at.r_m.norm();
    }
    case EventKind::distance:
      return from_body(scene, spec.body).r_m.norm() - spec.value;
    case EventKind::plane_crossing:
      return from_body(scene, spec.body).r_m.dot(spec.normal);
    case EventKind::eclipse_in:
    case EventKind::eclipse_out:
    case EventKind::penumbra:
      return limb_gap_rad(to_sun(scene), -from_body(scene, spec.body).r_m, mean_radius_m(spec.body));
    case EventKind::umbra:
      return umbra_gap_rad(to_sun(scene), -from_body(scene, spec.body).r_m, mean_radius_m(spec.body));
  }
  return 0.0;
}

Crossing counted_crossing(const EventSpec& spec) {
  switch (spec.kind) {
    case EventKind::impact:
    case EventKind::apoapsis:
    case EventKind::eclipse_in:
      return Crossing::falling;
    case EventKind::periapsis:
    case EventKind::eclipse_out:
      return Crossing::rising;
    case EventKind::altitude:
    case EventKind::distance:
    case EventKind::plane_crossing:
    case EventKind::penumbra:
    case EventKind::umbra:
      break;
  }
  return spec.crossing;
}

void EventWatch::begin(double t_s, const Scene& scene, bool first_piece) {
  begun_s_ = t_s_ = t_s;
  guard_ = first_piece;
  last_.resize(specs_.size());
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    last_[i] = event_value(specs_[i], scene);
    if (first_piece && is_altitude(specs_[i].kind) && std::abs(last_[i]) <= on_the_sphere_m)
      last_[i] = on_the_sphere_m;
  }
}

bool EventWatch::in_reach(std::size_t spec, double t_s, const Scene& before, const Scene& after,
                          double now) const {
  const EventSpec& s = specs_[spec];
  const double quickest = std::max(pace(s, before), pace(s, after)), last = last_[spec];
  return (last > 0.0) != (now > 0.0) || !(std::abs(last) + std::abs(now) > quickest * std::abs(t_s - t_s_));
}

std::vector<EventFound> EventWatch::advance(double t_s, const Scene& before, const Scene& after,
                                            const SceneAt& scene_at) {
  std::vector<EventFound> found;
  near_.clear();
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const double now = event_value(specs_[i], after);
    if (in_reach(i, t_s, before, after, now)) {
      near_.push_back(i);
    } else {
      last_[i] = now;
    }
  }
  const double begin_s = t_s_;
  for (int k = near_.empty() ? parts : 1; k <= parts; ++k) {
    const double to_s = k == parts ? t_s : begin_s + (t_s - begin_s) * k / parts;
    const Scene scene = k == parts ? after : scene_at(to_s);
    for (const std::size_t i : near_) {
      const Part part{t_s_, to_s, last_[i], event_value(specs_[i], scene)};
      search(i, part, scene_at, found);
      last_[i] = part.to;
    }
    t_s_ = to_s;
  }
  std::ranges::stable_sort(
      found, [&](const EventFound& a, const EventFound& b) { return way_ * a.t_s < way_ * b.t_s; });
  return found;
}

void EventWatch::search(std::size_t spec, const Part& part, const SceneAt& scene_at,
                        std::vector<EventFound>& found) {
  const auto keep = [&](const Part& crossed) {
    const double t_s = locate(spec, crossed, scene_at);
    if (counts(spec, (crossed.to > 0.0) == (way_ > 0.0), t_s)) found.push_back({spec, t_s});
  };
  if ((part.from > 0.0) != (part.to > 0.0)) {
    keep(part);
  } else if (const auto turn_s = dip(spec, part, scene_at)) {
    const double turn = value(spec, *turn_s, scene_at);
    keep({part.from_s, *turn_s, part.from, turn});
    keep({*turn_s, part.to_s, turn, part.to});
  }
}

/// Where the function, of one sign at both ends, has gone through zero in between; golden section towards its
/// extreme, left as soon as a value lies beyond.
std::optional<double> EventWatch::dip(std::size_t spec, const Part& part, const SceneAt& scene_at) const {
  const double side = part.from > 0.0 ? 1.0 : -1.0;
  const auto height = [&](double t_s) {
    return side * value(spec, t_s, scene_at);
  };
  const double little_s = 1e-4 * (part.to_s - part.from_s);
  if (!(height(part.from_s + little_s) < side * part.from) ||
      !(height(part.to_s - little_s) < side * part.to))
    return std::nullopt;
  constexpr double golden = 0.6180339887498949;
  double a = part.from_s, b = part.to_s;
  double left = b - golden * (b - a), right = a + golden * (b - a);
  double at_left = height(left), at_right = height(right);
  while (std::abs(b - a) > time_tolerance_s) {
    if (!(at_left > 0.0)) return left;
    if (!(at_right > 0.0)) return right;
    if (at_left < at_right) {
      b = right, right = left, at_right = at_left;
      left = b - golden * (b - a), at_left = height(left);
    } else {
      a = left, left = right, at_left = at_right;
      right = a + golden * (b - a), at_right = height(right);
    }
    if (left == right) break;
  }
  return std::nullopt;
}

/// Secant, looking a little to either side of its zero, and bisection where that has not halved the bracket;
/// the far end of the last bracket, so that the craft has the sign of after the event.
double EventWatch::locate(std::size_t spec, Part part, const SceneAt& scene_at) const {
  const bool above_after = part.to > 0.0;
  const auto cut = [&](double t_s) {
    if (!((t_s - part.from_s) * way_ > 0.0 && (part.to_s - t_s) * way_ > 0.0)) return;
    const double g = value(spec, t_s, scene_at);
    if ((g > 0.0) == above_after) {
      part.to_s = t_s, part.to = g;
    } else {
      part.from_s = t_s, part.from = g;
    }
  };
  while (std::abs(part.to_s - part.from_s) > time_tolerance_s) {
    const double width_s = part.to_s - part.from_s, middle_s = part.from_s + 0.5 * width_s;
    const double zero_s = part.to_s - part.to * width_s / (part.to - part.from);
    cut(zero_s + 0.25 * way_ * time_tolerance_s);
    cut(zero_s - 0.25 * way_ * time_tolerance_s);
    if (std::abs(part.to_s - part.from_s) <= 0.5 * std::abs(width_s)) continue;
    if (middle_s == part.from_s || middle_s == part.to_s) break;
    cut(middle_s);
  }
  return part.to_s;
}

bool EventWatch::counts(std::size_t spec, bool upwards, double t_s) const {
  constexpr double guard_s = 1e-6;
  const EventSpec& s = specs_[spec];
  if (guard_ && !is_altitude(s.kind) && std::abs(t_s - begun_s_) <= guard_s) return false;
  const Crossing crossing = counted_crossing(s);
  return crossing == Crossing::either || (crossing == Crossing::rising) == upwards;
}

}  // namespace lunafab::orbit
