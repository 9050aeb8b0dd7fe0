#pragma once
#include <cmath>
#include <optional>

namespace lunafab::orbit {

struct ValueSlope {
  double value, slope;
};

/// The zero between `low` and `high` of a function that rises through it: Newton's method from `x`, bisection
/// where it would leave the bracket or be slow. Values that are not numbers count as far above. Nothing
/// unless it converges to rounding.
template <class Function>
std::optional<double> rising_zero(const Function& f, double low, double high, double x) {
  constexpr int most_steps = 200;  // bisection alone needs 60 to 120
  double last_step = high - low;
  for (int i = 0; i < most_steps; ++i) {
    const ValueSlope at = f(x);
    if (at.value == 0.0) return x;
    (at.value < 0.0 ? low : high) = x;
    double step = -at.value / at.slope;
    const bool newton = x + step >= low && x + step <= high && std::abs(step) < 0.6 * last_step;
    if (!newton) step = 0.5 * (low + high) - x;
    if (x + step == x) return x;
    x += step;
    last_step = std::abs(step);
    // The error after a quadratic step is the square of it: only rounding is left.
    if (newton && last_step <= 1e-12 * std::abs(x)) return x;
  }
  return std::nullopt;
}

}  // namespace lunafab::orbit
