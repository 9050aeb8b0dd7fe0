#include "core/elementary.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include "core/contract.hpp"

namespace lunafab {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double inverse_root_two_pi = 0.398942280401432677939946;

/// Σ coefficients[i] xⁱ by Horner's rule.
template <std::size_t n>
inline double polynomial(const double (&coefficients)[n], double x) {
  double sum = coefficients[n - 1];
  for (std::size_t i = n - 1; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

// AS 241, PPND16: three ranges of p. Centre: |p − ½| ≤ 0.425, in r = 0.425² − (p − ½)².
constexpr double centre_half_width = 0.425;

inline double quantile_centre(double q) {
  constexpr double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                          1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                          3.3430575583588128105e4, 2.5090809287301226727e3};
  constexpr double b[] = {1.0,
                          4.2313330701600911252e1,
                          6.8718700749205790830e2,
                          5.3941960214247511077e3,
                          2.1213794301586595867e4,
                          3.9307895800092710610e4,
                          2.8729085735721942674e4,
                          5.2264952788528545610e3};
  const double r = 0.180625 - q * q;
  return q * (polynomial(a, r) / polynomial(b, r));
}

// Tails: r = √(−log min(p, 1 − p)), up to 5 and beyond.
inline double quantile_tail(double root) {
  constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                          3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                          2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double d[] = {1.0,
                          2.05319162663775882187e0,
                          1.67638483018380384940e0,
                          6.89767334985100004550e-1,
                          1.48103976427480074590e-1,
                          1.51986665636164571966e-2,
                          5.47593808499534494600e-4,
                          1.05075007164441684324e-9};
  const double r = root - 1.6;
  return polynomial(c, r) / polynomial(d, r);
}

double quantile_far_tail(double root) {
  constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                          2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                          2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr double f[] = {1.0,
                          5.99832206555887937690e-1,
                          1.36929880922735805310e-1,
                          1.48753612908506148525e-2,
                          7.86869131145613259100e-4,
                          1.84631831751005468180e-5,
                          1.42151175831644588870e-7,
                          2.04426310338993978564e-15};
  const double r = root - 5.0;
  return polynomial(e, r) / polynomial(f, r);
}

constexpr double far_root = 5.0;
constexpr std::size_t chunk_size = 256;

/// The quantiles of one chunk: the centre for all, then the tails gathered, so that loops vectorise.
void quantiles_of_chunk(std::span<double> p) {
  std::array<double, chunk_size> tail, root, size;
  std::array<std::size_t, chunk_size> place;
  std::size_t tails = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double q = p[i] - 0.5;
    place[tails] = i;
    tail[tails] = p[i];
    tails += (std::abs(q) > centre_half_width) ? 1 : 0;
  }
  for (double& x : p) x = quantile_centre(x - 0.5);
  for (std::size_t j = 0; j < tails; ++j)
    root[j] = -kernel::log_normal_range(std::min(tail[j], 1.0 - tail[j]));
  for (std::size_t j = 0; j < tails; ++j) root[j] = std::sqrt(root[j]);
  for (std::size_t j = 0; j < tails; ++j) size[j] = quantile_tail(root[j]);
  for (std::size_t j = 0; j < tails; ++j) {
    if (root[j] > far_root) size[j] = quantile_far_tail(root[j]);
    p[place[j]] = tail[j] < 0.5 ? -size[j] : size[j];
  }
}

// Cody's three ranges for Φ: |x| ≤ 0.6745, ≤ √32, beyond. As arranged in R's pnorm (Cody, Algorithm 715, ACM
// TOMS 19, 1993).
double cdf_centre(double x) {
  constexpr double a[] = {18154.981253343561249, 1067.6894854603709582, 161.02823106855587881,
                          2.2352520354606839287, 0.065682337918207449113};
  constexpr double b[] = {45507.789335026729956, 10260.932208618978205, 976.09855173777669322,
                          47.20258190468824187, 1.0};
  const double z = x * x;
  return 0.5 + x * (polynomial(a, z) / polynomial(b, z));
}

/// Φ(−y) / exp(−y²/2) for y ≤ √32.
double tail_ratio(double y) {
  constexpr double c[] = {9842.7148383839780218, 11602.651437647350124,  6848.1904505362823326,
                          2494.5375852903726711, 597.27027639480026226,  93.506656132177855979,
                          8.8831497943883759412, 0.39894151208813466764, 1.0765576773720192317e-8};
  constexpr double d[] = {19685.429676859990727, 38912.003286093271411, 34900.952721145977266,
                          18615.571640885098091, 6485.558298266760755,  1519.377599407554805,
                          235.38790178262499861, 22.266688044328115691, 1.0};
  return polynomial(c, y) / polynomial(d, y);
}

/// The same for y > √32, an expansion in 1/y².
double far_tail_ratio(double y) {
  constexpr double p[] = {2.9112874951168792e-5, 0.001421619193227893466, 0.022235277870649807,
                          0.1274011611602473639, 0.21589853405795699,     0.02307344176494017303};
  constexpr double q[] = {7.29751555083966205e-5, 0.00378239633202758244, 0.0659881378689285515,
                          0.468238212480865118,   1.28426009614491121,    1.0};
  const double z = 1.0 / (y * y);
  return (inverse_root_two_pi - z * (polynomial(p, z) / polynomial(q, z))) / y;
}

/// exp(−y²/2) without the rounding error of y²: y is split into sixteenths, whose square is exact, and a
/// rest.
double exp_minus_half_square(double y) {
  if (y > 40.0) return 0.0;  // 1e-347
  const double head = std::floor(y * 16.0) / 16.0;
  return portable_exp(-0.5 * head * head) * portable_exp(-0.5 * (y - head) * (y + head));
}

}  // namespace

double portable_log(double x) {
  if (!(x > 0.0)) return x == 0.0 ? -infinity : not_a_number;
  if (x == infinity) return x;
  if (x < std::numeric_limits<double>::min()) {
    return kernel::log_normal_range<54>(x * 0x1p54);
  }
  return kernel::log_normal_range(x);
}

double portable_exp(double x) {
  if (std::abs(x) <= 708.0) return kernel::exp_normal_range(x);
  if (!(x < 710.0)) return x + infinity;  // NaN stays NaN
  if (x < -746.0) return 0.0;
  // Two factors, each a normal number: the result rounds once, to a subnormal, 0 or ∞.
  const kernel::Power power = kernel::exp_parts(x);
  const std::uint64_t first = x > 0.0 ? 1000 : std::uint64_t{0} - 1000;
  return power.fraction * kernel::power_of_two(first) * kernel::power_of_two(power.exponent - first);
}

double normal_quantile(double p) {
  if (!(p > 0.0 && p < 1.0)) return p == 0.0 ? -infinity : p == 1.0 ? infinity : not_a_number;
  const double q = p - 0.5;
  if (std::abs(q) <= centre_half_width) return quantile_centre(q);
  const double root = std::sqrt(-portable_log(std::min(p, 1.0 - p)));
  const double size = root <= far_root ? quantile_tail(root) : quantile_far_tail(root);
  return q < 0.0 ? -size : size;
}

void normal_quantiles(std::span<double> p) {
  for (; !p.empty(); p = p.subspan(std::min(p.size(), chunk_size))) {
    quantiles_of_chunk(p.first(std::min(p.size(), chunk_size)));
  }
}

double normal_cdf(double x) {
  constexpr double centre = 0.67448975, far = 5.656854249492380195;
  const double y = std::abs(x);
  if (y <= centre) return cdf_centre(x);
  const double tail = exp_minus_half_square(y) * (y <= far ? tail_ratio(y) : far_tail_ratio(y));
  return x < 0.0 ? tail : 1.0 - tail;
}

double normal_density(double x) {
  return inverse_root_two_pi * exp_minus_half_square(std::abs(x));
}

// Stirling's series for log Γ at x ≥ 8, where 8 terms leave 1e-16; smaller x through Γ(x) = Γ(x + n) / (x (x
// + 1) … (x + n − 1)).
double gamma_function(double x) {
  expects(x > 0.0 && x <= 170.0, "gamma_function: 0 < x <= 170");
  constexpr double half_log_two_pi = 0.918938533204672741780330;
  constexpr double series[] = {1.0 / 12.0,   -1.0 / 360.0,      1.0 / 1260.0, -1.0 / 1680.0,
                               1.0 / 1188.0, -691.0 / 360360.0, 1.0 / 156.0,  -3617.0 / 122400.0};
  double product = 1.0;
  while (x < 8.0) {
    product *= x;
    x += 1.0;
  }
  const double y = 1.0 / x;
  const double log_gamma = (x - 0.5) * portable_log(x) - x + half_log_two_pi + y * polynomial(series, y * y);
  return portable_exp(log_gamma) / product;
}

}  // namespace lunafab
