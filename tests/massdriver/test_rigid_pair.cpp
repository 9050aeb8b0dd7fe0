#include <btBulletDynamicsCommon.h>
#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include "massdriver/rigid_pair.hpp"

using namespace lunafab::massdriver;
using Eigen::Vector3d;

namespace {

const RigidBody bucket{1750.0, {2855.0, 5074.0, 5074.0}}, payload{3500.0, {2117.0, 6965.0, 6965.0}};
constexpr double reduced_kg = 1750.0 * 3500.0 / 5250.0;

/// Two bodies on one spring: largest error of the stretch against the cosine.
double spring_error_m(double step_s) {
  constexpr double stiffness_N_per_m = 8e8, amplitude_m = 1e-3, duration_s = 0.05;
  const double natural_radps = std::sqrt(stiffness_N_per_m / reduced_kg);
  PairState start;
  start.payload.position_m.x() = amplitude_m;
  RigidPair pair(bucket, payload, start, step_s);
  double worst_m = 0.0;
  const auto stretch_m = [&] {
    return pair.state().payload.position_m.x() - pair.state().bucket.position_m.x();
  };
  const long steps = std::lround(duration_s / step_s);
  for (long i = 1; i <= steps; ++i) {
    const double force_N = -stiffness_N_per_m * stretch_m();
    pair.step({.bucket = {.force_N = {-force_N, 0.0, 0.0}}, .payload = {.force_N = {force_N, 0.0, 0.0}}});
    const double exact_m = amplitude_m * std::cos(natural_radps * step_s * static_cast<double>(i));
    worst_m = std::max(worst_m, std::abs(stretch_m() - exact_m));
  }
  return worst_m;
}

/// A free symmetric top: error of the rate, in body axes, against the closed form.
double precession_error_radps(double step_s) {
  constexpr double duration_s = 2.0, spin_radps = 3.0, across_radps = 0.5;
  PairState start;
  start.payload.rate_radps = {spin_radps, across_radps, 0.0};
  RigidPair pair(bucket, payload, start, step_s);
  const long steps = std::lround(duration_s / step_s);
  for (long i = 0; i < steps; ++i) pair.step({});
  const BodyState end = pair.state().payload;
  // Euler's equations: the transverse rate turns at (I_axis − I_across)/I_across · spin about the axis.
  const Vector3d& inertia = payload.inertia_kg_m2;
  const double turned_rad = (inertia.x() - inertia.y()) / inertia.y() * spin_radps * duration_s;
  const Vector3d exact{spin_radps, across_radps * std::cos(turned_rad), across_radps * std::sin(turned_rad)};
  return (end.attitude.transpose() * end.rate_radps - exact).norm();
}

/// Sign changes in 0.05 s of two free bodies between Bullet's own springs of a common stiffness.
int crossings_of_bullet_springs(int springs) {
  btDefaultCollisionConfiguration configuration;
  btCollisionDispatcher dispatcher(&configuration);
  btSimpleBroadphase broadphase(2);
  btSequentialImpulseConstraintSolver solver;
  btSphereShape shape(1.0);
  btDiscreteDynamicsWorld world(&dispatcher, &broadphase, &solver, &configuration);
  world.setGravity({0.0, 0.0, 0.0});
  world.getSolverInfo().m_numIterations = 50;
  btRigidBody::btRigidBodyConstructionInfo info_a(bucket.mass_kg, nullptr, &shape, {2855.0, 5074.0, 5074.0});
  btRigidBody::btRigidBodyConstructionInfo info_b(payload.mass_kg, nullptr, &shape, {2117.0, 6965.0, 6965.0});
  info_b.m_startWorldTransform.setOrigin({1e-3, 0.0, 0.0});
  btRigidBody a(info_a), b(info_b);
  for (btRigidBody* body : {&a, &b}) {
    body->setActivationState(DISABLE_DEACTIVATION);
    world.addRigidBody(body, 0, 0);
  }
  std::vector<std::unique_ptr<btGeneric6DofSpring2Constraint>> constraints;
  for (int i = 0; i < springs; ++i) {
    const btTransform at(btQuaternion::getIdentity(), {i < 2 ? 1.0 : -1.0, i % 2 == 0 ? 1.0 : -1.0, 0.0});
    auto& spring = *constraints.emplace_back(std::make_unique<btGeneric6DofSpring2Constraint>(a, b, at, at));
    for (int axis = 0; axis < 6; ++axis) spring.setLimit(axis, 1.0, -1.0);  // free
    for (int axis = 0; axis < 3; ++axis) {
      spring.enableSpring(axis, true);
      spring.setStiffness(axis, 8e8 / springs, false);
      spring.setEquilibriumPoint(axis, 0.0);
    }
    world.addConstraint(&spring, true);
  }
  int crossings = 0;
  double before = 1.0;
  for (int i = 0; i < 1000; ++i) {
    world.stepSimulation(5e-5, 0);
    const double now = b.getCenterOfMassPosition().x() - a.getCenterOfMassPosition().x();
    if (now * before < 0.0) ++crossings;
    before = now;
  }
  for (auto& constraint : constraints) world.removeConstraint(constraint.get());
  world.removeRigidBody(&a), world.removeRigidBody(&b);
  return crossings;
}

}  // namespace

TEST_CASE("Rigid pair: a spring between the bodies follows the cosine, to first order in the step",
          "[massdriver]") {
  const double coarse = spring_error_m(5e-5), fine = spring_error_m(2.5e-5);
  // Half a step of lead: amplitude · ω h / 2 = 1.03e-5 m at 25 µs, and (ω h)²/24 per radian over 41 rad.
  CHECK_THAT(fine, Catch::WithinRel(1.03e-5, 0.1));
  CHECK_THAT(std::log2(coarse / fine), Catch::WithinAbs(1.0, 0.12));
}

TEST_CASE("Rigid pair: a free symmetric top precesses as Euler's equations say, to first order in the step",
          "[massdriver]") {
  const double coarse = precession_error_radps(2e-4), fine = precession_error_radps(1e-4);
  CHECK(fine < 1e-3 * 0.5);
  CHECK_THAT(std::log2(coarse / fine), Catch::WithinAbs(1.0, 0.05));
}

TEST_CASE("Rigid pair: equal and opposite forces at one point leave both momenta as they were",
          "[massdriver]") {
  constexpr double step_s = 5e-5;
  constexpr int steps = 2000;
  PairState start;
  start.bucket.position_m = {-1.0, 0.2, 0.0};
  start.payload.position_m = {1.5, 0.0, -0.1};
  RigidPair pair(bucket, payload, start, step_s);
  const Vector3d point_m{0.5, 0.4, 0.3};
  for (int i = 0; i < steps; ++i) {
    const Vector3d force_N{1e4 * std::sin(0.01 * i), 3e3, -2e3 * std::cos(0.02 * i)};
    const PairState now = pair.state();
    pair.step({.bucket = {-force_N, (point_m - now.bucket.position_m).cross(-force_N)},
               .payload = {force_N, (point_m - now.payload.position_m).cross(force_N)}});
  }
  const PairState end = pair.state();
  const auto angular = [](const RigidBody& body, const BodyState& state) -> Vector3d {
    const Vector3d own =
        state.attitude * body.inertia_kg_m2.cwiseProduct(state.attitude.transpose() * state.rate_radps);
    return own + body.mass_kg * state.position_m.cross(state.velocity_mps);
  };
  const Vector3d linear =
      bucket.mass_kg * end.bucket.velocity_mps + payload.mass_kg * end.payload.velocity_mps;
  const double exchanged = payload.mass_kg * end.payload.velocity_mps.norm();
  CHECK(exchanged > 100.0);
  CHECK(linear.norm() < 1e-12 * exchanged);
  // Bullet keeps the rate, not the angular momentum, while inertia turns: an error of first order.
  CHECK((angular(bucket, end.bucket) + angular(payload, end.payload)).norm() <
        1e-4 * angular(payload, end.payload).norm());
}

TEST_CASE("Bullet's own springs do not add up: why the sled's forces come from outside", "[massdriver]") {
  const double exact = std::sqrt(8e8 / reduced_kg) * 0.05 / std::numbers::pi;  // 13.2 half periods
  CHECK(exact > 13.0);
  CHECK(crossings_of_bullet_springs(1) < exact - 1.0);
  CHECK(crossings_of_bullet_springs(4) < 0.6 * exact);  // four quarter springs in parallel
}
