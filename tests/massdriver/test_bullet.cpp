#include <btBulletDynamicsCommon.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <vector>

// What the sled model rests on: that the packaged Bullet, in double precision, holds, releases and oscillates
// as mechanics says, and how its error falls with the step. Sled 1750 kg, payload 3500 kg, 30 g: the two-coil
// baseline machine.
static_assert(sizeof(btScalar) == 8,
              "link bullet-float64: single precision loses the tip-off at kilometres per second");

namespace {

constexpr double sled_kg = 1750.0, payload_kg = 3500.0, both_kg = sled_kg + payload_kg;
constexpr double acceleration_mps2 = 30.0 * 9.80665;

/// A world without gravity or collisions; whole steps only, one integration each.
class World {
 public:
  explicit World(double step_s) : step_s_(step_s) {
    world_.setGravity({0.0, 0.0, 0.0});
    world_.getSolverInfo().m_numIterations = 50;
  }
  ~World() {
    for (auto& latch : latches_) world_.removeConstraint(latch.get());
    for (auto& body : bodies_) world_.removeRigidBody(body.get());
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  btRigidBody& add_body(double mass_kg, const btVector3& position_m) {
    btRigidBody::btRigidBodyConstructionInfo info(mass_kg, nullptr, &shape_,
                                                  btVector3(mass_kg, mass_kg, mass_kg));
    info.m_startWorldTransform.setOrigin(position_m);
    btRigidBody& body = *bodies_.emplace_back(std::make_unique<btRigidBody>(info));
    body.setActivationState(DISABLE_DEACTIVATION);
    world_.addRigidBody(&body, 0, 0);  // collides with nothing
    return body;
  }
  /// Locks all six freedoms between the sled and a payload at `offset_m` from it.
  btGeneric6DofSpring2Constraint& add_latch(btRigidBody& sled, btRigidBody& payload,
                                            const btVector3& offset_m) {
    auto latch =
        std::make_unique<btGeneric6DofSpring2Constraint>(sled, payload, at(offset_m), at({0.0, 0.0, 0.0}));
    return add(std::move(latch));
  }
  /// Locks a body where it stands in the world's frame.
  btGeneric6DofSpring2Constraint& add_anchor(btRigidBody& body) {
    return add(std::make_unique<btGeneric6DofSpring2Constraint>(body, at({0.0, 0.0, 0.0})));
  }
  void release(btGeneric6DofSpring2Constraint& latch) { world_.removeConstraint(&latch); }
  void set_gravity(btRigidBody& body, const btVector3& mps2) { body.setGravity(mps2); }
  void step() { world_.stepSimulation(step_s_, 0); }

 private:
  static btTransform at(const btVector3& origin_m) {
    return btTransform(btQuaternion::getIdentity(), origin_m);
  }
  btGeneric6DofSpring2Constraint& add(std::unique_ptr<btGeneric6DofSpring2Constraint> latch) {
    latch->setAngularLowerLimit(
        {0.0, 0.0, 0.0});  // equal limits lock; linear freedoms are locked from the start
    latch->setAngularUpperLimit({0.0, 0.0, 0.0});
    world_.addConstraint(latch.get(), true);
    return *latches_.emplace_back(std::move(latch));
  }

  double step_s_;
  btDefaultCollisionConfiguration configuration_;
  btCollisionDispatcher dispatcher_{&configuration_};
  btDbvtBroadphase broadphase_;
  btSequentialImpulseConstraintSolver solver_;
  btSphereShape shape_{1.0};
  btDiscreteDynamicsWorld world_{&dispatcher_, &broadphase_, &solver_, &configuration_};
  std::vector<std::unique_ptr<btRigidBody>> bodies_;
  std::vector<std::unique_ptr<btGeneric6DofSpring2Constraint>> latches_;
};

}  // namespace

TEST_CASE("Bullet: a latched payload leaves an accelerated sled at a t and flies straight", "[massdriver]") {
  constexpr double step_s = 2e-4;
  constexpr int steps = 2500;  // 0.5 s
  World world(step_s);
  const btVector3 offset_m{1.0, 0.2, 0.0};  // off the bore: the latch carries a moment as well
  btRigidBody& sled = world.add_body(sled_kg, {0.0, 0.0, 0.0});
  btRigidBody& payload = world.add_body(payload_kg, offset_m);
  auto& latch = world.add_latch(sled, payload, offset_m);
  const btVector3 thrust_N{acceleration_mps2 * both_kg, 0.0, 0.0};
  for (int i = 0; i < steps; ++i) {
    sled.applyForce(thrust_N, offset_m * (payload_kg / both_kg));  // through the common centre of mass
    world.step();
  }
  // Euler steps add a constant force without error; what remains is the solver's rounding, 2500 steps of some
  // 1e-14.
  const btVector3 muzzle_mps = payload.getLinearVelocity();
  const double expected_mps = acceleration_mps2 * steps * step_s;
  CHECK((muzzle_mps - btVector3(expected_mps, 0.0, 0.0)).length() < 1e-9);
  CHECK(payload.getAngularVelocity().length() < 1e-9);
  CHECK((payload.getCenterOfMassPosition() - sled.getCenterOfMassPosition() - offset_m).length() < 1e-9);

  world.release(latch);
  const btVector3 released_m = payload.getCenterOfMassPosition();
  for (int i = 0; i < steps; ++i) {
    sled.applyCentralForce(thrust_N);
    world.step();
  }
  CHECK((payload.getLinearVelocity() - muzzle_mps).length() == 0.0);
  CHECK((payload.getCenterOfMassPosition() - released_m - muzzle_mps * (steps * step_s)).length() < 1e-9);
  const double sled_alone_mps = expected_mps + acceleration_mps2 * (both_kg / sled_kg) * steps * step_s;
  CHECK_THAT(sled.getLinearVelocity().x(), Catch::WithinRel(sled_alone_mps, 1e-12));
}

TEST_CASE(
    "Bullet: seen from the sled's moving frame, a released payload falls back at -a, straight inertially",
    "[massdriver]") {
  constexpr double step_s = 2e-4, frame_start_mps = 2400.0;
  constexpr int held = 500, free = 1000;
  World world(step_s);
  btRigidBody& payload = world.add_body(payload_kg, {0.0, 0.0, 0.0});
  auto& anchor = world.add_anchor(payload);
  world.set_gravity(payload,
                    {-acceleration_mps2, 0.0, 0.0});  // the frame's prescribed acceleration, subtracted
  for (int i = 0; i < held; ++i) world.step();
  CHECK(payload.getLinearVelocity().length() < 1e-9);

  // Bullet corrects a latch's position with a gain of 0.2 a step, so that the hold sags by rounding only.
  CHECK(payload.getCenterOfMassPosition().length() < 1e-9);
  world.release(anchor);
  const double frame_mps = frame_start_mps + acceleration_mps2 * held * step_s;
  for (int i = 0; i < free; ++i) world.step();
  const double t = free * step_s;
  const double inertial_mps = frame_mps + acceleration_mps2 * t + payload.getLinearVelocity().x();
  CHECK_THAT(inertial_mps, Catch::WithinRel(frame_mps, 1e-12));
  // First order: −½ a t² is missed by exactly half a step, −½ a t h.
  const double expected_m = -0.5 * acceleration_mps2 * t * (t + step_s);
  CHECK_THAT(payload.getCenterOfMassPosition().x(), Catch::WithinRel(expected_m, 1e-10));
}

TEST_CASE("Bullet: a yawing sled tips the payload off sideways at omega r, to first order in the step",
          "[massdriver]") {
  constexpr double rate_radps = 0.5, span_m = 2.0, flight_s = 2.0;
  const double sled_arm_m = span_m * payload_kg / both_kg, payload_arm_m = span_m * sled_kg / both_kg;
  const auto tip_off_error_mps = [&](double step_s) {
    World world(step_s);
    btRigidBody& sled = world.add_body(sled_kg, {-sled_arm_m, 0.0, 0.0});
    btRigidBody& payload = world.add_body(payload_kg, {payload_arm_m, 0.0, 0.0});
    auto& latch = world.add_latch(sled, payload, {span_m, 0.0, 0.0});
    for (btRigidBody* body : {&sled, &payload}) {
      body->setAngularVelocity({0.0, 0.0, rate_radps});
      body->setLinearVelocity({0.0, rate_radps * body->getCenterOfMassPosition().x(), 0.0});
    }
    const auto steps = std::lround(flight_s / step_s);
    for (long i = 0; i < steps; ++i) world.step();
    world.release(latch);
    world.step();
    const double turned_rad = rate_radps * flight_s, speed_mps = rate_radps * payload_arm_m;
    const btVector3 tangent_mps{-speed_mps * std::sin(turned_rad), speed_mps * std::cos(turned_rad), 0.0};
    return (payload.getLinearVelocity() - tangent_mps).length();
  };
  const double coarse = tip_off_error_mps(4e-4), fine = tip_off_error_mps(2e-4);
  CHECK(coarse <
        rate_radps * rate_radps * payload_arm_m * 4e-4);  // below the centripetal acceleration times one step
  CHECK_THAT(std::log2(coarse / fine), Catch::WithinAbs(1.0, 0.02));
}

TEST_CASE("Bullet: a mass on the guideway's spring follows the cosine, to first order in the step",
          "[massdriver]") {
  constexpr double stiffness_N_per_m = 1.47e6;  // mean lateral stiffness of the one-coil machine
  constexpr double amplitude_m = 0.01, duration_s = 0.5;
  const double natural_radps = std::sqrt(stiffness_N_per_m / sled_kg);
  const auto worst_error_m = [&](double step_s) {
    World world(step_s);
    btRigidBody& sled = world.add_body(sled_kg, {0.0, amplitude_m, 0.0});
    auto& guideway = world.add_anchor(sled);
    constexpr int y = 1;
    guideway.setLimit(y, 1.0, -1.0);  // lower above upper frees the axis
    guideway.enableSpring(y, true);
    guideway.setStiffness(y, stiffness_N_per_m, false);
    guideway.setDamping(y, 0.0, false);
    guideway.setEquilibriumPoint(y, -amplitude_m);  // from the anchor, which stands where the sled starts
    double worst = 0.0;
    const auto steps = std::lround(duration_s / step_s);
    for (long i = 1; i <= steps; ++i) {
      world.step();
      const double exact_m = amplitude_m * std::cos(natural_radps * step_s * static_cast<double>(i));
      worst = std::max(worst, std::abs(sled.getCenterOfMassPosition().y() - exact_m));
    }
    return worst;
  };
  const double coarse = worst_error_m(1e-3), middle = worst_error_m(5e-4), fine = worst_error_m(2.5e-4);
  // Semi-implicit Euler leads the cosine by half a step: amplitude · ω h / 2, and higher orders in ω h =
  // 0.007.
  CHECK_THAT(fine, Catch::WithinRel(amplitude_m * natural_radps * 2.5e-4 / 2.0, 0.02));
  CHECK_THAT(std::log2(coarse / middle), Catch::WithinAbs(1.0, 0.05));
  CHECK_THAT(std::log2(middle / fine), Catch::WithinAbs(1.0, 0.025));
}
