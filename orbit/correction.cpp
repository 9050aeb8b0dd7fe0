#include "orbit/correction.hpp"
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/norm_quantile.hpp"

namespace lunafab::orbit {
namespace {

constexpr double day_s = 86400.0;
using Matrix6 = Eigen::Matrix<double, 6, 6>;
using Matrix63 = Eigen::Matrix<double, 6, 3>;
using Matrix36 = Eigen::Matrix<double, 3, 6>;

Epoch later(Epoch epoch, double seconds) {
  return {epoch.tt_days_since_j2000 + seconds / day_s};
}
double seconds_between(Epoch a, Epoch b) {
  return (b.tt_days_since_j2000 - a.tt_days_since_j2000) * day_s;
}

/// ∂state at the muzzle by velocity relative to the surface.
Matrix63 muzzle_map(const TransferSetting& s, const Craft& start) {
  Matrix63 map = Matrix63::Zero();
  map.bottomRows<3>() = s.dynamics.sky->R_mean_earth(start.at).transpose() * R_mean_earth_muzzle(s.muzzle);
  return map;
}

Matrix6 knowledge(const Navigation& n) {
  Matrix6 p = Matrix6::Zero();
  p.diagonal().head<3>().setConstant(n.position_m * n.position_m);
  p.diagonal().tail<3>().setConstant(n.velocity_mps * n.velocity_mps);
  return p;
}

/// A point of the nominal way at which a correction can be made.
struct Waypoint {
  Craft craft;
  Matrix6 from_start;        ///< STM
  Eigen::MatrixXd jacobian;  ///< of the goal
  Matrix36 gain;
};

std::optional<Waypoint> waypoint(const TransferSetting& s, const Transfer& t, double after_s) {
  const Arc arc = propagate(s.dynamics, t.start, later(t.start.at, after_s), {}, {.stm = true});
  if (arc.end != ArcEnd::time) return {};
  Aim onward = aim(s.dynamics, arc.last, t.goal, Derivatives::jacobian);
  if (!onward.reached) return {};
  return Waypoint{arc.last, arc.stm, onward.jacobian, correction_gain(onward.jacobian)};
}

/// What a correction leaves: errors of knowledge and of the burn itself.
Matrix6 left_over(const Waypoint& w, const Eigen::Matrix3d& burn_m2ps2, const Navigation& n) {
  // The burn answers the estimate: with x̂ = x + ν the state after it is (I + E K) x + E K ν, of which the
  // goal sees −J ν.
  Matrix6 p = Matrix6::Zero();
  const Matrix36& k = w.gain;
  p.bottomRightCorner<3, 3>() = k * knowledge(n) * k.transpose();
  p.bottomRightCorner<3, 3>().diagonal().array() +=
      n.execution_rel * n.execution_rel * burn_m2ps2.trace() / 3.0;
  return p;
}

/// Plan with the first correction at one instant.
std::optional<CorrectionPlan> plan_at(const TransferSetting& s, const Transfer& t,
                                      const Eigen::Matrix3d& muzzle_m2ps2, const Navigation& n,
                                      double after_s, double flight_s) {
  const auto one = waypoint(s, t, after_s);
  const double second_s = after_s + 0.5 * (flight_s - after_s);
  const auto two = waypoint(s, t, second_s);
  if (!one || !two) return {};
  CorrectionPlan plan{.first = one->craft.at, .second = two->craft.at};
  plan.gain = one->gain * one->from_start * muzzle_map(s, t.start);
  plan.first_m2ps2 =
      plan.gain * muzzle_m2ps2 * plan.gain.transpose() + one->gain * knowledge(n) * one->gain.transpose();
  const Matrix6 between = two->from_start * one->from_start.inverse();
  const Matrix6 left = between * left_over(*one, plan.first_m2ps2, n) * between.transpose();
  plan.second_m2ps2 = two->gain * (left + knowledge(n)) * two->gain.transpose();
  const Eigen::MatrixXd scaled =
      two->jacobian * left_over(*two, plan.second_m2ps2, n) * two->jacobian.transpose();
  Eigen::VectorXd scale(scaled.rows());
  for (Eigen::Index i = 0; i < scale.size(); ++i)
    scale[i] = t.goal.demands[static_cast<std::size_t>(i)].scale;
  plan.miss = scale.asDiagonal() * scaled * scale.asDiagonal();
  return plan;
}

/// Low lunar orbit: what an error along the bore adds to the two burns, by the worse sign; sideways errors
/// count to second order only.
CorrectionPlan plan_lunar(const TransferSetting& s, const Transfer& t, const Eigen::Matrix3d& muzzle_m2ps2) {
  constexpr double probe_mps = 0.5;
  const double radius_m = t.arrival.r_m.norm(), gm = s.dynamics.field->gm_m3ps2;
  double worst = 0.0;
  for (const double error : {-probe_mps, probe_mps}) {
    Goal goal = t.goal;
    goal.demands = {{Quantity::radius, radius_m, 1.0}};
    const Aim end =
        aim(s.dynamics, leave(s, t.start.at, {t.speed_mps + error, 0.0, 0.0}), goal, Derivatives::none);
    if (!end.reached) continue;
    worst =
        std::max(worst, (circularise(end.arc.last, radius_m, gm).total_mps() - t.insertion_mps) / probe_mps);
  }
  CorrectionPlan plan;
  plan.gain(0, 0) = worst;
  plan.first_m2ps2 = plan.gain * muzzle_m2ps2 * plan.gain.transpose();
  return plan;
}

}  // namespace

double CorrectionPlan::quantile_mps(double p) const {
  return norm_quantile(first_m2ps2, p) + norm_quantile(second_m2ps2, p);
}

double CorrectionPlan::sum_of_rms_mps() const {
  return std::sqrt(first_m2ps2.trace()) + std::sqrt(second_m2ps2.trace());
}

double CorrectionPlan::rms_mps() const {
  return std::sqrt(first_m2ps2.trace() + second_m2ps2.trace());
}

std::optional<CorrectionPlan> plan_corrections(const TransferSetting& s, const Transfer& t,
                                               const Eigen::Matrix3d& muzzle_m2ps2, const Navigation& n) {
  expects(t.found, "corrections: a transfer that was found");
  if (t.goal.demands.empty()) return plan_lunar(s, t, muzzle_m2ps2);
  const Craft& end = t.burns.empty() ? t.arrival : t.burns.front().before;
  const double flight_s = seconds_between(t.start.at, end.at);
  std::optional<CorrectionPlan> best;
  for (double after_s = n.earliest_s; after_s < 0.5 * flight_s; after_s *= 2.0) {
    const auto plan = plan_at(s, t, muzzle_m2ps2, n, after_s, flight_s);
    if (plan && (!best || plan->sum_of_rms_mps() < best->sum_of_rms_mps())) best = *plan;
  }
  return best;
}

double overrun_probability(const CorrectionPlan& plan, double spare_mps) {
  const double for_first_mps = spare_mps - norm_quantile(plan.second_m2ps2, 0.95);
  return for_first_mps <= 0.0 ? 1.0 : norm_exceedance(plan.first_m2ps2, for_first_mps);
}

}  // namespace lunafab::orbit
