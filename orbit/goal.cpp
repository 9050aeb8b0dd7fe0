#include "orbit/goal.hpp"
#include <Eigen/Geometry>
#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <cmath>
#include "core/contract.hpp"
#include "orbit/force.hpp"

namespace lunafab::orbit {
namespace {

constexpr int most_iterations = 60, most_halvings = 8;
// A burn whose idle part is this share of it is within half its square of the least: 0.1 %.
constexpr double idle_tolerance = 0.045, least_share = 1.0 / 4.0, least_gain = 1e-3;
constexpr double position_probe_m = 1.0, velocity_probe_mps = 1e-5;

double gm_of(Body body, const Dynamics& dynamics) {
  if (body == Body::earth) return dynamics.gm.earth;
  return dynamics.field != nullptr ? dynamics.field->gm_m3ps2 : dynamics.gm.moon;
}

Eigen::Vector3d pole_of(Body body, Epoch at, const Ephemeris& sky) {
  return body == Body::earth ? quick_earth_pole(at)
                             : Eigen::Vector3d(sky.R_mean_earth(at).row(2).transpose());
}

double barycentric_c3_m2ps2(const Craft& from_earth, const Dynamics& dynamics) {
  const double earth = dynamics.gm.earth, moon = gm_of(Body::moon, dynamics);
  const SkyState bodies = dynamics.sky->at(from_earth.at);
  const double share = moon / (earth + moon);
  const Eigen::Vector3d r_m = from_earth.r_m - share * bodies.moon_m,
                        v_mps = from_earth.v_mps - share * bodies.moon_mps;
  return v_mps.squaredNorm() - 2.0 * (earth + moon) / r_m.norm();
}

/// ∂residual/∂(state at the end) by central differences of closed forms.
Eigen::MatrixXd slopes(const Goal& goal, const Craft& end, const Dynamics& dynamics) {
  Eigen::MatrixXd out(static_cast<Eigen::Index>(goal.demands.size()), 6);
  for (int k = 0; k < 6; ++k) {
    const double probe = k < 3 ? position_probe_m : velocity_probe_mps;
    Craft up = end, down = end;
    (k < 3 ? up.r_m[k] : up.v_mps[k - 3]) += probe;
    (k < 3 ? down.r_m[k] : down.v_mps[k - 3]) -= probe;
    out.col(k) = (residuals(goal, up, dynamics) - residuals(goal, down, dynamics)) / (2.0 * probe);
  }
  return out;
}

}  // namespace

Craft about(const Craft& craft, Body body, const Ephemeris& sky) {
  if (craft.centre == body) return craft;
  Craft moved = craft;
  moved.centre = body;
  const SkyState bodies = sky.at(craft.at);
  const double sign = body == Body::earth ? 1.0 : -1.0;
  moved.r_m += sign * bodies.moon_m;
  moved.v_mps += sign * bodies.moon_mps;
  return moved;
}

double value_of(Quantity quantity, Body body, const Craft& craft, const Dynamics& dynamics) {
  const Body centre = quantity == Quantity::c3 ? Body::earth : body;
  const Craft c = about(craft, centre, *dynamics.sky);
  switch (quantity) {
    case Quantity::x:
      return c.r_m.x();
    case Quantity::y:
      return c.r_m.y();
    case Quantity::z:
      return c.r_m.z();
    case Quantity::radius:
      return c.r_m.norm();
    case Quantity::angular_momentum:
      return c.r_m.cross(c.v_mps).norm();
    case Quantity::polar_momentum:
      return c.r_m.cross(c.v_mps).dot(pole_of(centre, c.at, *dynamics.sky));
    case Quantity::c3:
      return barycentric_c3_m2ps2(c, dynamics);
  }
  return 0.0;
}

Eigen::VectorXd residuals(const Goal& goal, const Craft& end, const Dynamics& dynamics) {
  Eigen::VectorXd out(static_cast<Eigen::Index>(goal.demands.size()));
  for (std::size_t i = 0; i < goal.demands.size(); ++i) {
    const Demand& d = goal.demands[i];
    out[static_cast<Eigen::Index>(i)] = (value_of(d.quantity, goal.body, end, dynamics) - d.value) / d.scale;
  }
  return out;
}

Goal meeting(const Craft& craft) {
  constexpr double scale_m = 1e3;
  return {.body = craft.centre,
          .latest = craft.at,
          .demands = {{Quantity::x, craft.r_m.x(), scale_m},
                      {Quantity::y, craft.r_m.y(), scale_m},
                      {Quantity::z, craft.r_m.z(), scale_m}}};
}

Craft burnt(Craft craft, const Eigen::Vector3d& dv_mps) {
  craft.v_mps += dv_mps;
  return craft;
}

Aim aim(const Dynamics& dynamics, const Craft& from, const Goal& goal, Derivatives derivatives,
        const Precision& precision) {
  expects(!goal.demands.empty() && goal.demands.size() <= 3, "goal: one to three demands");
  Aim result;
  const ArcOptions options{.precision = precision, .stm = derivatives == Derivatives::jacobian};
  std::vector<EventSpec> events;
  if (goal.end) {
    events.push_back(*goal.end);
    events.back().ends = true;
  }
  result.arc = propagate(dynamics, from, goal.latest, events, options);
  result.reached = result.arc.end == (goal.end ? ArcEnd::event : ArcEnd::time);
  if (!result.reached) return result;
  result.residual = residuals(goal, result.arc.last, dynamics);
  result.reached = result.residual.allFinite();
  if (options.stm) result.jacobian = slopes(goal, result.arc.last, dynamics) * result.arc.stm;
  return result;
}

Eigen::Vector3d least_burn_mps(const Eigen::MatrixXd& jacobian, const Eigen::VectorXd& residual) {
  const Eigen::MatrixXd by_velocity = jacobian.rightCols<3>();
  return -by_velocity.completeOrthogonalDecomposition().solve(residual);
}

Eigen::Matrix<double, 3, 6> correction_gain(const Eigen::MatrixXd& jacobian) {
  const Eigen::MatrixXd by_velocity = jacobian.rightCols<3>();
  return -by_velocity.completeOrthogonalDecomposition().solve(jacobian);
}

namespace {

/// Newton steps of least norm from `burn` to the goal; halved where they overshoot.
void meet(const Dynamics& dynamics, const Craft& from, const Goal& goal, double tolerance,
          const Precision& precision, BurnSolution& burn) {
  burn.converged = false;
  while (burn.aim.reached && burn.iterations < most_iterations) {
    const double before = burn.aim.residual.norm();
    if (before < tolerance) {
      burn.converged = true;
      return;
    }
    ++burn.iterations;
    Eigen::Vector3d step = least_burn_mps(burn.aim.jacobian, burn.aim.residual);
    int halvings = 0;
    for (; halvings < most_halvings; ++halvings, step *= 0.5) {
      Aim next = aim(dynamics, burnt(from, burn.dv_mps + step), goal, Derivatives::jacobian, precision);
      if (!next.reached || !(next.residual.norm() < before)) continue;
      burn.dv_mps += step;
      burn.aim = std::move(next);
      break;
    }
    if (halvings == most_halvings) return;
  }
}

/// The part of a burn that the goal does not feel, to first order.
Eigen::Vector3d idle_part(const Eigen::MatrixXd& jacobian, const Eigen::Vector3d& dv_mps) {
  const Eigen::MatrixXd by_velocity = jacobian.rightCols<3>();
  return dv_mps - by_velocity.completeOrthogonalDecomposition().solve(by_velocity * dv_mps);
}

}  // namespace

BurnSolution meet_goal(const Dynamics& dynamics, const Craft& from, const Goal& goal,
                       const Eigen::Vector3d& guess_mps, double tolerance, const Precision& precision) {
  BurnSolution burn{.dv_mps = guess_mps,
                    .aim = aim(dynamics, burnt(from, guess_mps), goal, Derivatives::jacobian, precision)};
  meet(dynamics, from, goal, tolerance, precision, burn);
  return burn;
}

BurnSolution solve_burn(const Dynamics& dynamics, const Craft& from, const Goal& goal,
                        const Eigen::Vector3d& guess_mps, double tolerance, const Precision& precision) {
  BurnSolution best = meet_goal(dynamics, from, goal, guess_mps, tolerance, precision);
  if (!best.converged || goal.demands.size() == 3) return best;
  // Among the burns that meet the goal, down to the least: along those the goal does not feel, and back to
  // it.
  for (double share = 1.0; share >= least_share && best.iterations < most_iterations;) {
    const Eigen::Vector3d idle_mps = idle_part(best.aim.jacobian, best.dv_mps);
    if (idle_mps.norm() <= idle_tolerance * best.dv_mps.norm()) break;  // no burn has no idle part
    BurnSolution next{.dv_mps = best.dv_mps - share * idle_mps, .iterations = best.iterations};
    next.aim = aim(dynamics, burnt(from, next.dv_mps), goal, Derivatives::jacobian, precision);
    meet(dynamics, from, goal, tolerance, precision, next);
    best.iterations = next.iterations;
    const double gain = next.converged ? 1.0 - next.dv_mps.norm() / best.dv_mps.norm() : 0.0;
    if (gain > 0.0) best = std::move(next);
    if (!(gain >= least_gain)) share *= 0.5;
  }
  return best;
}

}  // namespace lunafab::orbit
