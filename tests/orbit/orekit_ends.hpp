#pragma once
#include <Eigen/Core>
#include <array>

namespace lunafab::orbit::test {

/// Where two craft end that leave the Moon on 2003-06-01 00:00 TDB, from its centre, GCRF axes: one in a
/// polar orbit of 1,838 km, one that departs.
struct OrekitEnd {
  int degree;  ///< of the lunar field, in IAU (mean-Earth) axes
  double days;
  Eigen::Vector3d low_m, leaving_m;
};
/// @source ../shared/data/lunar_reference.txt, rows PROP: Orekit 13.1 with DE405, Earth without J2, and Sun.
inline const std::array<OrekitEnd, 6> orekit_ends{
    {{0, 1, {369480.852909, 2.476178, 1800590.015317}, {-63098318.441341, 54944419.794453, 1149059.907364}},
     {0,
      5,
      {1560387.581606, -3532.253683, 971316.370337},
      {-296715373.216897, 289339511.266493, 46857967.862391}},
     {2,
      1,
      {377132.328587, -3333.060542, 1798909.774962},
      {-63102547.629473, 54925895.170762, 1156635.678419}},
     {2,
      5,
      {1550607.784791, -80044.715295, 983188.267522},
      {-296716479.598433, 289241291.568137, 46884011.743605}},
     {8,
      1,
      {375064.847384, -1910.188800, 1798467.254009},
      {-63106589.393629, 54920321.125513, 1158476.188937}},
     {8,
      5,
      {1487291.177753, -81009.245413, 1037249.295948},
      {-296730570.103757, 289214873.976587, 46890533.970142}}}};

}  // namespace lunafab::orbit::test
