#pragma once
#include <Eigen/Core>
#include <string>
#include <utility>
#include <vector>
#include "core/tick.hpp"

namespace lunafab::orbit {

/// Moon and Sun from the Earth, geometric, GCRF axes.
struct SkyState {
  Eigen::Vector3d moon_m, moon_mps, sun_m, sun_mps;
};

/// Their places alone.
struct SkyPlaces {
  Eigen::Vector3d moon_m, sun_m;
};

/// Positions of Moon and Sun and the Moon's orientation over a span of dates, as Chebyshev series in equal
/// segments: read in tens of nanoseconds, the same bits for every reader. Immutable.
class Ephemeris {
 public:
  static constexpr int terms = 8;  ///< coefficients a component and segment
  static constexpr double segment_s = 43200.0;
  /// Components of a segment: Moon x y z, Sun x y z (m, from the Earth's centre), and the quaternion x y z w
  /// that turns GCRF vectors into mean-Earth axes (of length 1 to rounding, its sign continuous throughout).
  static constexpr int components = 10;
  struct Segment {
    double c[components][terms];
  };

  /// From ERFA's series (Moon 5.6 km rms, Sun 4.7 km rms against DE405) and the IAU/WGCCRE 2009 orientation.
  /// @throws ContractError where the span, rounded up to 4 days, leaves 1900 … 2100 or is empty.
  static Ephemeris from_erfa(Epoch from, Epoch to);
  /// From a JPL DE binary file (DE405, DE421, DE430, DE440 …); the orientation from its librations where it
  /// has them, turned by DE421's constant rotation: principal axes are the file's own, mean-Earth axes (from
  /// DE418 on) within 2 m of its. Not validated with a file of JPL's.
  /// @throws InputError naming the file and the dates it has, where the span, rounded up to 4 days, leaves
  /// them.
  static Ephemeris from_de(const std::string& path, Epoch from, Epoch to);

  Epoch from() const { return from_; }
  Epoch to() const { return to_; }
  const std::string& source() const { return source_; }  ///< printed with results
  bool covers(Epoch at) const;

  /// @throws ContractError for dates outside the span.
  SkyState at(Epoch at) const;
  SkyPlaces places(Epoch at) const;  ///< the same places, without velocities
  /// Turns GCRF vectors into mean-Earth axes.
  Eigen::Matrix3d R_mean_earth(Epoch at) const;
  /// Angular velocity of the Moon's body in GCRF axes, rad/s.
  Eigen::Vector3d spin_radps(Epoch at) const;

  /// For kernels: segment i covers from() + i·segment_s, argument −1 … 1 across it. The last may reach past
  /// to().
  const std::vector<Segment>& segments() const { return segments_; }

 private:
  Ephemeris(Epoch from, Epoch to, std::vector<Segment> segments, std::string source)
      : from_(from), to_(to), segments_(std::move(segments)), source_(std::move(source)) {}

  Epoch from_, to_;
  std::vector<Segment> segments_;
  std::string source_;
};

}  // namespace lunafab::orbit
