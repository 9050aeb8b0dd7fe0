#pragma once
#include "orbit/harmonic_series.hpp"
#include "orbit/lane_sky.hpp"

namespace lunafab::orbit {

/// What pulls at all arcs of a batch, seen from the Moon. A body that does not act has GM 0.
struct LunarModel {
  LaneSky sky;
  bool harmonics = false;
  HarmonicSeries series;
  double moon_gm = 0.0, earth_gm = 0.0, sun_gm = 0.0;  ///< m³/s²
  double j2_factor = 0.0;                              ///< 3/2 J2 R² of the Earth, m²; 0: a point
  double pressure_gm = 0.0;                            ///< m³/s², 0: none
};

/// W arcs around the Moon.
template <int W>
struct LunarLanes {
  LaneArcs<W> arcs;
  Wide<W> offset_s;         ///< beginning of the arc since that of the ephemeris
  Wide3<W> pole;            ///< of the Earth
  WideLongs<W> suspicious;  ///< came near or below the mean sphere in the last step
};

/// Takes up the lanes `which`, whose arcs have been set. W = 8, 4, 2: for AVX-512, AVX2, any CPU.
template <int W>
void start_lunar(const LunarModel& model, const LanePrecision& precision, const WideLongs<W>& which,
                 LunarLanes<W>& lunar);
/// Tries a step in every active lane.
template <int W>
void step_lunar(const LunarModel& model, const LanePrecision& precision, LunarLanes<W>& lunar);

}  // namespace lunafab::orbit
