#include "core/variates.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include "core/clones.hpp"
#include "core/contract.hpp"

namespace lunafab {
namespace {

using Kind = Distribution::Kind;

constexpr std::size_t chunk_size = 512;

inline double minus_log_complement(double u) {
  return -kernel::log_normal_range(1.0 - u);
}

// Inverse distribution functions. Each takes one draw (`operator()`) or replaces a chunk of draws (`apply`),
// with the same bits.

template <class Inverse>
void apply_each(const Inverse& inverse, std::span<double> draws) {
  for (double& draw : draws) draw = inverse(draw);
}

struct UniformInverse {
  double low, width;
  double operator()(double u) const { return low + width * u; }
  void apply(std::span<double> draws) const { apply_each(*this, draws); }
};

LUNAFAB_CLONES void minus_log_complements(double* draws, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) draws[i] = minus_log_complement(draws[i]);
}

struct ExponentialInverse {
  double mean;
  double operator()(double u) const { return mean * minus_log_complement(u); }
  void apply(std::span<double> draws) const {
    minus_log_complements(draws.data(), draws.size());
    for (double& x : draws) x *= mean;
  }
};

struct WeibullInverse {
  double scale, inverse_shape;
  double operator()(double u) const {
    return scale *
           kernel::exp_normal_range(inverse_shape * kernel::log_normal_range(minus_log_complement(u)));
  }
  void apply(std::span<double> draws) const { apply_each(*this, draws); }
};

struct LognormalInverse {
  double mu, sigma;
  double of_quantile(double z) const { return kernel::exp_normal_range(mu + sigma * z); }
  double operator()(double u) const { return of_quantile(normal_quantile(u)); }
  void apply(std::span<double> draws) const {
    normal_quantiles(draws);
    for (double& z : draws) z = of_quantile(z);
  }
};

/// F = (x − low)²/((high − low)(mode − low)) up to the mode, 1 − (high − x)²/((high − low)(high − mode))
/// above.
struct TriangularInverse {
  double low, high, mode_probability, rise, fall;

  explicit TriangularInverse(const Distribution& d)
      : low(d.a),
        high(d.c),
        mode_probability(d.c > d.a ? (d.b - d.a) / (d.c - d.a) : 0.0),
        rise(std::sqrt(d.c - d.a) * std::sqrt(d.b - d.a)),
        fall(std::sqrt(d.c - d.a) * std::sqrt(d.c - d.b)) {}

  double operator()(double u) const {
    const bool rising = u < mode_probability;
    const double root = std::sqrt(rising ? u : 1.0 - u);
    return std::max(low, rising ? low + rise * root : high - fall * root);  // rounding may pass low by an ulp
  }
  void apply(std::span<double> draws) const { apply_each(*this, draws); }
};

struct EmpiricalInverse {
  const EmpiricalTable& table;
  double operator()(double u) const { return table.quantile(u); }
  void apply(std::span<double> draws) const { apply_each(*this, draws); }
};

/// P(X > x) = Φ((mean − x)/sd) / Φ(mean/sd): solved in the upper tail, which keeps its digits however deep
/// the cut lies.
struct TruncatedNormalInverse {
  double mean, sd, kept;

  explicit TruncatedNormalInverse(const Distribution& d) : mean(d.a), sd(d.b), kept(normal_cdf(d.a / d.b)) {}

  double survival(double u) const { return (1.0 - u) * kept; }
  double of_quantile(double z) const {
    return std::max(0.0, mean - sd * z);
  }  // rounding may pass 0 by an ulp of mean
  double operator()(double u) const { return of_quantile(normal_quantile(survival(u))); }
  void apply(std::span<double> draws) const {
    for (double& u : draws) u = survival(u);
    normal_quantiles(draws);
    for (double& z : draws) z = of_quantile(z);
  }
};

/// Calls `use` with the inverse of a kind that has one.
template <class Use>
auto with_inverse(const Distribution& d, Use&& use) {
  switch (d.kind) {
    case Kind::exponential:
      return use(ExponentialInverse{d.a});
    case Kind::lognormal:
      return use(LognormalInverse{d.a, d.b});
    case Kind::weibull:
      return use(WeibullInverse{d.a, 1.0 / d.b});
    case Kind::triangular:
      return use(TriangularInverse(d));
    case Kind::normal_truncated:
      return use(TruncatedNormalInverse(d));
    case Kind::uniform:
      return use(UniformInverse{d.a, d.b - d.a});
    case Kind::empirical:
      return use(EmpiricalInverse{*d.table});
    case Kind::constant:
    case Kind::erlang:
    case Kind::gamma:
      break;
  }
  throw ContractError("variates: a distribution with an elementary inverse");
}

// Erlang: one logarithm for 16 factors, each at least 2^-53, so that their product stays normal.
constexpr std::uint32_t factors_per_log = 16;

double erlang_variate(const Distribution& d, const StreamKey& key, std::uint64_t n) {
  const auto stages = static_cast<std::uint32_t>(d.b);
  double sum = 0.0, product = 1.0;
  for (std::uint32_t stage = 0; stage < stages; ++stage) {
    product *= 1.0 - uniform(key, n, stage);
    if ((stage + 1) % factors_per_log == 0 || stage + 1 == stages) {
      sum -= kernel::log_normal_range(product);
      product = 1.0;
    }
  }
  return (d.a / d.b) * sum;
}

void fill_erlang(const Distribution& d, const StreamKey& key, std::uint64_t first, std::span<double> out) {
  const auto stages = static_cast<std::uint32_t>(d.b);
  std::array<double, chunk_size> draws, products;
  products.fill(1.0);
  std::fill(out.begin(), out.end(), 0.0);
  for (std::uint32_t stage = 0; stage < stages; ++stage) {
    fill_uniform(key, first, std::span(draws).first(out.size()), stage);
    for (std::size_t i = 0; i < out.size(); ++i) products[i] *= 1.0 - draws[i];
    if ((stage + 1) % factors_per_log == 0 || stage + 1 == stages) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] -= kernel::log_normal_range(products[i]);
      products.fill(1.0);
    }
  }
  for (double& x : out) x *= d.a / d.b;
}

/// Marsaglia–Tsang's constants for shape + 1 where shape < 1 (the boost), else for shape.
struct GammaMethod {
  double d, c, scale, inverse_shape;
  bool boosted;

  explicit GammaMethod(const Distribution& gamma)
      : d((gamma.b < 1.0 ? gamma.b + 1.0 : gamma.b) - 1.0 / 3.0),
        c(1.0 / std::sqrt(9.0 * d)),
        scale(gamma.a / gamma.b),
        inverse_shape(1.0 / gamma.b),
        boosted(gamma.b < 1.0) {}

  double cube(double z) const {
    const double root = 1.0 + c * z;
    return root * root * root;
  }
  static double squeeze(double z) { return 1.0 - 0.0331 * (z * z) * (z * z); }
  bool accepts(double z, double u) const {
    const double v = cube(z);
    if (!(v > 0.0)) return false;
    return u < squeeze(z) || portable_log(u) < 0.5 * z * z + d - d * v + d * portable_log(v);
  }
  double boost(double u) const {
    return kernel::exp_normal_range(inverse_shape * kernel::log_normal_range(u));
  }
};

/// Each trial fails with probability below 0.05, so 64 failures (1e-83) mean a broken stream.
double accepted_gamma(const GammaMethod& method, const StreamKey& key, std::uint64_t n) {
  constexpr std::uint32_t most_trials = 64;
  for (std::uint32_t trial = 0; trial < most_trials; ++trial) {
    const double z = normal_quantile(uniform(key, n, 1 + 2 * trial));
    if (method.accepts(z, uniform(key, n, 2 + 2 * trial))) return method.scale * (method.d * method.cube(z));
  }
  throw ContractError("variates: a gamma variate within 64 trials");
}

double gamma_variate(const Distribution& d, const StreamKey& key, std::uint64_t n) {
  const GammaMethod method(d);
  const double x = accepted_gamma(method, key, n);
  return method.boosted ? x * method.boost(uniform(key, n, 0)) : x;
}

/// The first trial for the whole chunk; the few draws that its squeeze does not accept are made one by one.
void fill_gamma(const Distribution& d, const StreamKey& key, std::uint64_t first, std::span<double> out) {
  const GammaMethod method(d);
  std::array<double, chunk_size> draws;
  const std::span<double> chunk = std::span(draws).first(out.size());
  fill_uniform(key, first, out, 1);
  normal_quantiles(out);
  fill_uniform(key, first, chunk, 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double z = out[i], v = method.cube(z);
    const bool accepted = v > 0.0 && draws[i] < GammaMethod::squeeze(z);
    out[i] = accepted ? method.scale * (method.d * v) : accepted_gamma(method, key, first + i);
  }
  if (!method.boosted) return;
  fill_uniform(key, first, chunk, 0);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] *= method.boost(draws[i]);
}

void fill_chunk(const Distribution& d, const StreamKey& key, std::uint64_t first, std::span<double> out) {
  if (d.kind == Kind::constant) return std::fill(out.begin(), out.end(), d.a);
  if (d.kind == Kind::erlang) return fill_erlang(d, key, first, out);
  if (d.kind == Kind::gamma) return fill_gamma(d, key, first, out);
  fill_uniform(key, first, out);
  with_inverse(d, [out](const auto& inverse) { inverse.apply(out); });
}

/// φ(m/sd)/Φ(m/sd), by which (in sd) cutting below at 0 moves the mean.
double truncation_shift(const Distribution& d) {
  return normal_density(d.a / d.b) / normal_cdf(d.a / d.b);
}

void expects_valid(const Distribution& d) {
  expects(is_valid(d), "variates: parameters of the distribution are valid");
}

constexpr double square(double x) {
  return x * x;
}

bool is_whole(double small) {
  return small == static_cast<double>(static_cast<std::int64_t>(small));
}

/// eˣ − 1 for x ≥ 0: by its series where the subtraction would cost digits (16 terms leave 1e-22 at ½).
double exp_minus_one(double x) {
  if (x > 0.5) return portable_exp(x) - 1.0;
  double sum = 0.0;
  for (int k = 16; k > 0; --k) sum = (x / k) * (1.0 + sum);
  return sum;
}

}  // namespace

bool is_valid(const Distribution& d) {
  // So that every variate and the variance are normal numbers, and `exp_normal_range` is enough: a uniform
  // draw has |log u| and |log(−log u)| below 37, and a normal one |z| below 8.3.
  constexpr double lowest_shape = 0.1;
  constexpr double highest_log_moment = 350.0, lowest_log_variate = -700.0;
  constexpr double deepest_cut = 35.0;  // in sd; 2^-53 of what remains is still a normal number
  if (!(std::isfinite(d.a) && std::isfinite(d.b) && std::isfinite(d.c))) return false;
  switch (d.kind) {
    case Kind::constant:
    case Kind::exponential:
      return d.a >= 0.0;
    case Kind::erlang:
      return d.a >= 0.0 && d.b >= 1.0 && d.b < attempts_per_draw && is_whole(d.b);
    case Kind::gamma:
      return d.a >= 0.0 && d.b >= lowest_shape;
    case Kind::lognormal:
      return d.b >= 0.0 && d.a + d.b * d.b <= highest_log_moment && d.a - 9.0 * d.b >= lowest_log_variate;
    case Kind::weibull:
      return d.a >= 0.0 && d.b >= lowest_shape;
    case Kind::triangular:
      return d.a >= 0.0 && d.a <= d.b && d.b <= d.c;
    case Kind::normal_truncated:
      return d.b > 0.0 && d.a / d.b >= -deepest_cut && std::isfinite(d.a / d.b);
    case Kind::uniform:
      return d.a >= 0.0 && d.a <= d.b;
    case Kind::empirical:
      return d.table != nullptr;
  }
  return false;
}

double mean(const Distribution& d) {
  expects_valid(d);
  switch (d.kind) {
    case Kind::constant:
    case Kind::exponential:
    case Kind::erlang:
    case Kind::gamma:
      return d.a;
    case Kind::lognormal:
      return portable_exp(d.a + 0.5 * d.b * d.b);
    case Kind::weibull:
      return d.a * gamma_function(1.0 + 1.0 / d.b);
    case Kind::triangular:
      return (d.a + d.b + d.c) / 3.0;
    case Kind::normal_truncated:
      return d.a + d.b * truncation_shift(d);
    case Kind::uniform:
      return 0.5 * (d.a + d.b);
    case Kind::empirical:
      return d.table->mean();
  }
  throw ContractError("variates: a known kind of distribution");
}

double variance(const Distribution& d) {
  expects_valid(d);
  switch (d.kind) {
    case Kind::constant:
      return 0.0;
    case Kind::exponential:
      return d.a * d.a;
    case Kind::erlang:
    case Kind::gamma:
      return d.a * d.a / d.b;
    case Kind::lognormal: {
      const double s = d.b * d.b;
      return exp_minus_one(s) * portable_exp(2.0 * d.a + s);
    }
    case Kind::weibull:
      return square(d.a) * (gamma_function(1.0 + 2.0 / d.b) - square(gamma_function(1.0 + 1.0 / d.b)));
    case Kind::triangular:
      return (square(d.b - d.a) + square(d.c - d.b) + square(d.c - d.a)) / 36.0;
    case Kind::normal_truncated: {
      const double shift = truncation_shift(d);
      return square(d.b) * (1.0 - shift * (shift + d.a / d.b));
    }
    case Kind::uniform:
      return square(d.b - d.a) / 12.0;
    case Kind::empirical:
      return d.table->variance();
  }
  throw ContractError("variates: a known kind of distribution");
}

double variate(const Distribution& d, const StreamKey& key, std::uint64_t n) {
  expects_valid(d);
  if (d.kind == Kind::constant) return d.a;
  if (d.kind == Kind::erlang) return erlang_variate(d, key, n);
  if (d.kind == Kind::gamma) return gamma_variate(d, key, n);
  return with_inverse(d, [&](const auto& inverse) { return inverse(uniform(key, n)); });
}

void fill_variates(const Distribution& d, const StreamKey& key, std::uint64_t first, std::span<double> out) {
  expects_valid(d);
  while (!out.empty()) {
    const std::size_t count = std::min(out.size(), chunk_size);
    fill_chunk(d, key, first, out.first(count));
    first += count;
    out = out.subspan(count);
  }
}

}  // namespace lunafab
