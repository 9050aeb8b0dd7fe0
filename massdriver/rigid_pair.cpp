#include "massdriver/rigid_pair.hpp"
#include <btBulletDynamicsCommon.h>
#include "core/contract.hpp"

namespace lunafab::massdriver {
static_assert(sizeof(btScalar) == 8, "link bullet-float64: single precision loses the tip-off");
namespace {

btVector3 to_bullet(const Eigen::Vector3d& v) {
  return {v.x(), v.y(), v.z()};
}
Eigen::Vector3d to_eigen(const btVector3& v) {
  return {v.x(), v.y(), v.z()};
}

btRigidBody::btRigidBodyConstructionInfo construction(const RigidBody& body, const BodyState& start,
                                                      btCollisionShape& shape) {
  expects(body.mass_kg > 0.0 && body.inertia_kg_m2.minCoeff() > 0.0,
          "rigid pair: masses and moments of inertia must be positive");
  btRigidBody::btRigidBodyConstructionInfo info(body.mass_kg, nullptr, &shape, to_bullet(body.inertia_kg_m2));
  const Eigen::Matrix3d& a = start.attitude;
  info.m_startWorldTransform.setBasis(
      {a(0, 0), a(0, 1), a(0, 2), a(1, 0), a(1, 1), a(1, 2), a(2, 0), a(2, 1), a(2, 2)});
  info.m_startWorldTransform.setOrigin(to_bullet(start.position_m));
  return info;
}

BodyState state_of(const btRigidBody& body) {
  BodyState state;
  const btMatrix3x3& basis = body.getWorldTransform().getBasis();
  for (int row = 0; row < 3; ++row) state.attitude.row(row) = to_eigen(basis[row]);
  state.position_m = to_eigen(body.getWorldTransform().getOrigin());
  state.velocity_mps = to_eigen(body.getLinearVelocity());
  state.rate_radps = to_eigen(body.getAngularVelocity());
  return state;
}

void apply(btRigidBody& body, const Wrench& wrench) {
  body.applyCentralForce(to_bullet(wrench.force_N));
  body.applyTorque(to_bullet(wrench.torque_Nm));
}

}  // namespace

/// Members in order of construction; the bodies leave the world before either is destroyed.
struct RigidPair::World {
  World(const RigidBody& bucket_body, const RigidBody& payload_body, const PairState& start, double step)
      : step_s(step),
        bucket(construction(bucket_body, start.bucket, shape)),
        payload(construction(payload_body, start.payload, shape)) {
    dynamics.setGravity({0.0, 0.0, 0.0});
    add(bucket, start.bucket);
    add(payload, start.payload);
  }
  ~World() {
    dynamics.removeRigidBody(&bucket);
    dynamics.removeRigidBody(&payload);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void add(btRigidBody& body, const BodyState& start) {
    body.setActivationState(DISABLE_DEACTIVATION);
    body.setLinearVelocity(to_bullet(start.velocity_mps));
    body.setAngularVelocity(to_bullet(start.rate_radps));
    dynamics.addRigidBody(&body, 0, 0);  // collides with nothing: gaps are forces
  }

  double step_s;
  btDefaultCollisionConfiguration configuration;
  btCollisionDispatcher dispatcher{&configuration};
  btSimpleBroadphase broadphase{2};
  btSequentialImpulseConstraintSolver solver;
  btSphereShape shape{1.0};
  btDiscreteDynamicsWorld dynamics{&dispatcher, &broadphase, &solver, &configuration};
  btRigidBody bucket, payload;
};

RigidPair::RigidPair(const RigidBody& bucket, const RigidBody& payload, const PairState& start, double step_s)
    : world_(std::make_unique<World>(bucket, payload, start, step_s)) {
  expects(step_s > 0.0, "rigid pair: the step must be positive");
}
RigidPair::~RigidPair() = default;
RigidPair::RigidPair(RigidPair&&) noexcept = default;
RigidPair& RigidPair::operator=(RigidPair&&) noexcept = default;

PairState RigidPair::state() const {
  return {state_of(world_->bucket), state_of(world_->payload)};
}

void RigidPair::step(const PairWrench& wrench) {
  apply(world_->bucket, wrench.bucket);
  apply(world_->payload, wrench.payload);
  world_->dynamics.stepSimulation(world_->step_s, 0);
}

}  // namespace lunafab::massdriver
