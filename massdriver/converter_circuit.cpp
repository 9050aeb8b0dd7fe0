#include "massdriver/converter_circuit.hpp"
#include <Eigen/Cholesky>

namespace lunafab::massdriver {
namespace {

constexpr int most_circuits = most_fed + most_bucket_coils;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, most_circuits, most_circuits>;
using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, most_circuits, 1>;

double between(const Machine& m, int a, int b) {
  return m.neighbour_H[static_cast<std::size_t>(std::abs(a - b))];
}

Matrix between(const Machine& m, std::span<const int> a, std::span<const int> b) {
  Matrix l(a.size(), b.size());
  for (Eigen::Index i = 0; i < l.rows(); ++i) {
    for (Eigen::Index j = 0; j < l.cols(); ++j)
      l(i, j) = between(m, a[static_cast<std::size_t>(i)], b[static_cast<std::size_t>(j)]);
  }
  return l;
}

/// Couplings of coils to the bucket coils, and their slopes by the bucket's place.
struct ToBucket {
  Matrix mutual, slope;
};

ToBucket to_bucket(const Machine& m, std::span<const int> stages, double x_m) {
  const DriverDesign& d = m.design;
  ToBucket to{Matrix(stages.size(), d.bucket.count), Matrix(stages.size(), d.bucket.count)};
  for (Eigen::Index i = 0; i < to.mutual.rows(); ++i) {
    for (int b = 0; b < d.bucket.count; ++b) {
      const double z = x_m - b * d.bucket.spacing_m - stages[static_cast<std::size_t>(i)] * d.track.pitch_m;
      const Coupling c = lookup(m.coupling, z);
      to.mutual(i, b) = c.mutual_H, to.slope(i, b) = c.slope_H_per_m;
    }
  }
  return to;
}

}  // namespace

// With p fed, s shorted, b bucket: [B M_sᵀ; M_s L_s] [I_b; I_s] = [Φ − M_pᵀ I_p; Λ_s − L_sp I_p], the same
// differentiated by x, and dλ_p/dx = L_p I_p' + L_ps I_s' + M_p' I_b + M_p I_b'. Held bucket currents leave
// the second row.
FedCircuits solve_fed(const Machine& machine, double x_m, std::span<const FedCoil> fed,
                      std::span<const ShortedCoil> shorted, double short_ohm, double speed_mps) {
  const WindowModel& model = *machine.window;
  const Eigen::Index n = model.bucket_coils, q = static_cast<Eigen::Index>(shorted.size());
  const Eigen::Index p = static_cast<Eigen::Index>(fed.size()), free = model.driven ? 0 : n;
  int fed_stage[most_fed], shorted_stage[most_fed];
  Vector current(p), slope(p), linked(q);
  for (Eigen::Index k = 0; k < p; ++k) {
    const FedCoil& coil = fed[static_cast<std::size_t>(k)];
    fed_stage[k] = coil.stage, current[k] = coil.current_A, slope[k] = coil.slope_A_per_m;
  }
  for (Eigen::Index k = 0; k < q; ++k) {
    shorted_stage[k] = shorted[static_cast<std::size_t>(k)].stage;
    linked[k] = shorted[static_cast<std::size_t>(k)].flux_Wb;
  }
  const std::span<const int> fed_at(fed_stage, fed.size()), shorted_at(shorted_stage, shorted.size());
  const ToBucket m_p = to_bucket(machine, fed_at, x_m), m_s = to_bucket(machine, shorted_at, x_m);
  const Matrix l_p = between(machine, fed_at, fed_at), l_ps = between(machine, fed_at, shorted_at);
  const Matrix l_s = between(machine, shorted_at, shorted_at);

  Matrix g(free + q, free + q);
  Vector flux(free + q), bucket(n), bucket_slope = Vector::Zero(n);
  for (Eigen::Index b = 0; b < n; ++b) bucket[b] = model.current_A[b];
  g.bottomRightCorner(q, q) = l_s;
  flux.tail(q) = linked - l_ps.transpose() * current;
  if (free > 0) {
    for (Eigen::Index b = 0; b < n; ++b)
      for (Eigen::Index c = 0; c < n; ++c) g(b, c) = model.bucket_H[b][c];
    g.bottomLeftCorner(q, n) = m_s.mutual;
    g.topRightCorner(n, q) = m_s.mutual.transpose();
    for (Eigen::Index b = 0; b < n; ++b) flux[b] = model.flux_Wb[b];
    flux.head(n) -= m_p.mutual.transpose() * current;
  } else {
    flux.tail(q) -= m_s.mutual * bucket;
  }
  const Eigen::LLT<Matrix> solver(g);
  const Vector unknown = solver.solve(flux);
  const Vector short_A = unknown.tail(q);
  if (free > 0) bucket = unknown.head(n);
  Vector flux_slope(free + q);
  if (free > 0) {
    flux_slope.head(n) =
        -m_p.slope.transpose() * current - m_p.mutual.transpose() * slope - m_s.slope.transpose() * short_A;
  }
  flux_slope.tail(q) = -short_A * (short_ohm / speed_mps) - l_ps.transpose() * slope - m_s.slope * bucket;
  const Vector unknown_slope = solver.solve(flux_slope);
  if (free > 0) bucket_slope = unknown_slope.head(n);

  FedCircuits out;
  out.shorted_A = short_A;
  out.linkage_slope_Wb_per_m =
      l_p * slope + l_ps * unknown_slope.tail(q) + m_p.slope * bucket + m_p.mutual * bucket_slope;
  for (Eigen::Index b = 0; b < n; ++b) out.bucket_A[b] = bucket[b];
  const Vector pull = m_p.slope.transpose() * current + m_s.slope.transpose() * short_A;
  out.force_N = bucket.dot(pull);
  out.magnetic_J =
      0.5 * current.dot(l_p * current) + current.dot(l_ps * short_A) + 0.5 * short_A.dot(l_s * short_A);
  if (free > 0) {
    out.magnetic_J += bucket.dot(m_p.mutual.transpose() * current + m_s.mutual.transpose() * short_A) +
                      0.5 * bucket.dot(g.topLeftCorner(n, n) * bucket);
  }
  return out;
}

}  // namespace lunafab::massdriver
