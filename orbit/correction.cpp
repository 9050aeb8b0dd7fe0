#include "orbit/correction.hpp"
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <utility>
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

/// A point of a nominal coast at which a correction can be made.
struct Waypoint {
  Epoch at;
  Matrix6 from_start;        ///< STM
  Eigen::MatrixXd jacobian;  ///< of the goal
};

/// A coast in pieces that end at its waypoints. One flight gives the slopes of them all.
struct Coast {
  std::vector<Waypoint> waypoints;  ///< the first is the start
};

std::optional<Coast> fly_coast(const TransferSetting& s, const Craft& start, const Goal& goal,
                               const std::vector<Epoch>& dates) {
  Coast coast;
  coast.waypoints.push_back({.at = start.at, .from_start = Matrix6::Identity()});
  std::vector<Matrix6> pieces;
  Craft craft = start;
  for (const Epoch at : dates) {
    const Arc arc = propagate(s.dynamics, craft, at, {}, {.stm = true});
    if (arc.end != ArcEnd::time) return {};
    craft = arc.last;
    pieces.emplace_back(arc.stm);
    coast.waypoints.push_back({.at = at, .from_start = pieces.back() * coast.waypoints.back().from_start});
  }
  const Aim onward = aim(s.dynamics, craft, goal, Derivatives::jacobian);
  if (!onward.reached) return {};
  coast.waypoints.back().jacobian = onward.jacobian;
  for (std::size_t i = pieces.size(); i > 0; --i)
    coast.waypoints[i - 1].jacobian = coast.waypoints[i].jacobian * pieces[i - 1];
  return coast;
}

/// Pairs of dates for both corrections: the first doubles, the second is halfway from it to the end.
std::vector<std::pair<Epoch, Epoch>> pairs_of_dates(Epoch start, double coast_s, const Navigation& n) {
  std::vector<std::pair<Epoch, Epoch>> pairs;
  for (double after_s = n.earliest_s; after_s < 0.5 * coast_s; after_s *= 2.0)
    pairs.emplace_back(later(start, after_s), later(start, 0.5 * (after_s + coast_s)));
  return pairs;
}

std::vector<Epoch> in_order(const std::vector<std::pair<Epoch, Epoch>>& pairs) {
  std::vector<Epoch> dates;
  for (const auto& [first, second] : pairs) dates.push_back(first), dates.push_back(second);
  const auto day = [](Epoch at) {
    return at.tt_days_since_j2000;
  };
  std::ranges::sort(dates, {}, day);
  const auto same = std::ranges::unique(dates, {}, day);
  dates.erase(same.begin(), same.end());
  return dates;
}

const Waypoint& waypoint_at(const Coast& coast, Epoch at) {
  return *std::ranges::find(coast.waypoints, at.tt_days_since_j2000,
                            [](const Waypoint& w) { return w.at.tt_days_since_j2000; });
}

/// What a correction, or an aimed burn, leaves: errors of knowledge and of the burn itself, of this mean
/// square.
Matrix6 left_over(const Eigen::MatrixXd& jacobian, double burn_m2ps2, const Navigation& n) {
  // The burn answers the estimate: with x̂ = x + ν the state after it is (I + E K) x + E K ν, of which the
  // goal sees −J ν.
  const Matrix36 k = correction_gain(jacobian);
  Matrix6 p = Matrix6::Zero();
  p.bottomRightCorner<3, 3>() = k * knowledge(n) * k.transpose();
  p.bottomRightCorner<3, 3>().diagonal().array() += n.execution_rel * n.execution_rel * burn_m2ps2;
  return p;
}

/// Both corrections of a coast.
struct CoastPlan {
  Epoch first, second;
  Matrix36 first_by_start;  ///< first correction by the state at the start
  Eigen::Matrix3d first_m2ps2, second_m2ps2;
  Eigen::MatrixXd miss;
  double sum_of_rms_mps() const { return std::sqrt(first_m2ps2.trace()) + std::sqrt(second_m2ps2.trace()); }
};

CoastPlan plan_pair(const Waypoint& one, const Waypoint& two, const Matrix6& at_start, const Goal& goal,
                    const Navigation& n) {
  const Matrix36 first_gain = correction_gain(one.jacobian), second_gain = correction_gain(two.jacobian);
  CoastPlan plan{.first = one.at, .second = two.at, .first_by_start = first_gain * one.from_start};
  plan.first_m2ps2 = plan.first_by_start * at_start * plan.first_by_start.transpose() +
                     first_gain * knowledge(n) * first_gain.transpose();
  const Matrix6 between = two.from_start * one.from_start.inverse();
  const Matrix6 left = between * left_over(one.jacobian, plan.first_m2ps2.trace(), n) * between.transpose();
  plan.second_m2ps2 = second_gain * (left + knowledge(n)) * second_gain.transpose();
  const Eigen::MatrixXd scaled =
      two.jacobian * left_over(two.jacobian, plan.second_m2ps2.trace(), n) * two.jacobian.transpose();
  Eigen::VectorXd scale(scaled.rows());
  for (Eigen::Index i = 0; i < scale.size(); ++i) scale[i] = goal.demands[static_cast<std::size_t>(i)].scale;
  plan.miss = scale.asDiagonal() * scaled * scale.asDiagonal();
  return plan;
}

/// The best pair of dates; nothing where the coast is too short. `spread` gives the covariance at the start
/// from the goal's jacobian there.
template <class Spread>
std::optional<CoastPlan> plan_coast(const TransferSetting& s, const Craft& start, const Goal& goal,
                                    double coast_s, const Navigation& n, Spread&& spread) {
  const auto pairs = pairs_of_dates(start.at, coast_s, n);
  if (pairs.empty()) return {};
  const auto coast = fly_coast(s, start, goal, in_order(pairs));
  if (!coast) return {};
  const Matrix6 at_start = spread(coast->waypoints.front().jacobian);
  std::optional<CoastPlan> best;
  for (const auto& [first, second] : pairs) {
    const CoastPlan plan =
        plan_pair(waypoint_at(*coast, first), waypoint_at(*coast, second), at_start, goal, n);
    if (!best || plan.sum_of_rms_mps() < best->sum_of_rms_mps()) best = plan;
  }
  return best;
}

/// The burn that is solved anew for what comes after it.
const Burn* aimed_burn(const Transfer& t) {
  if (t.last != LastBurn::aim_and_match && t.last != LastBurn::aim_and_capture) return nullptr;
  return &t.burns[t.burns.size() < 2 ? 0 : t.burns.size() - 2];
}

/// Corrections of what the aimed burn leaves.
std::optional<CoastPlan> plan_trims(const TransferSetting& s, const Transfer& t, const Navigation& n) {
  const Burn* burn = aimed_burn(t);
  if (burn == nullptr) return {};
  const double coast_s = seconds_between(burn->before.at, t.arrival.at);
  return plan_coast(
      s, burnt(burn->before, burn->dv_mps), t.after, coast_s, n,
      [&](const Eigen::MatrixXd& jacobian) { return left_over(jacobian, burn->dv_mps.squaredNorm(), n); });
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

std::vector<Eigen::Matrix3d> CorrectionPlan::all_m2ps2() const {
  std::vector<Eigen::Matrix3d> all{first_m2ps2, second_m2ps2};
  if (trims) all.push_back(trims->first_m2ps2), all.push_back(trims->second_m2ps2);
  return all;
}

double CorrectionPlan::quantile_mps(double p) const {
  double sum_mps = 0.0;
  for (const Eigen::Matrix3d& m2ps2 : all_m2ps2()) sum_mps += norm_quantile(m2ps2, p);
  return sum_mps;
}

double CorrectionPlan::rms_mps() const {
  double sum_m2ps2 = 0.0;
  for (const Eigen::Matrix3d& m2ps2 : all_m2ps2()) sum_m2ps2 += m2ps2.trace();
  return std::sqrt(sum_m2ps2);
}

std::optional<CorrectionPlan> plan_corrections(const TransferSetting& s, const Transfer& t,
                                               const Eigen::Matrix3d& muzzle_m2ps2, const Navigation& n) {
  expects(t.found, "corrections: a transfer that was found");
  if (t.goal.demands.empty()) return plan_lunar(s, t, muzzle_m2ps2);
  const Craft& end = t.burns.empty() ? t.arrival : t.burns.front().before;
  const Matrix63 by_muzzle = muzzle_map(s, t.start);
  const auto out = plan_coast(
      s, t.start, t.goal, seconds_between(t.start.at, end.at), n,
      [&](const Eigen::MatrixXd&) -> Matrix6 { return by_muzzle * muzzle_m2ps2 * by_muzzle.transpose(); });
  if (!out) return {};
  CorrectionPlan plan{.first = out->first,
                      .second = out->second,
                      .gain = out->first_by_start * by_muzzle,
                      .first_m2ps2 = out->first_m2ps2,
                      .second_m2ps2 = out->second_m2ps2,
                      .miss = out->miss};
  if (const auto trims = plan_trims(s, t, n)) {
    plan.trims = {trims->first, trims->second, trims->first_m2ps2, trims->second_m2ps2};
    plan.miss = trims->miss;
  }
  return plan;
}

double overrun_probability(const CorrectionPlan& plan, double spare_mps) {
  const double later_mps = plan.quantile_mps(0.95) - norm_quantile(plan.first_m2ps2, 0.95);
  const double for_first_mps = spare_mps - later_mps;
  return for_first_mps <= 0.0 ? 1.0 : norm_exceedance(plan.first_m2ps2, for_first_mps);
}

}  // namespace lunafab::orbit
