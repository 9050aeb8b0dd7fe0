#include "report/plane_plot.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include "report/svg_plot.hpp"

namespace lunafab::report {
namespace {

constexpr double width = 560.0, height = 420.0;
constexpr double left = 58.0, right = 16.0, top = 28.0, bottom = 30.0;
constexpr double inner_width = width - left - right, inner_height = height - top - bottom;
constexpr double dot = 2.5, margin = 0.04;
constexpr int ticks = 6;

/// The part of the plane that is drawn.
struct Scale {
  double x0, y0, per_unit;
  double x(double value) const { return left + 0.5 * inner_width + (value - x0) * per_unit; }
  double y(double value) const { return top + 0.5 * inner_height - (value - y0) * per_unit; }
};

Scale scale_of(const PlanePlot& plot) {
  double low_x = std::numeric_limits<double>::infinity(), low_y = low_x, high_x = -low_x, high_y = -low_x;
  const auto widen = [&](double x, double y, double r) {
    low_x = std::min(low_x, x - r), high_x = std::max(high_x, x + r);
    low_y = std::min(low_y, y - r), high_y = std::max(high_y, y + r);
  };
  for (const PlaneCurve& curve : plot.curves)
    for (std::size_t i = 0; i < curve.x.size(); ++i) widen(curve.x[i], curve.y[i], 0.0);
  for (const PlaneDisc& disc : plot.discs) widen(disc.x, disc.y, disc.radius);
  const double w = std::max(high_x - low_x, 1e-9) * (1.0 + 2.0 * margin),
               h = std::max(high_y - low_y, 1e-9) * (1.0 + 2.0 * margin);
  return {0.5 * (low_x + high_x), 0.5 * (low_y + high_y), std::min(inner_width / w, inner_height / h)};
}

template <class... Args>
void add(std::string& svg, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(svg), format, std::forward<Args>(args)...);
}

void draw_grid(std::string& svg, const Scale& scale) {
  const double half_x = 0.5 * inner_width / scale.per_unit, half_y = 0.5 * inner_height / scale.per_unit;
  const std::vector<double> along = round_ticks(scale.x0 - half_x, scale.x0 + half_x, ticks);
  const double step = along[1] - along[0];
  for (const double value : along) {
    if (std::abs(value - scale.x0) > half_x) continue;
    add(svg, "<path class=\"grid\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>\n", scale.x(value), top, top + inner_height);
    add(svg, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" class=\"tick\">{:g}</text>\n",
        scale.x(value), top + inner_height + 16.0, value);
  }
  for (double k = std::ceil((scale.y0 - half_y) / step); k * step <= scale.y0 + half_y; k += 1.0) {
    add(svg, "<path class=\"grid\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", left, scale.y(k * step),
        left + inner_width);
    add(svg, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\" class=\"tick\">{:g}</text>\n", left - 6.0,
        scale.y(k * step) + 4.0, k * step);
  }
}

}  // namespace

std::string draw(const PlanePlot& plot) {
  const Scale scale = scale_of(plot);
  std::string svg;
  add(svg, "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n", width, height,
      escaped(plot.title));
  add(svg, "<text x=\"{:.1f}\" y=\"16\" class=\"title\">{}</text>\n", left, escaped(plot.title));
  draw_grid(svg, scale);
  for (const PlaneDisc& disc : plot.discs) {
    const double r = std::max(disc.radius * scale.per_unit, dot);
    add(svg, "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"{}\"/>\n", scale.x(disc.x),
        scale.y(disc.y), r, disc.color);
    add(svg, "<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"tick\">{}</text>\n", scale.x(disc.x) + r + 4.0,
        scale.y(disc.y) - r - 2.0, escaped(disc.name));
  }
  for (const PlaneCurve& curve : plot.curves) {
    std::string path;
    for (std::size_t i = 0; i < curve.x.size(); ++i)
      add(path, "{}{:.1f} {:.1f}", i == 0 ? "M" : "L", scale.x(curve.x[i]), scale.y(curve.y[i]));
    add(svg, "<path class=\"line\" stroke=\"{}\" d=\"{}\"/>\n", curve.color, path);
  }
  return svg + "</svg>\n";
}

}  // namespace lunafab::report
