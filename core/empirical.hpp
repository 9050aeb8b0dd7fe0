#pragma once
#include <cstdint>
#include <vector>

namespace lunafab {

/// Observed values and the share of each, ascending and immutable: what an empirical distribution draws from.
class EmpiricalTable {
 public:
  enum class Between : std::uint8_t {
    steps,  ///< only observed values are drawn
    linear  ///< the quantile function is linear between neighbours, each gap as likely as its mean weight
  };

  EmpiricalTable() = default;  ///< always 0
  /// `weights` one a value, in any scale; empty: all equal. Values of weight 0 are never drawn.
  /// @throws ContractError unless values are finite and not negative, weights likewise, and one weight is
  /// positive.
  EmpiricalTable(std::vector<double> values, const std::vector<double>& weights, Between between);

  /// Least x with F(x) ≥ u, or its interpolation; for 0 < u ≤ 1. With equal weights the interpolation is
  /// x₍₁₊ₕ₎ at h = (n − 1)u. O(log n).
  /// @source Hyndman and Fan, "Sample quantiles in statistical packages", Amer. Statist. 50 (1996), type 7.
  double quantile(double u) const;
  double mean() const;
  double variance() const;  ///< of what is drawn: divided by the weight, not by n − 1

  static void visit_fields(auto& self, auto&& visit) {
    visit("values", self.values_), visit("cumulative", self.cumulative_), visit("between", self.between_);
  }

 private:
  double expectation(auto&& of_step, auto&& of_gap) const;

  std::vector<double> values_{0.0};      ///< ascending
  std::vector<double> cumulative_{1.0};  ///< probability up to each value, strictly ascending, the last 1
  Between between_ = Between::steps;
};

}  // namespace lunafab
