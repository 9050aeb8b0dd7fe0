#include "report/svg_plot.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace lunafab::report {
namespace {

// The drawing, in the units of its viewBox.
constexpr double width = 560.0, height = 250.0;
constexpr double left = 58.0, right = 16.0, top = 42.0, bottom = 40.0;
constexpr double inner_width = width - left - right, inner_height = height - top - bottom;
constexpr int columns = 400;
constexpr int x_ticks = 6, y_ticks = 5;
constexpr double near_limit = 1.5;  // a limit within this factor of the data is drawn to scale
constexpr const char* limit_color = "#b3261e";

struct Axis {
  double low = 0.0, high = 1.0;
  bool logarithmic = false;
  std::vector<double> ticks;

  double share(double value) const {
    if (logarithmic) return std::log10(value / low) / std::log10(high / low);
    return (value - low) / (high - low);
  }
};

double x_of(const Axis& axis, double value) {
  return left + inner_width * axis.share(value);
}
double y_of(const Axis& axis, double value) {
  return top + inner_height * (1.0 - axis.share(value));
}

struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value), high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

Axis linear_axis(double low, double high, int count) {
  if (!(high > low)) high = low + std::max(1.0, std::abs(low));
  Axis axis;
  axis.ticks = round_ticks(low, high, count);
  axis.low = std::min(low, axis.ticks.front()), axis.high = std::max(high, axis.ticks.back());
  return axis;
}

Axis logarithmic_axis(Extent y) {
  if (y.empty()) y = {1.0, 10.0};
  Axis axis{.low = std::pow(10.0, std::floor(std::log10(y.low) + 1e-9)),
            .high = std::pow(10.0, std::ceil(std::log10(y.high) - 1e-9)),
            .logarithmic = true};
  if (!(axis.high > axis.low)) axis.high = 10.0 * axis.low;
  const bool close = axis.high / axis.low < 200.0;
  const long decades = std::lround(std::log10(axis.high / axis.low));
  for (long i = 0; i <= decades; ++i) {
    const double decade = axis.low * std::pow(10.0, static_cast<double>(i));
    axis.ticks.push_back(decade);
    if (!close || i == decades) continue;
    for (const double part : {2.0, 5.0}) axis.ticks.push_back(part * decade);
  }
  return axis;
}

Axis ordinate(const LineChart& chart) {
  const bool logarithmic = chart.ordinate == Ordinate::logarithmic;
  Extent y;
  for (const Series& series : chart.series) {
    for (const double value : series.y) {
      if (!logarithmic || value > 0.0) y.add(value);
    }
  }
  if (logarithmic) return logarithmic_axis(y);
  if (y.empty()) y.add(0.0);
  if (chart.ordinate == Ordinate::from_zero) y.add(0.0);
  if (chart.limit && chart.limit->y <= near_limit * y.high) y.add(chart.limit->y);
  return linear_axis(y.low, y.high, y_ticks);
}

std::string tick_text(double value, double step) {
  if (value != 0.0 && (std::abs(value) >= 1e5 || std::abs(value) < 1e-3)) return fmt::format("{:g}", value);
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
  return fmt::format("{:.{}f}", value, decimals);
}

double step_at(const Axis& axis, std::size_t i) {
  if (axis.logarithmic || axis.ticks.size() < 2) return std::abs(axis.ticks[i]);
  return axis.ticks[1] - axis.ticks[0];
}

template <class... Args>
void add(std::string& svg, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(svg), format, std::forward<Args>(args)...);
}

void draw_text(std::string& svg, double x, double y, const char* anchor, const char* style,
               const std::string& text) {
  add(svg, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n", x, y, anchor, style,
      escaped(text));
}

void draw_axes(std::string& svg, const LineChart& chart, const Axis& x, const Axis& y) {
  for (std::size_t i = 0; i < y.ticks.size(); ++i) {
    const double at = y_of(y, y.ticks[i]);
    add(svg, "<path class=\"grid\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", left, at, left + inner_width);
    draw_text(svg, left - 6.0, at + 4.0, "end", "tick", tick_text(y.ticks[i], step_at(y, i)));
  }
  for (std::size_t i = 0; i < x.ticks.size(); ++i) {
    const double at = x_of(x, x.ticks[i]);
    add(svg, "<path class=\"axis\" d=\"M{:.1f} {:.1f}v4\"/>\n", at, top + inner_height);
    draw_text(svg, at, top + inner_height + 17.0, "middle", "tick", tick_text(x.ticks[i], step_at(x, i)));
  }
  add(svg, "<path class=\"axis\" d=\"M{:.1f} {:.1f}V{:.1f}H{:.1f}\"/>\n", left, top, top + inner_height,
      left + inner_width);
  draw_text(svg, left + 0.5 * inner_width, height - 6.0, "middle", "tick", chart.x_label);
}

void draw_dots(std::string& svg, const Series& series, const Axis& x, const Axis& y) {
  std::string path;
  for (std::size_t i = 0; i < series.x.size(); ++i)
    add(path, "M{:.1f} {:.1f}h0", x_of(x, series.x[i]), y_of(y, series.y[i]));
  add(svg, "<path fill=\"none\" stroke-width=\"2.6\" stroke-linecap=\"round\" stroke=\"{}\" d=\"{}\"/>\n",
      series.color, path);
}

void draw_series(std::string& svg, const Series& series, const Axis& x, const Axis& y) {
  std::string path;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!std::isfinite(series.y[i]) || (y.logarithmic && series.y[i] <= 0.0)) continue;
    add(path, "{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x_of(x, series.x[i]), y_of(y, series.y[i]));
  }
  if (path.empty()) return;
  add(svg, "<path class=\"line\" stroke=\"{}\" d=\"{}\"/>\n", series.color, path);
}

/// Names of the series and the limit, in a row above the drawing.
void draw_legend(std::string& svg, const LineChart& chart) {
  double at = left;
  const auto entry = [&](const std::string& color, const char* dashes, const std::string& name) {
    add(svg, "<path d=\"M{:.1f} {:.1f}h18\" stroke=\"{}\" stroke-width=\"2\"{}/>\n", at, top - 12.0, color,
        dashes);
    draw_text(svg, at + 23.0, top - 8.0, "start", "tick", name);
    at += 23.0 + 6.3 * static_cast<double>(name.size()) + 16.0;
  };
  if (chart.series.size() > 1)
    for (const Series& series : chart.series) entry(series.color, "", series.name);
  if (chart.limit) entry(limit_color, " stroke-dasharray=\"5 3\"", chart.limit->name);
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int count) {
  const double raw = (high - low) / count, decade = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10.0 * decade;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * decade < raw * 0.9999) continue;
    step = factor * decade;
    break;
  }
  std::vector<double> ticks;
  const long first = std::lround(std::floor(low / step + 1e-9)),
             last = std::lround(std::ceil(high / step - 1e-9));
  for (long i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

Series envelope(const Series& series, int spans) {
  Series thin{.name = series.name, .color = series.color, .x = {}, .y = {}};
  const std::size_t n = series.x.size();
  if (n == 0) return thin;
  const double begin = series.x.front(), span = (series.x.back() - begin) / spans;
  const auto keep = [&](std::size_t i) {
    thin.x.push_back(series.x[i]), thin.y.push_back(series.y[i]);
  };
  for (std::size_t i = 0, next = 0; i < n; i = next) {
    const double column = span > 0.0 ? std::floor((series.x[i] - begin) / span) : 0.0;
    std::size_t low = i, high = i;
    for (next = i + 1; next < n && series.x[next] < begin + (column + 1.0) * span; ++next) {
      if (series.y[next] < series.y[low]) low = next;
      if (series.y[next] > series.y[high]) high = next;
    }
    keep(std::min(low, high));
    if (low != high) keep(std::max(low, high));
  }
  return thin;
}

std::string draw(const LineChart& chart) {
  Extent along;
  for (const Series& series : chart.series)
    for (const double value : series.x) along.add(value);
  if (along.empty()) along.add(0.0);
  Axis x = linear_axis(std::min(along.low, 0.0), along.high, x_ticks);
  x.low = std::min(along.low, 0.0), x.high = std::max(along.high, x.low + 1e-9);
  std::erase_if(x.ticks, [&](double tick) { return tick < x.low - 1e-9 || tick > x.high * (1.0 + 1e-9); });
  const Axis y = ordinate(chart);
  std::string svg;
  add(svg, "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n", width, height,
      escaped(chart.title));
  draw_text(svg, left, 16.0, "start", "title", chart.title);
  draw_axes(svg, chart, x, y);
  for (const Series& series : chart.series) {
    if (series.mark == Mark::dots) {
      draw_dots(svg, series, x, y);
    } else {
      draw_series(svg, envelope(series, columns), x, y);
    }
  }
  if (chart.limit && chart.limit->y <= y.high && chart.limit->y >= y.low) {
    add(svg, "<path class=\"line\" stroke=\"{}\" stroke-dasharray=\"5 3\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n",
        limit_color, left, y_of(y, chart.limit->y), left + inner_width);
  }
  draw_legend(svg, chart);
  return svg + "</svg>\n";
}

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return safe;
}

}  // namespace lunafab::report
