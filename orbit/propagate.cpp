#include "orbit/propagate.hpp"
#include <algorithm>
#include <cmath>
#include <utility>
#include "core/contract.hpp"
#include "orbit/event_watch.hpp"
#include "orbit/force.hpp"

namespace lunafab::orbit {
namespace {

using Eigen::Vector3d;
using Stm = Eigen::Matrix<double, 6, 6>;
constexpr int plain = 6, with_stm = 42;  // numbers of equations

template <std::size_t N>
Vector3d place(const std::array<double, N>& y) {
  return {y[0], y[1], y[2]};
}
template <std::size_t N>
Vector3d velocity(const std::array<double, N>& y) {
  return {y[3], y[4], y[5]};
}

/// Position, velocity and, row by row, the transition matrix: Φ̇ = [0 1; G 0] Φ.
template <int N>
struct Rate {
  const Force* force;
  Body centre;

  Vector<N> operator()(double t_s, const Vector<N>& y) const {
    constexpr Detail detail = N == plain ? Detail::acceleration : Detail::gradient;
    const Pull pull = force->pull<detail>(centre, t_s, place(y));
    Vector<N> out;
    for (std::size_t i = 0; i < 3; ++i)
      out[i] = y[3 + i], out[3 + i] = pull.acceleration_mps2[static_cast<Eigen::Index>(i)];
    if constexpr (N == with_stm) {
      using Half = Eigen::Matrix<double, 3, 6, Eigen::RowMajor>;
      Eigen::Map<Half>(out.data() + 6) = Eigen::Map<const Half>(y.data() + 24);
      Eigen::Map<Half>(out.data() + 24).noalias() =
          pull.gradient_per_s2 * Eigen::Map<const Half>(y.data() + 6);
    }
    return out;
  }
};

/// Errors are measured against the distance from the centre and against the speed.
template <int N>
struct Scale {
  Vector<N> operator()(const Vector<N>& a, const Vector<N>& b) const {
    const double r_m = std::sqrt(std::max(place(a).squaredNorm(), place(b).squaredNorm()));
    const double v_mps = std::sqrt(std::max(velocity(a).squaredNorm(), velocity(b).squaredNorm()));
    Vector<N> out{};
    for (std::size_t i = 0; i < 3; ++i) out[i] = r_m, out[3 + i] = v_mps;
    return out;
  }
};

Body other(Body centre) {
  return centre == Body::moon ? Body::earth : Body::moon;
}

/// The Moon's sphere of influence, left from inside or entered from outside by an arc that runs the way
/// given.
EventSpec border(Body centre, double way) {
  return {.kind = EventKind::distance,
          .body = Body::moon,
          .value = sphere_of_influence_m,
          .crossing = (centre == Body::moon) == (way > 0.0) ? Crossing::rising : Crossing::falling};
}

bool any_looks_at_sky(std::span<const EventSpec> specs, Body centre) {
  return std::ranges::any_of(specs, [&](const EventSpec& s) { return looks_at_sky(s, centre); });
}

/// One propagation: pieces of arc with one centre each and smooth forces, joined at the border and at the
/// edges of shadows.
template <int N>
class Flight {
 public:
  Flight(const Dynamics& dynamics, const Craft& from, Epoch until, std::span<const EventSpec> events,
         const ArcOptions& options)
      : force_(dynamics, from.at),
        specs_(events),
        options_(options),
        start_(from.at),
        until_(until),
        span_s_((until.tt_days_since_j2000 - from.at.tt_days_since_j2000) * 86400.0),
        way_(span_s_ < 0.0 ? -1.0 : 1.0),
        centre_(from.centre),
        watch_(specs_, way_),
        joint_watch_(joints_, way_),
        seen_(events.size(), 0) {
    changes_ = options.change_centre && dynamics.sky && dynamics.earth;
    set_state(from);
  }

  Arc run(std::span<const Epoch> wanted, std::vector<Craft>& samples) {
    if (changes_ && beyond_border()) change_centre();
    take_samples([&](double) { return leading(y_); }, wanted, samples);
    bool first = true;
    Piece outcome = Piece::edge;
    while (outcome == Piece::edge || outcome == Piece::border) {
      outcome = fly_piece(first, wanted, samples);
      if (outcome == Piece::border) change_centre();
      first = false;
    }
    finish(outcome);
    return std::move(arc_);
  }

 private:
  using Solver = Integrator<N, Rate<N>, Scale<N>, plain>;
  enum class Piece : std::uint8_t { edge, border, time, event, stuck };
  struct Stop {
    Piece why;
    double t_s;
    EventSpec spec;
  };

  void set_state(const Craft& craft) {
    for (std::size_t i = 0; i < 3; ++i) {
      y_[i] = craft.r_m[static_cast<Eigen::Index>(i)];
      y_[3 + i] = craft.v_mps[static_cast<Eigen::Index>(i)];
    }
    if constexpr (N == with_stm)
      for (std::size_t i = 0; i < 6; ++i) y_[6 + 7 * i] = 1.0;
  }
  template <class Y>
  Craft craft(double t_s, const Y& y) const {
    return {t_s == span_s_ ? until_ : force_.date(t_s), centre_, place(y), velocity(y)};
  }
  /// Without the acceleration.
  template <class Y>
  Scene scene(double t_s, const Y& y, bool sky) const {
    Scene out{centre_, place(y), velocity(y), Vector3d::Zero(), {}};
    if (sky) out.sky = force_.sky(t_s);
    return out;
  }
  bool beyond_border() const {
    const double outside = event_value(border(Body::moon, way_), scene(t_, y_, centre_ == Body::earth));
    return centre_ == Body::moon ? outside > 0.0 : outside < 0.0;
  }

  void change_centre() {
    const SkyState sky = force_.sky(t_);
    const double sign = centre_ == Body::moon ? 1.0 : -1.0;
    for (std::size_t i = 0; i < 3; ++i) {
      y_[i] += sign * sky.moon_m[static_cast<Eigen::Index>(i)];
      y_[3 + i] += sign * sky.moon_mps[static_cast<Eigen::Index>(i)];
    }
    centre_ = other(centre_);
  }

  /// Follows the arc as long as its centre holds.
  Piece fly_piece(bool first, std::span<const Epoch> wanted, std::vector<Craft>& samples) {
    set_joints();
    sky_of_specs_ = any_looks_at_sky(specs_, centre_), sky_of_joints_ = any_looks_at_sky(joints_, centre_);
    here_ = scene(t_, y_, sky_of_specs_ || sky_of_joints_);
    watch_.begin(t_, here_, first);
    joint_watch_.begin(t_, here_, false);
    Precision precision = options_.precision;
    precision.most_steps -= tried_;
    Solver solver({&force_, centre_}, {}, t_, y_, precision);
    here_.a_mps2 = velocity(solver.rate_now());
    Piece outcome = Piece::stuck;
    while (t_ != span_s_ && outcome == Piece::stuck && solver.step(span_s_)) {
      ++arc_.steps;
      const std::optional<Stop> stop = look_back(solver);
      t_ = solver.t(), y_ = solver.y();
      if (stop) stop_at(*stop, solver, precision), outcome = stop->why;
      take_samples([&](double t_s) { return state_at(solver, t_s); }, wanted, samples);
    }
    tried_ += solver.tried();
    return outcome == Piece::stuck && t_ == span_s_ ? Piece::time : outcome;
  }

  /// Where the arc has to be taken up anew.
  void set_joints() {
    joints_.clear();
    if (changes_) joints_.push_back(border(centre_, way_));
    if (force_.dynamics().pressure) {
      for (const Body body : {Body::moon, Body::earth}) {
        for (const EventKind kind : {EventKind::penumbra, EventKind::umbra})
          joints_.push_back({.kind = kind, .body = body});
      }
    }
    joint_watch_ = EventWatch(joints_, way_);
  }

  static Vector<plain> state_at(Solver& solver, double t_s) {
    return t_s == solver.t() ? leading(solver.y()) : solver.dense(t_s);
  }
  static Vector<plain> leading(const Vector<N>& y) {
    Vector<plain> out;
    std::copy_n(y.begin(), plain, out.begin());
    return out;
  }

  /// Notes the events of the last step, up to the one that stops it, if one does.
  std::optional<Stop> look_back(Solver& solver) {
    const Scene before = std::exchange(here_, scene(solver.t(), solver.y(), sky_of_specs_ || sky_of_joints_));
    here_.a_mps2 = velocity(solver.rate_now());
    std::optional<Stop> joint = find_joint(solver, before);
    if (specs_.empty()) return joint;
    const auto scene_at = [&](double t_s) {
      return scene(t_s, state_at(solver, t_s), sky_of_specs_);
    };
    for (const EventFound& found : watch_.advance(solver.t(), before, here_, scene_at)) {
      if (joint && way_ * found.t_s > way_ * joint->t_s) break;
      if (seen_[found.spec]++ < specs_[found.spec].skip) continue;
      arc_.events.push_back({found.spec, craft(found.t_s, state_at(solver, found.t_s))});
      if (specs_[found.spec].ends) return Stop{Piece::event, found.t_s, specs_[found.spec]};
    }
    return joint;
  }

  std::optional<Stop> find_joint(Solver& solver, const Scene& before) {
    if (joints_.empty()) return std::nullopt;
    const auto scene_at = [&](double t_s) {
      return scene(t_s, state_at(solver, t_s), sky_of_joints_);
    };
    const std::vector<EventFound> found = joint_watch_.advance(solver.t(), before, here_, scene_at);
    if (found.empty()) return std::nullopt;
    const EventSpec& spec = joints_[found.front().spec];
    return Stop{spec.kind == EventKind::distance ? Piece::border : Piece::edge, found.front().t_s, spec};
  }

  /// Goes the last step again, only as far as the event: dense output is not as exact as steps. The place may
  /// then lie a little before the event: it is carried past, so that the next piece does not meet it again.
  void stop_at(const Stop& stop, Solver& solver, const Precision& precision) {
    Solver again({&force_, centre_}, {}, solver.t_before(), solver.y_before(), precision);
    again.suggest_step(std::abs(solver.t() - solver.t_before()));
    const auto go_to = [&](double t_s) {
      while (again.t() != t_s && again.step(t_s)) {
      }
      return again.t() == t_s;
    };
    const bool sky = looks_at_sky(stop.spec, centre_);
    const auto above = [&](double t_s, const auto& y) {
      return event_value(stop.spec, scene(t_s, y, sky)) > 0.0;
    };
    const bool after = above(stop.t_s, state_at(solver, stop.t_s));
    bool there = go_to(stop.t_s);
    constexpr double first_s = 1e-7, most_s = 1e-2;
    for (double more_s = first_s; there && more_s < most_s && above(again.t(), again.y()) != after;
         more_s *= 2.0)
      there = way_ * (again.t() + way_ * more_s) < way_ * span_s_ && go_to(again.t() + way_ * more_s);
    tried_ += again.tried();
    t_ = again.t(), y_ = again.y();
    if (t_ == solver.t_before()) {  // closer than rounding: the transition matrix has not changed
      const Vector<plain> at_event = state_at(solver, stop.t_s);
      t_ = stop.t_s;
      std::ranges::copy(at_event, y_.begin());
    }
    if (stop.why == Piece::event) arc_.events.back().craft = craft(t_, y_);
  }

  /// Those that the arc has come past; `state` gives the state at a time up to t_.
  template <class State>
  void take_samples(const State& state, std::span<const Epoch> wanted, std::vector<Craft>& samples) const {
    while (samples.size() < wanted.size()) {
      const Epoch at = wanted[samples.size()];
      const double t_s = (at.tt_days_since_j2000 - start_.tt_days_since_j2000) * 86400.0;
      if (way_ * t_s > way_ * t_) return;
      samples.push_back(craft(t_s, state(t_s)));
      samples.back().at = at;
    }
  }

  void finish(Piece outcome) {
    arc_.last = craft(t_, y_);
    if (outcome == Piece::event) arc_.end = ArcEnd::event;
    if (outcome == Piece::stuck)
      arc_.end = tried_ >= options_.precision.most_steps ? ArcEnd::steps_used_up : ArcEnd::not_finite;
    if constexpr (N == with_stm)
      arc_.stm = Eigen::Map<const Eigen::Matrix<double, 6, 6, Eigen::RowMajor>>(y_.data() + 6);
  }

  Force force_;
  std::span<const EventSpec> specs_;
  std::vector<EventSpec> joints_{};
  ArcOptions options_;
  Epoch start_, until_;
  double span_s_, way_, t_ = 0.0;
  Body centre_;
  bool changes_ = false;
  Vector<N> y_{};
  EventWatch watch_, joint_watch_;
  Scene here_;  ///< at t_, for all specs
  bool sky_of_specs_ = false, sky_of_joints_ = false;
  std::vector<int> seen_;
  std::int64_t tried_ = 0;
  Arc arc_;
};

void expect_covered(const Dynamics& dynamics, Epoch at) {
  expects(!dynamics.sky || dynamics.sky->covers(at), "propagate: the span must lie in the ephemeris");
}

}  // namespace

Arc propagate(const Dynamics& dynamics, const Craft& from, Epoch until, std::span<const EventSpec> events,
              const ArcOptions& options) {
  expect_covered(dynamics, from.at);
  expect_covered(dynamics, until);
  std::vector<Craft> samples;
  if (options.stm) return Flight<with_stm>(dynamics, from, until, events, options).run({}, samples);
  return Flight<plain>(dynamics, from, until, events, options).run({}, samples);
}

std::vector<Craft> sample(const Dynamics& dynamics, const Craft& from, std::span<const Epoch> at,
                          const ArcOptions& options) {
  std::vector<Craft> samples;
  if (at.empty()) return samples;
  const bool backwards = at.back().tt_days_since_j2000 < from.at.tt_days_since_j2000;
  const auto before = [&](Epoch a, Epoch b) {
    return backwards ? a.tt_days_since_j2000 > b.tt_days_since_j2000
                     : a.tt_days_since_j2000 < b.tt_days_since_j2000;
  };
  expects(std::ranges::is_sorted(at, before) && !before(at.front(), from.at),
          "sample: the dates must be in the order of the arc");
  expect_covered(dynamics, from.at);
  expect_covered(dynamics, at.back());
  Flight<plain>(dynamics, from, at.back(), {}, options).run(at, samples);
  return samples;
}

}  // namespace lunafab::orbit
