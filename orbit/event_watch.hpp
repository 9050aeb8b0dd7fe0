#pragma once
#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>
#include "orbit/propagate.hpp"

namespace lunafab::orbit {

/// A satellite and the sky around it: all that event functions look at.
struct Scene {
  Body centre = Body::moon;
  Eigen::Vector3d r_m, v_mps, a_mps2;
  SkyState sky{};  ///< only where the spec `looks_at_sky`
};

/// Whether an event's function needs Moon and Sun.
bool looks_at_sky(const EventSpec& spec, Body centre);
/// The function of time whose sign changes at the event.
double event_value(const EventSpec& spec, const Scene& scene);
/// The direction that counts: the kind's own, or the spec's.
Crossing counted_crossing(const EventSpec& spec);

/// A zero within a step: the first instant after it, as the arc goes.
struct EventFound {
  std::size_t spec = 0;
  double t_s = 0.0;
};

/// Event functions followed along an arc, step by step. A step is passed over where a function is too far
/// from zero at both ends for twice its pace there. Others are looked at in eight parts; a part whose ends
/// have the same sign is searched for a dip through zero where the slopes at its ends leave room for one.
/// Missed are only events closer than an eighth of a step that share a part with a third one.
class EventWatch {
 public:
  static constexpr int parts = 8;
  static constexpr double time_tolerance_s = 1e-7;
  using SceneAt = std::function<Scene(double t_s)>;

  /// `way` +1 for arcs that run forwards in time, −1 backwards.
  EventWatch(std::span<const EventSpec> specs, double way) : specs_(specs), way_(way) {}

  /// Takes the signs at the beginning of a piece of arc, the first one or after a change of centre.
  void begin(double t_s, const Scene& scene, bool first_piece);
  /// Events between the last date, where the scene was `before`, and t_s, in the order in which the arc meets
  /// them. `scene_at` is asked only where one may be.
  std::vector<EventFound> advance(double t_s, const Scene& before, const Scene& after,
                                  const SceneAt& scene_at);

 private:
  struct Part {
    double from_s, to_s;  ///< as the arc goes
    double from, to;      ///< values
  };
  double value(std::size_t spec, double t_s, const SceneAt& scene_at) const {
    return event_value(specs_[spec], scene_at(t_s));
  }
  /// Whether one may have happened up to t_s, where it has the value `now`.
  bool in_reach(std::size_t spec, double t_s, const Scene& before, const Scene& after, double now) const;
  void search(std::size_t spec, const Part& part, const SceneAt& scene_at, std::vector<EventFound>& found);
  std::optional<double> dip(std::size_t spec, const Part& part, const SceneAt& scene_at) const;
  double locate(std::size_t spec, Part part, const SceneAt& scene_at) const;
  bool counts(std::size_t spec, bool upwards, double t_s) const;

  std::span<const EventSpec> specs_;
  double way_, begun_s_ = 0.0, t_s_ = 0.0;
  bool guard_ = true;
  std::vector<double> last_;       ///< values at t_s_
  std::vector<std::size_t> near_;  ///< specs in reach
};

}  // namespace lunafab::orbit
