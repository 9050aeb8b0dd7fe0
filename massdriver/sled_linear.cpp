#include "massdriver/sled_linear.hpp"
#include <Eigen/Geometry>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

using Eigen::Vector3d;

Eigen::Matrix3d rotation(const Vector3d& vector_rad) {
  const double angle_rad = vector_rad.norm();
  if (angle_rad == 0.0) return Eigen::Matrix3d::Identity();
  return Eigen::AngleAxisd(angle_rad, vector_rad / angle_rad).toRotationMatrix();
}

/// ½ (R − Rᵀ) holds axis · sin(angle): exact for small angles, where the trace is not.
Vector3d rotation_vector(const Eigen::Matrix3d& r) {
  Vector3d sine = 0.5 * Vector3d(r(2, 1) - r(1, 2), r(0, 2) - r(2, 0), r(1, 0) - r(0, 1));
  const double length = sine.norm();
  if (length < 1e-12) return sine;
  return sine / length * std::atan2(length, 0.5 * (r.trace() - 1.0));
}

BodyState body_at(const Vector3d& rest_m, const SledVector& x, SledIndex position, SledIndex velocity) {
  return {rest_m + x.segment<3>(position), rotation(x.segment<3>(position + 3)), x.segment<3>(velocity),
          x.segment<3>(velocity + 3)};
}

Vector3d spin_up(const RigidBody& body, const BodyState& state, const Vector3d& torque_Nm) {
  return state.attitude * (state.attitude.transpose() * torque_Nm).cwiseQuotient(body.inertia_kg_m2);
}

}  // namespace

PairState place(const SledModel& model, const SledVector& x) {
  return {body_at(Vector3d::Zero(), x, bucket_m, bucket_mps),
          body_at(model.payload_at_m, x, payload_m, payload_mps)};
}

SledVector displacement(const SledModel& model, const PairState& state) {
  const BodyState &bucket = state.bucket, &payload = state.payload;
  SledVector x;
  x << bucket.position_m, rotation_vector(bucket.attitude), payload.position_m - model.payload_at_m,
      rotation_vector(payload.attitude), bucket.velocity_mps, bucket.rate_radps, payload.velocity_mps,
      payload.rate_radps;
  return x;
}

SledVector derivative(const SledModel& model, const Drive& drive, const SledVector& x) {
  const PairState state = place(model, x);
  const PairWrench wrench = load_pair(model, drive, state).wrench;
  const SledDesign& design = model.design;
  SledVector rate;
  rate.head<half_state>() = x.tail<half_state>();
  rate.tail<half_state>() << wrench.bucket.force_N / design.bucket.mass_kg,
      spin_up(design.bucket, state.bucket, wrench.bucket.torque_Nm),
      wrench.payload.force_N / design.payload.mass_kg,
      spin_up(design.payload, state.payload, wrench.payload.torque_Nm);
  return rate;
}

SledMatrix jacobian(const SledModel& model, const Drive& drive, const SledVector& x) {
  SledModel free = model;
  free.design.guidance.gap_m = std::numeric_limits<double>::infinity();
  constexpr double change = 1e-6;  // m, rad, m/s, rad/s
  SledMatrix slope;
  for (Eigen::Index i = 0; i < state_size; ++i) {
    SledVector above = x, below = x;
    above[i] += change, below[i] -= change;
    slope.col(i) = (derivative(free, drive, above) - derivative(free, drive, below)) / (2.0 * change);
  }
  return slope;
}

SledVector equilibrium(const SledModel& model, const Drive& drive) {
  SledModel free = model;
  free.design.guidance.gap_m = std::numeric_limits<double>::infinity();
  constexpr int newton_steps = 3;  // the forces are nearly linear
  constexpr double free_direction =
      1e-8;  // relative: softer is taken for free; differences are good to 1e-12
  SledVector x = SledVector::Zero();
  for (int i = 0; i < newton_steps; ++i) {
    const Eigen::Matrix<double, half_state, half_state> slope =
        jacobian(free, drive, x).bottomLeftCorner<half_state, half_state>();
    Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> solver;
    solver.setThreshold(free_direction);
    solver.compute(slope);
    x.head<half_state>() -= solver.solve(derivative(free, drive, x).tail<half_state>());
  }
  return x;
}

ProfileReader::ProfileReader(const AxialProfile& profile) : profile_(&profile) {
  const std::size_t count = profile.time_s.size();
  expects(count >= 2, "sled: a profile needs two samples");
  for (const auto* column : {&profile.time_s, &profile.position_m, &profile.speed_mps,
                             &profile.acceleration_mps2, &profile.coil_N_per_m, &profile.coil_Nm_per_rad}) {
    expects(column->size() == count, "sled: a profile's columns must be of equal length");
    expects(std::all_of(column->begin(), column->end(), [](double x) { return std::isfinite(x); }),
            "sled: a profile must be finite");
  }
  expects(std::adjacent_find(profile.time_s.begin(), profile.time_s.end(), std::greater_equal<>()) ==
              profile.time_s.end(),
          "sled: a profile's times must increase");
}

Moment ProfileReader::at(double time_s) {
  const AxialProfile& p = *profile_;
  if (time_s >= end_s()) {
    const double speed_mps = p.speed_mps.back();
    return {.position_m = p.position_m.back() + speed_mps * (time_s - end_s()), .speed_mps = speed_mps};
  }
  const std::size_t last = p.time_s.size() - 2;
  while (interval_ < last && time_s >= p.time_s[interval_ + 1]) ++interval_;
  while (interval_ > 0 && time_s < p.time_s[interval_]) --interval_;
  const std::size_t i = interval_;
  const double since_s = time_s - p.time_s[i], part = since_s / (p.time_s[i + 1] - p.time_s[i]);
  const auto between = [&](const std::vector<double>& y) {
    return y[i] + part * (y[i + 1] - y[i]);
  };
  const double speed_mps = between(p.speed_mps);
  return {.position_m = p.position_m[i] + 0.5 * (p.speed_mps[i] + speed_mps) * since_s,
          .speed_mps = speed_mps,
          .acceleration_mps2 = between(p.acceleration_mps2),
          .coil_N_per_m = between(p.coil_N_per_m),
          .coil_Nm_per_rad = between(p.coil_Nm_per_rad)};
}

Drive drive_at(const SledDesign& design, const Moment& moment) {
  const double speed_mps = moment.speed_mps;
  return {.acceleration_mps2 = moment.acceleration_mps2,
          .lift_mps2 = speed_mps * speed_mps / design.track_radius_m - design.gravity_mps2,
          .coil_N_per_m = moment.coil_N_per_m,
          .coil_Nm_per_rad = moment.coil_Nm_per_rad};
}

}  // namespace lunafab::massdriver
