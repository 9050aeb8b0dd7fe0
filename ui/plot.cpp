#include "ui/plot.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include "ui/format.hpp"
#include "ui/theme.hpp"

namespace lunafab::ui {
namespace {

/// From zero to `intervals` steps, drawn from `px_low` to `px_high`.
struct Scale {
  double step = 1.0;
  int intervals = 1;
  float px_low = 0.0f, px_high = 1.0f;

  double top() const { return step * intervals; }
  float px(double value) const { return px_low + (px_high - px_low) * static_cast<float>(value / top()); }
};

/// Thousands and millions go into the unit, so that labels stay short.
struct Prefix {
  double factor = 1.0;
  const char* name = "";
};
Prefix prefix(double top) {
  if (top >= 2e6) return {1e-6, "million "};
  if (top >= 2e4) return {1e-3, "thousand "};
  return {};
}

std::string tick_label(double value, const Scale& scale) {
  const double factor = prefix(scale.top()).factor;
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(scale.step * factor) + 1e-9)));
  return fmt::format("{:.{}f}", value * factor, decimals);
}

double largest(const Plot& plot, Side side) {
  double top = 0.0;
  for (const Curve& curve : plot.curves) {
    if (curve.axis != side) continue;
    for (const double y : curve.y) top = std::max(top, y);
  }
  return top > 0.0 ? top : 1.0;
}

bool uses(const Plot& plot, Side side) {
  return std::any_of(plot.curves.begin(), plot.curves.end(),
                     [side](const Curve& curve) { return curve.axis == side; });
}

struct Axes {
  Scale x, left, right;
};

// Both vertical scales get the same number of intervals: their grid lines coincide.
Axes place_axes(const Plot& plot, ImVec2 low, ImVec2 high) {
  const float em = ImGui::GetFontSize();
  const double x_top = plot.x.empty() || plot.x.back() <= 0.0 ? 1.0 : plot.x.back();
  const double x_step = nice_step(x_top, std::clamp(static_cast<int>((high.x - low.x) / (4.0f * em)), 2, 10));
  const double left = std::max(largest(plot, Side::left), plot.left_top);
  const int wanted = std::clamp(static_cast<int>((low.y - high.y) / (1.4f * em)), 2, 6);
  const double step = std::max(nice_step(left, wanted), plot.counts ? 1.0 : 0.0);
  const int intervals = static_cast<int>(std::ceil(left / step - 1e-9));
  Axes axes;
  axes.x = {x_step, 1, low.x, high.x};
  axes.left = {step, intervals, low.y, high.y};
  axes.right = {nice_step(largest(plot, Side::right), intervals), intervals, low.y, high.y};
  // The x scale ends with the data, not at a tick.
  axes.x.px_high = low.x + (high.x - low.x) * static_cast<float>(x_step / x_top);
  return axes;
}

void put_text(ImVec2 at, float align, ImU32 tint, const std::string& text) {
  const float width = ImGui::CalcTextSize(text.c_str()).x;
  ImGui::GetWindowDrawList()->AddText({std::floor(at.x - align * width), std::floor(at.y)}, tint,
                                      text.c_str());
}

void draw_grid(const Plot& plot, const Axes& axes, ImVec2 low, ImVec2 high) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float em = ImGui::GetFontSize(), gap = 0.4f * em;
  for (int i = 0; i <= axes.left.intervals; ++i) {
    const float y = axes.left.px(i * axes.left.step);
    list->AddLine({low.x, y}, {high.x, y}, i == 0 ? colour::dim : colour::grid);
    put_text({low.x - gap, y - 0.5f * em}, 1.0f, colour::dim, tick_label(i * axes.left.step, axes.left));
    if (!uses(plot, Side::right)) continue;
    put_text({high.x + gap, y - 0.5f * em}, 0.0f, colour::dim, tick_label(i * axes.right.step, axes.right));
  }
  put_text({low.x - em, low.y + 0.3f * em}, 1.0f, colour::dim, plot.x_unit);
  for (int i = 0;; ++i) {
    const float x = axes.x.px(i * axes.x.step);
    if (x > high.x + 0.5f) break;
    list->AddLine({x, low.y}, {x, low.y + 0.25f * em}, colour::dim);
    put_text({x, low.y + 0.3f * em}, 0.5f, colour::dim, tick_label(i * axes.x.step, axes.x));
  }
}

void draw_mark(const Plot& plot, const Axes& axes, ImVec2 low, ImVec2 high) {
  if (!plot.mark_x || axes.x.px(*plot.mark_x) > high.x) return;
  const float x = axes.x.px(*plot.mark_x), em = ImGui::GetFontSize();
  const float width = ImGui::CalcTextSize(plot.mark_label.c_str()).x;
  const float from = x > 0.5f * (low.x + high.x) ? x - 0.4f * em - width : x + 0.4f * em;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddLine({x, low.y}, {x, high.y}, colour::dim);
  list->AddRectFilled({from - 0.2f * em, high.y}, {from + width + 0.2f * em, high.y + 1.2f * em},
                      colour::panel);
  put_text({from, high.y}, 0.0f, colour::dim, plot.mark_label);
}

/// Whether a polyline's joint at `b` would thin out, as ImGui's do where a curve turns sharply.
bool sharp(ImVec2 a, ImVec2 b, ImVec2 c) {
  const ImVec2 in{b.x - a.x, b.y - a.y}, out{c.x - b.x, c.y - b.y};
  const float lengths = std::hypot(in.x, in.y) * std::hypot(out.x, out.y);
  return in.x * out.x + in.y * out.y < 0.5f * lengths;
}

void draw_curve(const Plot& plot, const Curve& curve, const Axes& axes, float width) {
  const Scale& y = curve.axis == Side::left ? axes.left : axes.right;
  std::vector<ImVec2> stretch;
  const auto flush = [&] {
    ImGui::GetWindowDrawList()->AddPolyline(stretch.data(), static_cast<int>(stretch.size()), curve.colour,
                                            ImDrawFlags_None, width);
    stretch.clear();
  };
  for (std::size_t i = 0; i < plot.x.size(); ++i) {
    if (!std::isfinite(curve.y[i])) {
      flush();
      continue;
    }
    const ImVec2 point{axes.x.px(plot.x[i]), y.px(curve.y[i])};
    if (const std::size_t n = stretch.size(); n >= 2 && sharp(stretch[n - 2], stretch[n - 1], point)) {
      const ImVec2 corner = stretch.back();
      flush();
      stretch.push_back(corner);
    }
    stretch.push_back(point);
  }
  flush();
}

// The first curves are the wider ones, and show where a later one lies upon them.
void draw_curves(const Plot& plot, const Axes& axes) {
  float width = (1.0f + 0.35f * static_cast<float>(plot.curves.size() - 1)) * 0.12f * ImGui::GetFontSize();
  for (const Curve& curve : plot.curves) {
    draw_curve(plot, curve, axes, width);
    width -= 0.042f * ImGui::GetFontSize();
  }
}

// Title and the curves' names on the first line, units on the second.
void draw_heading(const Plot& plot, const Axes& axes, ImVec2 corner, ImVec2 size) {
  const float em = ImGui::GetFontSize();
  const float y = corner.y + 1.5f * em;
  put_text({corner.x, y}, 0.0f, colour::dim, prefix(axes.left.top()).name + plot.left_unit);
  if (uses(plot, Side::right)) {
    put_text({corner.x + size.x, y}, 1.0f, colour::dim, prefix(axes.right.top()).name + plot.right_unit);
  }
  float x = corner.x + size.x;
  for (auto curve = plot.curves.rbegin(); curve != plot.curves.rend(); ++curve) {
    put_text({x, corner.y}, 1.0f, colour::text, curve->label);
    x -= ImGui::CalcTextSize(curve->label.c_str()).x + 0.4f * em;
    const float middle = std::floor(corner.y + 0.55f * em);
    ImGui::GetWindowDrawList()->AddLine({x - 1.3f * em, middle}, {x, middle}, curve->colour, 0.22f * em);
    x -= 2.3f * em;
  }
  ImGui::GetWindowDrawList()->PushClipRect(corner, {x + 0.5f * em, y}, true);  // what the names leave
  put_text(corner, 0.0f, colour::text, plot.title);
  ImGui::GetWindowDrawList()->PopClipRect();
}

void tell_values(const Plot& plot, const Axes& axes, ImVec2 low, ImVec2 high) {
  const float mouse = ImGui::GetMousePos().x;
  if (plot.x.empty() || !ImGui::IsItemHovered() || mouse < low.x || mouse > high.x) return;
  const double x = (mouse - low.x) / (axes.x.px_high - axes.x.px_low) * axes.x.top();
  const auto after = std::lower_bound(plot.x.begin(), plot.x.end(), x);
  const auto at = static_cast<std::size_t>(std::min(after, plot.x.end() - 1) - plot.x.begin());
  ImGui::GetWindowDrawList()->AddLine({mouse, low.y}, {mouse, high.y}, with_alpha(colour::text, 90));
  std::string text = fmt::format("{} {:.1f}", plot.x_unit, plot.x[at]);
  for (const Curve& curve : plot.curves) {
    const bool left = curve.axis == Side::left;
    const double y = curve.y[at];
    text += "\n" + curve.label + " " + (left && plot.counts ? grouped(std::llround(y)) : amount(y));
    text += " " + (left ? plot.left_unit : plot.right_unit);
  }
  ImGui::SetTooltip("%s", text.c_str());
}

}  // namespace

double nice_step(double span, int intervals) {
  const double rough = span / intervals;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (step * power >= rough * (1.0 - 1e-9)) return step * power;
  }
  return 10.0 * power;
}

void draw(const Plot& plot, ImVec2 size) {
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const float em = ImGui::GetFontSize(), scale_width = 3.2f * em;
  const ImVec2 low{corner.x + scale_width, corner.y + size.y - 1.4f * em};
  const ImVec2 high{corner.x + size.x - (uses(plot, Side::right) ? scale_width : 1.2f * em),
                    corner.y + 3.0f * em};
  ImGui::Dummy(size);
  if (high.x - low.x < 4.0f * em || low.y - high.y < 2.0f * em) return;  // no room for a plot
  const Axes axes = place_axes(plot, low, high);
  draw_heading(plot, axes, corner, size);
  draw_grid(plot, axes, low, high);
  draw_curves(plot, axes);
  draw_mark(plot, axes, low, high);  // its label covers the curves
  tell_values(plot, axes, low, high);
}

}  // namespace lunafab::ui
