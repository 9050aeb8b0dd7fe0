#pragma once
#include <imgui.h>
#include <optional>
#include <string>
#include <vector>

namespace lunafab::ui {

enum class Side { left, right };

struct Curve {
  std::string label;
  ImU32 colour = 0;
  Side axis = Side::left;
  std::vector<double> y;  ///< [n], not negative; not a number: a gap
};

/// Curves over one x with a scale on the left and, if a curve asks for it, another on the right.
struct Plot {
  std::string title, x_unit, left_unit, right_unit;
  bool counts = false;    ///< on the left, which then has no fractions
  double left_top = 0.0;  ///< what the left scale shows at least
  std::vector<double> x;  ///< [n], rising
  std::vector<Curve> curves;
  std::optional<double> mark_x;  ///< a vertical line …
  std::string mark_label;        ///< … and what it means
};

/// A step of 1, 2 or 5 times a power of ten, at least `span / intervals`.
double nice_step(double span, int intervals);

/// Draws into `size` px at the cursor and takes that room; values under the mouse are told in a tooltip.
void draw(const Plot& plot, ImVec2 size);

}  // namespace lunafab::ui
