#include "orbit/return_step.hpp"
#include <Eigen/Cholesky>
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <limits>

namespace lunafab::orbit {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();

struct Step {
  ReturnChoice to = ReturnChoice::Zero();
  double cost_mps = none;
  double angle_rad = 0.0;  ///< on the circle
};

/// The linear problem of a flown return: minimise (x·W x)/2s + c·x over the change of speed and the whole
/// burn, x, where B x = h(angle) − h₀ + B x₀.
class LinearReturn {
 public:
  LinearReturn(const FlownReturn& flown, const Stiffness& stiffness) : flown_(flown), stiff_(stiffness) {
    start_ = flown.choice, start_[0] = 0.0;
    inverse_weight_ = Eigen::Vector4d::Ones();
    inverse_weight_[0] = 1.0 / (stiffness.speed * stiffness.speed);
    spread_ = inverse_weight_.asDiagonal() * flown.momentum_by.transpose();
    solver_.compute(flown.momentum_by * spread_);
    pull_ = stiffness.burn_mps * inverse_weight_.cwiseProduct(flown.capture_by);
  }

  Step at(double angle_rad) const {
    const Eigen::Vector3d wanted =
        flown_.wanted.at(angle_rad) - flown_.momentum + flown_.momentum_by * (start_ + pull_);
    const ReturnChoice x = spread_ * solver_.solve(wanted) - pull_;
    const Eigen::Vector4d weighted = x.cwiseQuotient(inverse_weight_);
    const double cost = 0.5 * x.dot(weighted) / stiff_.burn_mps + flown_.capture_by.dot(x);
    ReturnChoice to = x;
    to[0] += flown_.choice[0];
    return {to, cost, angle_rad};
  }

 private:
  const FlownReturn& flown_;
  Stiffness stiff_;
  ReturnChoice start_, inverse_weight_, pull_;
  Eigen::Matrix<double, 4, 3> spread_;
  Eigen::LDLT<Eigen::Matrix3d> solver_;
};

}  // namespace

// Down from where the momentum is, over the circle's angle.
ReturnChoice cheapest_linear(const FlownReturn& flown, const Stiffness& stiffness) {
  constexpr int most_steps = 40;
  const LinearReturn problem(flown, stiffness);
  const Eigen::Vector3d off = flown.momentum;
  double width = 0.2;
  Step best = problem.at(std::atan2(off.dot(flown.wanted.third), off.dot(flown.wanted.level)));
  for (int i = 0; i < most_steps && width > 1e-4; ++i) {
    const Step up = problem.at(best.angle_rad + width), down = problem.at(best.angle_rad - width);
    const Step& next = up.cost_mps < down.cost_mps ? up : down;
    if (next.cost_mps < best.cost_mps) {
      best = next;
    } else {
      const double bend = up.cost_mps - 2.0 * best.cost_mps + down.cost_mps;
      const Step vertex = problem.at(best.angle_rad + 0.5 * width * (down.cost_mps - up.cost_mps) / bend);
      if (vertex.cost_mps < best.cost_mps) best = vertex;
      width *= 0.1;
    }
  }
  return best.to;
}

// What burns across the radius reach is a plane, the circle lies on a cone about the pole: they meet on two
// lines, or the nearest is taken.
Eigen::Vector3d correction_mps(const FlownReturn& f, Branch branch) {
  const Eigen::Vector3d radius = f.from.before.r_m;
  Eigen::Matrix<double, 3, 2> axes;
  axes.col(0) = radius.unitOrthogonal(), axes.col(1) = radius.normalized().cross(axes.col(0));
  const Eigen::Matrix<double, 3, 2> by_burn = f.momentum_by.rightCols<3>() * axes;
  const Eigen::Vector3d normal = by_burn.col(0).cross(by_burn.col(1)).normalized(), pole = f.wanted.pole;
  const Eigen::Vector3d level = pole.cross(normal).normalized(), third = pole.cross(level);
  // The level axis lies in the plane: the condition on the angle about the pole is one on its sine.
  const double sine = std::clamp(
      (f.momentum - f.wanted.polar * pole).dot(normal) / (f.wanted.radius * third.dot(normal)), -1.0, 1.0);
  const auto change = [&](double sign) -> Eigen::Vector3d {
    const double cosine = sign * std::sqrt(1.0 - sine * sine);
    const Eigen::Vector3d way =
        f.wanted.polar * pole + f.wanted.radius * (cosine * level + sine * third) - f.momentum;
    return axes * (by_burn.transpose() * by_burn).ldlt().solve(by_burn.transpose() * way);
  };
  if (branch == Branch::first) return change(1.0);
  const Eigen::Vector3d second = change(-1.0);
  if (branch == Branch::second) return second;
  const Eigen::Vector3d first = change(1.0);
  return first.norm() < second.norm() ? first : second;
}

FlownReturn linearly_changed(const FlownReturn& flown, const ReturnChoice& to) {
  FlownReturn out = flown;
  const ReturnChoice change = to - flown.choice;
  out.choice = to;
  out.momentum += flown.momentum_by * change;
  out.capture_mps += flown.capture_by.dot(change);
  return out;
}

}  // namespace lunafab::orbit
