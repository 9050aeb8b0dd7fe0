#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include "core/elementary.hpp"
#include "core/empirical.hpp"
#include "core/random.hpp"

namespace lunafab {

/// A positive (or, for `uniform` and `constant`, non-negative) random span or amount, by its usual parameters
/// in SI units.
struct Distribution {
  enum class Kind : std::uint8_t {
    constant,
    exponential,
    erlang,
    gamma,
    lognormal,
    weibull,
    triangular,
    normal_truncated,
    uniform,
    empirical
  };
  Kind kind = Kind::constant;
  /// - constant: value
  /// - exponential: mean
  /// - erlang: mean, stages
  /// - gamma: mean, shape
  /// - lognormal: mu, sigma of the logarithm
  /// - weibull: scale, shape
  /// - triangular: low, mode, high
  /// - normal_truncated: mean and sd of the parent, cut below at 0
  /// - uniform: low, high
  /// - empirical: none; see `table`
  double a = 0.0, b = 0.0, c = 0.0;
  std::shared_ptr<const EmpiricalTable> table;  ///< of `empirical`, shared by its copies; null otherwise

  static void visit_fields(auto& self, auto&& visit) {
    visit("kind", self.kind), visit("a", self.a), visit("b", self.b), visit("c", self.c);
    visit("table", self.table);
  }
};

/// Whether the functions below accept the parameters: finite, spans and sd not negative, and
/// - erlang: stages a whole number from 1 to 65,535
/// - gamma, weibull: shape ≥ 0.1
/// - lognormal: mu + sigma² ≤ 350 and mu − 9 sigma ≥ −700
/// - triangular: low ≤ mode ≤ high; uniform: low ≤ high
/// - normal_truncated: sd > 0, mean ≥ −35 sd
/// - empirical: a table
bool is_valid(const Distribution& d);

/// Expected value and variance in closed form (truncation included). Relative error below 1e-12, but for the
/// variances of Weibulls of shape k > 5 (2e-14 k²) and for truncated normals of negative mean (1e-9 at the
/// deepest cut).
/// @throws ContractError unless `is_valid`.
double mean(const Distribution& d);
double variance(const Distribution& d);

/// Variate `n` of the stream: a pure function of (distribution, key, n), never negative. By inversion,
/// increasing in the uniform draw (so that common random numbers and antithetic draws pair up), but for
/// - erlang: −mean/stages · log Π(1 − uᵢ), uᵢ the draw of attempt i < stages; exponential for one stage
/// - gamma: trial t has its normal from attempt 1 + 2t, by inversion, its uniform from attempt 2 + 2t;
///   shapes below 1 multiply by u^(1/shape), u of attempt 0
///
/// @source Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000).
/// @throws ContractError unless `is_valid`.
double variate(const Distribution& d, const StreamKey& key, std::uint64_t n);

/// `out[i] = variate(d, key, first + i)`, to the bit, several times faster than one by one.
void fill_variates(const Distribution& d, const StreamKey& key, std::uint64_t first, std::span<double> out);

}  // namespace lunafab
