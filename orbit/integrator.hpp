#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include "core/dop853.hpp"

namespace lunafab::orbit {

/// State and error scale of a system of N equations.
template <int N>
using Vector = std::array<double, static_cast<std::size_t>(N)>;

/// How finely a system is integrated.
struct Precision {
  double tolerance = 1e-10;           ///< of the error of a step, relative to what the system names its scale
  double longest_step = 1e300;        ///< in the unit of the independent variable
  std::int64_t most_steps = 200'000;  ///< tried steps; a propagation always ends
};

/// Integrates y' = rate(t, y) step by step, forwards or backwards, with DOP853. `rate` gives a Vector<N>;
/// `scale(y, y_new)` gives for each component the size that `tolerance` is relative to. The first
/// `Controlled` components choose the steps and have dense output; their rates must not depend on the others,
/// which come along. No allocation.
template <int N, class Rate, class Scale, int Controlled = N>
class Integrator {
 public:
  using Y = Vector<N>;
  using Lead = Vector<Controlled>;

  Integrator(Rate rate, Scale scale, double t, const Y& y, Precision precision)
      : rate_(std::move(rate)), scale_(std::move(scale)), precision_(precision), t_(t), y_(y) {
    k_[0] = rate_(t_, y_);
  }

  double t() const { return t_; }
  const Y& y() const { return y_; }
  const Y& rate_now() const { return k_[0]; }
  double t_before() const { return t_ - h_; }
  const Y& y_before() const { return before_; }
  std::int64_t tried() const { return tried_; }
  std::int64_t taken() const { return taken_; }

  /// The size to try next, where the caller knows better than a first guess.
  void suggest_step(double h) { next_h_ = h; }

  /// Takes one step towards `t_end`, not past it. False where the step size has run into the rounding of t,
  /// the tried steps are used up or the state is not finite: nothing has changed then.
  bool step(double t_end) {
    if (t_ == t_end) return true;
    const double way = t_end > t_ ? 1.0 : -1.0, left = std::abs(t_end - t_);
    if (next_h_ == 0.0) next_h_ = first_step(way, left);
    if (!std::isfinite(next_h_)) return false;
    double h = std::min({std::abs(next_h_), precision_.longest_step, left});
    for (double most_growth = largest_growth; tried_ < precision_.most_steps; most_growth = 1.0) {
      ++tried_;
      const bool last = h >= left;
      const double signed_h = last ? t_end - t_ : way * h;
      if (t_ + signed_h == t_) return false;
      const double error = try_step(signed_h);
      if (error <= 1.0) {
        plan_next(h, last, std::min(most_growth, fit(error)));
        accept(signed_h, last ? t_end : t_ + signed_h);
        return true;
      }
      if (!can_shrink(h)) return false;
      h *= fit(error);
    }
    return false;
  }

  /// The leading components at t within the last step, to order 7. The first call after a step costs three
  /// rates.
  Lead dense(double t) {
    if (!dense_ready_) prepare_dense();
    const double x = (t - t_before()) / h_, rest = 1.0 - x;
    Lead out;
    for (std::size_t i = 0; i < controlled; ++i) {
      double sum = 0.0;
      for (int j = 6; j >= 0; --j)
        sum = (sum + dense_[static_cast<std::size_t>(j)][i]) * (j % 2 == 0 ? x : rest);
      out[i] = before_[i] + sum;
    }
    return out;
  }

 private:
  static constexpr std::size_t controlled = Controlled;
  static constexpr double safety = 0.9, largest_growth = 6.0, least_growth = 0.2;

  /// What a step's size has to be multiplied by after an error, 1 being what is allowed.
  static double fit(double error) {
    if (!std::isfinite(error)) return least_growth;
    return error == 0.0 ? largest_growth
                        : std::clamp(safety * std::pow(error, -1.0 / 8.0), least_growth, largest_growth);
  }

  bool can_shrink(double h) const { return h > 1e-14 * std::abs(t_) && h > 1e-300; }

  void plan_next(double h, bool last, double growth) {
    // A step cut short at its end says little about the next one.
    if (!last || h >= std::abs(next_h_)) next_h_ = h * growth;
  }

  /// Σ h row[j] k_j of the first M components.
  template <int M, class Row>
  Vector<M> sum(const Row& row, int count, double h) const {
    Vector<M> out{};
    for (int j = 0; j < count; ++j) {
      const double w = h * row[j];
      if (w == 0.0) continue;
      for (std::size_t i = 0; i < out.size(); ++i) out[i] += w * k_[static_cast<std::size_t>(j)][i];
    }
    return out;
  }
  template <std::size_t M>
  static Y plus(const Y& a, const std::array<double, M>& b) {
    Y out = a;
    for (std::size_t i = 0; i < b.size(); ++i) out[i] += b[i];
    return out;
  }

  /// Fills the stages and `trial_`; the error as a multiple of what is allowed.
  double try_step(double h) {
    for (int s = 1; s < dop853::stages; ++s) {
      const Y stage = plus(y_, sum<N>(dop853::weights[s], s, h));
      k_[static_cast<std::size_t>(s)] = rate_(t_ + dop853::nodes[s] * h, stage);
    }
    trial_ = plus(y_, sum<N>(dop853::final_weights, dop853::stages, h));
    const Lead e3 = sum<Controlled>(dop853::error3, dop853::stages, h),
               e5 = sum<Controlled>(dop853::error5, dop853::stages, h);
    const Y size = scale_(y_, trial_);
    double square3 = 0.0, square5 = 0.0;
    for (std::size_t i = 0; i < controlled; ++i) {
      const double unit = precision_.tolerance * size[i];
      square3 += e3[i] * e3[i] / (unit * unit), square5 += e5[i] * e5[i] / (unit * unit);
    }
    if (square5 == 0.0) return square3 == square3 ? 0.0 : square3;
    return square5 / std::sqrt((square5 + 0.01 * square3) * Controlled);
  }

  void accept(double h, double t_new) {
    before_ = y_, h_ = h;
    y_ = trial_, t_ = t_new;
    k_[dop853::stages] = rate_(t_, y_);
    std::swap(k_[0], k_[dop853::stages]);  // k_[12] now holds the rate at the beginning; dense output knows
    ++taken_;
    dense_ready_ = false;
  }

  void prepare_dense() {
    // Stage 0 is the rate before, stage 12 that after the step.
    std::swap(k_[0], k_[dop853::stages]);
    for (int s = dop853::stages + 1; s < dop853::extended_stages; ++s) {
      const Y stage = plus(before_, sum<Controlled>(dop853::weights[s], s, h_));
      k_[static_cast<std::size_t>(s)] = rate_(t_before() + dop853::nodes[s] * h_, stage);
    }
    for (std::size_t i = 0; i < controlled; ++i) {
      const double rise = y_[i] - before_[i], bend = h_ * k_[0][i] - rise;
      dense_[0][i] = rise;
      dense_[1][i] = bend;
      dense_[2][i] = rise - h_ * k_[dop853::stages][i] - bend;
    }
    for (std::size_t j = 0; j < 4; ++j)
      dense_[3 + j] = sum<Controlled>(dop853::dense[j], dop853::extended_stages, h_);
    std::swap(k_[0], k_[dop853::stages]);
    dense_ready_ = true;
  }

  /// Looks at no later time than `longest` from here. Not finite where the state or its rate is not.
  /// @source Hairer, Nørsett and Wanner, II.4, "starting step size".
  double first_step(double way, double longest) {
    const Y size = scale_(y_, y_);
    double d0 = 0.0, d1 = 0.0;
    for (std::size_t i = 0; i < controlled; ++i) {
      const double unit = precision_.tolerance * size[i];
      d0 += y_[i] * y_[i] / (unit * unit), d1 += k_[0][i] * k_[0][i] / (unit * unit);
    }
    if (!std::isfinite(d0 + d1)) return d0 + d1;
    const double h = std::min(longest, d0 < 1e-10 || d1 < 1e-10 ? 1e-6 : 0.01 * std::sqrt(d0 / d1));
    Y ahead = y_;
    for (std::size_t i = 0; i < y_.size(); ++i) ahead[i] += way * h * k_[0][i];
    const Y rate_ahead = rate_(t_ + way * h, ahead);
    double d2 = 0.0;
    for (std::size_t i = 0; i < controlled; ++i) {
      const double unit = precision_.tolerance * size[i];
      const double change = rate_ahead[i] - k_[0][i];
      d2 += change * change / (unit * unit);
    }
    const double steepest = std::max(std::sqrt(d2) / h, std::sqrt(d1));
    const double h1 = steepest <= 1e-15 ? std::max(1e-6, h * 1e-3) : std::pow(0.01 / steepest, 1.0 / 8.0);
    return std::min(100.0 * h, h1);
  }

  Rate rate_;
  Scale scale_;
  Precision precision_;
  double t_ = 0.0, h_ = 0.0, next_h_ = 0.0;
  Y y_{}, before_{}, trial_{};
  std::array<Y, dop853::extended_stages> k_{};
  std::array<Lead, 7> dense_{};
  bool dense_ready_ = false;
  std::int64_t tried_ = 0, taken_ = 0;
};

}  // namespace lunafab::orbit
