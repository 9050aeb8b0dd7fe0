#include "orbit/harmonics.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>
#include "core/clones.hpp"
#include "core/contract.hpp"
#include "core/lanes.hpp"

// Pines' form, free of singularities. With (s, t, u) the direction, z = s + i t, q = R/r and H the fully
// normalised Legendre functions without their factor cosᵐ (polynomials in u, also at the poles):
//   U = GM/r f,   f = Σ_n Σ_m qⁿ H_nm(u) Re[(C − iS) zᵐ].
// With D = −r ∂/∂r + Σ s_i ∂/∂s_i, which multiplies a term by n+1+m and adds u ∂/∂u:
//   a_i = GM/r² (f_i − s_i Df),
//   ∂a_i/∂x_k = GM/r³ (f_ik − s_i (Df)_k − s_k (Df)_i − δ_ik Df + s_i s_k (2 Df + D²f)).
// Eight orders m stand side by side. A column starts at h_mm = 1; what it lacks, H_mm (qz)ᵐ, multiplies its
// sums.
// @source Pines, AIAA J. 11, 1508 (1973); Lundberg and Schutz, J. Guidance 11, 32 (1988), recursion I.

namespace lunafab::orbit {
namespace {

#define LUNAFAB_INLINE inline __attribute__((always_inline))

constexpr int table_degree = most_field_degree;
constexpr std::size_t spare = lanes;  // loads of eight reach past the end

/// h_nm = a u h_{n−1,m} − b h_{n−2,m}, laid out like a field's coefficients; H_mm.
struct Factors {
  std::vector<double> a, b, diagonal;
};

Factors make_factors(int degree) {
  const std::size_t size = GravityField::index(degree + 1, 0) + spare;
  Factors out{std::vector<double>(size), std::vector<double>(size),
              std::vector<double>(static_cast<std::size_t>(degree) + 1 + spare)};
  for (int n = 0; n <= degree; ++n) {
    const double k = n;
    out.diagonal[static_cast<std::size_t>(n)] =
        n == 0 ? 1.0
               : out.diagonal[static_cast<std::size_t>(n) - 1] *
                     std::sqrt(n == 1 ? 3.0 : (2.0 * k + 1.0) / (2.0 * k));
    for (int m = 0; m < n; ++m) {
      const double below = static_cast<double>(n - m) * (n + m);
      out.a[GravityField::index(n, m)] = std::sqrt((2.0 * k - 1.0) * (2.0 * k + 1.0) / below);
      if (n - m > 1) {
        out.b[GravityField::index(n, m)] =
            std::sqrt((2.0 * k + 1.0) * (n + m - 1.0) * (n - m - 1.0) / (below * (2.0 * k - 3.0)));
      }
    }
  }
  return out;
}

/// Most fields in use fit the small table, which is made in no time.
const Factors& factors_for(int degree) {
  static const Factors small = make_factors(100);
  if (degree <= 100) return small;
  static const Factors large = make_factors(table_degree);
  return large;
}

struct Input {
  const double *a, *b, *diagonal, *c, *s;
  std::size_t size;  // of c and s
  int degree;
  double x, y, u, q;
};

struct Output {
  double f, Df, f_s, f_t, f_u, DDf, Df_s, Df_t, Df_u, f_ss, f_st, f_su, f_tu, f_uu;
};

struct Complex {
  double re, im;
};
struct LaneComplex {
  Lanes re{}, im{};
};

LUNAFAB_INLINE Complex times(Complex a, Complex b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
LUNAFAB_INLINE void multiply(LaneComplex& a, Complex b) {
  const Lanes re = a.re * b.re - a.im * b.im;
  a.im = a.re * b.im + a.im * b.re;
  a.re = re;
}
LUNAFAB_INLINE void load(const double* from, Lanes& to) {
  std::memcpy(&to, from, sizeof to);
}
/// Of `left` values; the rest is zero.
LUNAFAB_INLINE void load(const double* from, std::size_t left, Lanes& to) {
  if (left >= lanes) return load(from, to);
  to = Lanes{};
  std::memcpy(&to, from, left * sizeof(double));
}
LUNAFAB_INLINE double total(const Lanes& v) {
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

/// Powers of z for eight orders, times q^m: z^m, z^(m−1), z^(m−2), where there are any.
struct Powers {
  LaneComplex whole, first, second;
  Complex step;  // (q z)^8
};

LUNAFAB_INLINE void start_powers(double x, double y, double q, Powers& out) {
  const Complex qz{q * x, q * y};
  Complex p{1.0, 0.0};
  for (int m = 0; m < lanes; ++m) {
    out.whole.re[m] = p.re, out.whole.im[m] = p.im;
    if (m + 1 < lanes) out.first.re[m + 1] = q * p.re, out.first.im[m + 1] = q * p.im;
    if (m + 2 < lanes) out.second.re[m + 2] = q * q * p.re, out.second.im[m + 2] = q * q * p.im;
    p = times(p, qz);
  }
  out.step = p;
}

/// To the next eight orders, which begin at `next`.
LUNAFAB_INLINE void step_powers(Powers& p, double q, int next) {
  // z^(m−1) of order 8 and z^(m−2) of orders 8 and 9 come from the block before, not from zeros.
  const LaneComplex before = p.whole;
  multiply(p.whole, p.step);
  multiply(p.first, p.step);
  multiply(p.second, p.step);
  if (next == lanes) {
    p.first.re[0] = q * before.re[7], p.first.im[0] = q * before.im[7];
    p.second.re[0] = q * q * before.re[6], p.second.im[0] = q * q * before.im[6];
    p.second.re[1] = q * q * before.re[7], p.second.im[1] = q * q * before.im[7];
  }
}

/// Sums down eight columns, with C and with S: of h, h', h'', each times powers of e = n+1+m.
struct Column {
  Lanes h_c{}, h_s{}, h1_c{}, h1_s{}, eh_c{}, eh_s{};
  Lanes h2_c{}, h2_s{}, eh1_c{}, eh1_s{}, eeh_c{}, eeh_s{};
};

template <Order order>
LUNAFAB_INLINE void sum_columns(const Input& in, int first, const Lanes& m, Column& out) {
  const double uq = in.u * in.q, qq = in.q * in.q;
  Lanes h{}, h1{}, h2{};                 // row n: value, slope, second derivative
  Lanes below{}, below1{}, below2{};     // row n−1
  Lanes deeper{}, deeper1{}, deeper2{};  // row n−2
  for (int n = first; n <= in.degree; ++n) {
    const std::size_t at = GravityField::index(n, first);
    Lanes a, b, c, s;
    load(in.a + at, a), load(in.b + at, b);
    load(in.c + at, in.size - at, c), load(in.s + at, in.size - at, s);
    const Lanes au = a * uq, aq = a * in.q, bq = b * qq;
    h = au * below - bq * deeper;
    h1 = au * below1 + aq * below - bq * deeper1;
    if constexpr (order == Order::second) h2 = au * below2 + 2.0 * (aq * below1) - bq * deeper2;
    if (n - first < lanes) h[n - first] = 1.0;
    const Lanes e = m + (n + 1.0), eh = e * h;
    out.h_c += c * h, out.h_s += s * h;
    out.h1_c += c * h1, out.h1_s += s * h1;
    out.eh_c += c * eh, out.eh_s += s * eh;
    if constexpr (order == Order::second) {
      const Lanes eh1 = e * h1, eeh = e * eh;
      out.h2_c += c * h2, out.h2_s += s * h2;
      out.eh1_c += c * eh1, out.eh1_s += s * eh1;
      out.eeh_c += c * eeh, out.eeh_s += s * eeh;
    }
    deeper = below, deeper1 = below1, deeper2 = below2;
    below = h, below1 = h1, below2 = h2;
  }
}

struct Totals {
  Lanes f{}, Df{}, f_s{}, f_t{}, f_u{};
  Lanes DDf{}, Df_s{}, Df_t{}, Df_u{}, f_ss{}, f_st{}, f_su{}, f_tu{}, f_uu{};
};

template <Order order>
LUNAFAB_INLINE void add_columns(const Column& k, const Powers& p, const Lanes& m, const Lanes& diagonal,
                                double u, Totals& out) {
  const Lanes re = diagonal * p.whole.re, im = diagonal * p.whole.im;
  const Lanes md = m * diagonal, re1 = md * p.first.re, im1 = md * p.first.im;
  const Lanes Df_c = k.eh_c + u * k.h1_c, Df_s = k.eh_s + u * k.h1_s;
  out.f += k.h_c * re + k.h_s * im;
  out.Df += Df_c * re + Df_s * im;
  out.f_s += k.h_c * re1 + k.h_s * im1;
  out.f_t += k.h_s * re1 - k.h_c * im1;
  out.f_u += k.h1_c * re + k.h1_s * im;
  if constexpr (order == Order::second) {
    const Lanes mmd = (m - 1.0) * md, re2 = mmd * p.second.re, im2 = mmd * p.second.im;
    out.DDf += (k.eeh_c + u * (2.0 * k.eh1_c + k.h1_c) + u * u * k.h2_c) * re +
               (k.eeh_s + u * (2.0 * k.eh1_s + k.h1_s) + u * u * k.h2_s) * im;
    out.Df_s += Df_c * re1 + Df_s * im1;
    out.Df_t += Df_s * re1 - Df_c * im1;
    out.Df_u += (k.eh1_c + k.h1_c + u * k.h2_c) * re + (k.eh1_s + k.h1_s + u * k.h2_s) * im;
    out.f_ss += k.h_c * re2 + k.h_s * im2;
    out.f_st += k.h_s * re2 - k.h_c * im2;
    out.f_su += k.h1_c * re1 + k.h1_s * im1;
    out.f_tu += k.h1_s * re1 - k.h1_c * im1;
    out.f_uu += k.h2_c * re + k.h2_s * im;
  }
}

template <Order order>
LUNAFAB_INLINE void evaluate(const Input& in, Output& out) {
  Totals sum{};
  Powers powers{};
  start_powers(in.x, in.y, in.q, powers);
  Lanes m = {0, 1, 2, 3, 4, 5, 6, 7}, diagonal;
  for (int first = 0; first <= in.degree; first += lanes) {
    Column column{};
    sum_columns<order>(in, first, m, column);
    load(in.diagonal + first, diagonal);
    add_columns<order>(column, powers, m, diagonal, in.u, sum);
    m += static_cast<double>(lanes);
    step_powers(powers, in.q, first + lanes);
  }
  out = {total(sum.f),    total(sum.Df),   total(sum.f_s),  total(sum.f_t),  total(sum.f_u),
         total(sum.DDf),  total(sum.Df_s), total(sum.Df_t), total(sum.Df_u), total(sum.f_ss),
         total(sum.f_st), total(sum.f_su), total(sum.f_tu), total(sum.f_uu)};
}

}  // namespace

namespace kernel {

// The clones for other processors do the same IEEE arithmetic, never contracted: the same bits.
LUNAFAB_CLONES void harmonics_first(const Input& in, Output& out) {
  evaluate<Order::first>(in, out);
}
LUNAFAB_CLONES void harmonics_second(const Input& in, Output& out) {
  evaluate<Order::second>(in, out);
}

}  // namespace kernel

HarmonicSums harmonic_sums(const GravityField& field, int degree, const Eigen::Vector3d& direction, double q,
                           Order order) {
  expects(degree >= 0 && degree <= field.degree && degree <= most_field_degree,
          "gravity: the degree must lie between 0 and the field's");
  expects(field.c.size() >= GravityField::index(degree + 1, 0) && field.s.size() == field.c.size(),
          "gravity: a field must hold all coefficients of its degrees");
  const Factors& factors = factors_for(degree);
  const Input in{factors.a.data(),
                 factors.b.data(),
                 factors.diagonal.data(),
                 field.c.data(),
                 field.s.data(),
                 field.c.size(),
                 degree,
                 direction.x(),
                 direction.y(),
                 direction.z(),
                 q};
  Output o;
  if (order == Order::first) {
    kernel::harmonics_first(in, o);
  } else {
    kernel::harmonics_second(in, o);
  }
  HarmonicSums out{
      .f = o.f, .Df = o.Df, .f_i = {o.f_s, o.f_t, o.f_u}, .DDf = o.DDf, .Df_i = {o.Df_s, o.Df_t, o.Df_u}};
  // zᵐ is harmonic in s and t.
  out.f_ik << o.f_ss, o.f_st, o.f_su, o.f_st, -o.f_ss, o.f_tu, o.f_su, o.f_tu, o.f_uu;
  return out;
}

}  // namespace lunafab::orbit
