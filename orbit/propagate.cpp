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

template <int N>
Vector3d place(const Vector<N>& y) {
  return {y[0], y[1], y[2]};
}
template <int N>
Vector3d velocity(const Vector<N>& y) {
  return {y[3], y[4], y[5]};
}

/// Position, velocity and, row by row, the transition matrix: Φ̇ = [0 1; G 0] Φ.
template <int N>
struct Rate {
  const Force* force;
  Body centre;

  Vector<N> operator()(double t_s, const Vector<N>& y) const {
    constexpr Detail detail = N == plain ? Detail::acceleration : Detail::gradient;
    const Pull pull = force->pull<detail>(centre, t_s, place<N>(y));
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
    const double r_m = std::sqrt(std::max(place<N>(a).squaredNorm(), place<N>(b).squaredNorm()));
    const double v_mps = std::sqrt(std::max(velocity<N>(a).squaredNorm(), velocity<N>(b).squaredNorm()));
    Vector<N> out{};
    for (std::size_t i = 0; i < 3; ++i) out[i] = r_m, out[3 + i] = v_mps;
    return out;
  }
};

Body other(Body centre) {
  return centre == Body::moon ? Body::earth : Body::moon;
}

/// The Moon's sphere of influence, left from inside or entered from outside by an arc that runs the way given.
EventSpec border(Body centre, double way) {
  return {.kind = EventKind::distance,
          .body = Body::moon,
          .value = sphere_of_influence_m,
          .crossing = (centre == Body::moon) == (way > 0.0) ? Crossing::rising : Crossing::falling};
}

/// One propagation: pieces of arc with one centre each, joined at the border.
template <int N>
class Flight {
 public:
  Flight(const Dynamics& dynamics, const Craft& from, Epoch until, std::span<const EventSpec> events,
         const ArcOptions& options)
      : force_(dynamics, from.at),
        specs_(events.begin(), events.end()),
        user_specs_(events.size()),
        options_(options),
        start_(from.at),
        until_(until),
        span_s_((until.tt_days_since_j2000 - from.at.tt_days_since_j2000) * 86400.0),
        way_(span_s_ < 0.0 ? -1.0 : 1.0),
        centre_(from.centre),
        watch_(specs_, way_),
        seen_(events.size(), 0) {
    changes_ = options.change_centre && dynamics.sky && dynamics.earth;
    set_state(from);
  }

  Arc run(std::span<const Epoch> wanted, std::vector<Craft>& samples) {
    if (changes_ && beyond_border()) change_centre();
    take_samples([&](double) { return y_; }, wanted, samples);
    bool first = true;
    Piece outcome = Piece::border;
    while (outcome == Piece::border) {
      outcome = fly_piece(first, wanted, samples);
      if (outcome == Piece::border) change_centre();
      first = false;
    }
    finish(outcome);
    return std::move(arc_);
  }

 private:
  using Solver = Integrator<N, Rate<N>, Scale<N>, plain>;
  enum class Piece : std::uint8_t { border, time, event, stuck };

  void set_state(const Craft& craft) {
    for (std::size_t i = 0; i < 3; ++i) {
      y_[i] = craft.r_m[static_cast<Eigen::Index>(i)];
      y_[3 + i] = craft.v_mps[static_cast<Eigen::Index>(i)];
    }
    if constexpr (N == with_stm)
      for (std::size_t i = 0; i < 6; ++i) y_[6 + 7 * i] = 1.0;
  }
  Craft craft(double t_s, const Vector<N>& y) const {
    return {t_s == span_s_ ? until_ : force_.date(t_s), centre_, place<N>(y), velocity<N>(y)};
  }
  bool looks_at_sky_now() const {
    return std::ranges::any_of(specs_, [&](const EventSpec& s) { return looks_at_sky(s, centre_); });
  }
  Scene scene(double t_s, const Vector<N>& y, bool sky) const {
    Scene out{centre_, place<N>(y), velocity<N>(y), {}};
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
    Precision precision = options_.precision;
    precision.most_steps -= tried_;
    Solver solver({&force_, centre_}, {}, t_, y_, precision);
    specs_.resize(user_specs_);
    if (changes_) specs_.push_back(border(centre_, way_));
    watch_ = EventWatch(specs_, way_);
    const bool sky = looks_at_sky_now();
    watch_.begin(t_, scene(t_, y_, sky), first);
    Piece outcome = Piece::stuck;
    while (t_ != span_s_ && solver.step(span_s_)) {
      ++arc_.steps;
      const std::optional<EventFound> stop = follow_events(solver, sky);
      t_ = stop ? stop->t_s : solver.t();
      y_ = stop ? solver.dense(t_) : solver.y();
      const auto state = [&](double t_s) { return t_s == t_ ? y_ : solver.dense(t_s); };
      take_samples(state, wanted, samples);
      if (!stop) continue;
      outcome = stop->spec < user_specs_ ? Piece::event : Piece::border;
      break;
    }
    tried_ += solver.tried();
    return outcome == Piece::stuck && t_ == span_s_ ? Piece::time : outcome;
  }

  /// Notes what happened in the last step; the event that stops it, if one does.
  std::optional<EventFound> follow_events(Solver& solver, bool sky) {
    if (specs_.empty()) return std::nullopt;
    const auto scene_at = [&](double t_s) {
      return scene(t_s, t_s == solver.t() ? solver.y() : solver.dense(t_s), sky);
    };
    if (user_specs_ == 0 && far_from_border(solver, sky)) {
      watch_.pass(solver.t(), scene_at(solver.t()));
      return std::nullopt;
    }
    for (const EventFound& found : watch_.advance(solver.t(), scene_at)) {
      if (found.spec == user_specs_) return found;
      if (seen_[found.spec]++ < specs_[found.spec].skip) continue;
      arc_.events.push_back({found.spec, craft(found.t_s, solver.dense(found.t_s))});
      if (specs_[found.spec].ends) return found;
    }
    return std::nullopt;
  }

  /// Whether the border was out of reach in the last step: a craft that turned there would have had to be
  /// quicker than twice its speed at both ends.
  bool far_from_border(const Solver& solver, bool sky) const {
    const auto least = [&](double t_s, const Vector<N>& y) {
      return std::abs(event_value(specs_.back(), scene(t_s, y, sky)));
    };
    const double moon_mps = centre_ == Body::earth ? 1200.0 : 0.0;
    const double speed = 2.0 * std::max(velocity<N>(solver.y()).norm(), velocity<N>(solver.y_before()).norm());
    const double way_m = 0.5 * (speed + moon_mps) * std::abs(solver.t() - solver.t_before());
    return std::min(least(solver.t(), solver.y()), least(solver.t_before(), solver.y_before())) > way_m;
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
  std::vector<EventSpec> specs_;
  std::size_t user_specs_;
  ArcOptions options_;
  Epoch start_, until_;
  double span_s_, way_, t_ = 0.0;
  Body centre_;
  bool changes_ = false;
  Vector<N> y_{};
  EventWatch watch_;
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
