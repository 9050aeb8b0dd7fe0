#pragma once
#include <string>
#include <vector>

namespace lunafab::report {

/// Points in order along a curve of a plane.
struct PlaneCurve {
  std::string color;
  std::vector<double> x, y;
};
/// A body, drawn to scale but at least as a dot.
struct PlaneDisc {
  std::string name;
  double x = 0.0, y = 0.0, radius = 0.0;
  std::string color;
};
/// A drawing with one scale on both axes.
struct PlanePlot {
  std::string title;  ///< with the unit
  std::vector<PlaneCurve> curves{};
  std::vector<PlaneDisc> discs{};
};

/// A self-contained <svg> element; texts are escaped.
std::string draw(const PlanePlot& plot);

}  // namespace lunafab::report
