#pragma once
#include <cstdint>
#include <span>
#include <string>
#include "core/random.hpp"

namespace lunafab {

/// Natural logarithm, exponential, normal quantile and power built only from IEEE +,−,×,÷,√ and bit operations, so that they
/// give the same bits on every CPU; relative error bounds stand at the definitions.
double portable_log(double x);
double portable_exp(double x);
double normal_quantile(double p);

/// A positive (or, for `uniform` and `constant`, non-negative) random span or amount, by its usual parameters in SI units.
struct Distribution {
  enum class Kind : std::uint8_t {
    constant, exponential, erlang, gamma, lognormal, weibull, triangular, normal_truncated, uniform
  };
  Kind kind = Kind::constant;
  /// constant: value · exponential: mean · erlang: mean, stages · gamma: mean, shape · lognormal: mu, sigma of the logarithm ·
  /// weibull: scale, shape · triangular: low, mode, high · normal_truncated: mean and sd of the parent, cut below at 0 ·
  /// uniform: low, high
  double a = 0.0, b = 0.0, c = 0.0;

  static void visit_fields(auto& self, auto&& visit) {
    visit("kind", self.kind), visit("a", self.a), visit("b", self.b), visit("c", self.c);
  }
};

/// Expected value and variance in closed form (truncation included).
double mean(const Distribution& d);
double variance(const Distribution& d);

/// Variate `n` of the stream: a pure function of (distribution, key, n). By inversion wherever the inverse is elementary.
double variate(const Distribution& d, const StreamKey& key, std::uint64_t n);

/// `out[i] = variate(d, key, first + i)`, to the bit, several times faster than one by one for the elementary kinds.
void fill_variates(const Distribution& d, const StreamKey& key, std::uint64_t first, std::span<double> out);

}  // namespace lunafab
