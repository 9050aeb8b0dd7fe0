#include "massdriver/sled_forces.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

using Eigen::Vector2d, Eigen::Vector3d;

/// A point of a body: where it is and how it moves.
struct Point {
  Vector3d at_m, velocity_mps;
};

Point point_of(const BodyState& body, const Vector3d& from_centre_m) {
  const Vector3d arm_m = body.attitude * from_centre_m;
  return {body.position_m + arm_m, body.velocity_mps + body.rate_radps.cross(arm_m)};
}

void push(Wrench& wrench, const BodyState& body, const Vector3d& force_N, const Vector3d& at_m) {
  wrench.force_N += force_N;
  wrench.torque_Nm += (at_m - body.position_m).cross(force_N);
}

void push_apart(PairLoad& load, const PairState& state, const Vector3d& on_payload_N, const Vector3d& at_m) {
  push(load.wrench.payload, state.payload, on_payload_N, at_m);
  push(load.wrench.bucket, state.bucket, -on_payload_N, at_m);
}

/// Half the thrust on each coil along the bore; towards the axis of the drive coils and against tilt. The
/// tilt of the coil's axis e against the bore x is x × e; with potential c·thrust·(offset · e) the coupling
/// conserves energy.
void add_coils(PairLoad& load, const SledModel& model, const Drive& drive, const PairState& state) {
  const SledDesign& design = model.design;
  const double thrust_N = 0.5 * drive.acceleration_mps2 * (design.bucket.mass_kg + design.payload.mass_kg);
  const double coupling_N = design.tilt_coupling * thrust_N;
  const Vector3d axis = state.bucket.attitude.col(0), bore = Vector3d::UnitX();
  const Vector3d tilt = bore.cross(axis);
  for (std::size_t coil = 0; coil < 2; ++coil) {
    const double arm_m = (coil == 0 ? 0.5 : -0.5) * design.coil_spacing_m;
    const Vector3d at_m = state.bucket.position_m + arm_m * axis;
    const Vector2d off_m = at_m.tail<2>() - drive.coil_offset_m[coil];
    const Vector2d lateral_N = -drive.coil_N_per_m * off_m - coupling_N * axis.tail<2>();
    push(load.wrench.bucket, state.bucket, {thrust_N, lateral_N.x(), lateral_N.y()}, at_m);
    load.wrench.bucket.torque_Nm -=
        drive.coil_Nm_per_rad * tilt + coupling_N * bore.cross(Vector3d(0.0, off_m.x(), off_m.y()));
  }
}

/// A pad's force along one axis, contact included: a spring and damper that only push.
double pad_force_N(PairLoad& load, const SledModel& model, double off_m, double speed_mps, bool left_axis,
                   unsigned bit) {
  const Guidance& guide = model.design.guidance;
  const double stiffness = left_axis ? guide.left_N_per_m : guide.up_N_per_m;
  const double damping = left_axis ? guide.left_N_s_per_m : guide.up_N_s_per_m;
  double force_N = -0.5 * (stiffness * off_m + damping * speed_mps);
  load.travel_m = std::max(load.travel_m, std::abs(off_m));
  const double depth_m = std::abs(off_m) - guide.gap_m;
  if (depth_m > 0.0) {
    const double side = off_m > 0.0 ? 1.0 : -1.0;
    const double contact_N =
        std::max(0.0, guide.contact_N_per_m * depth_m + model.contact_N_s_per_m * side * speed_mps);
    force_N -= side * contact_N;
    load.contact_N = std::max(load.contact_N, contact_N);
    load.touching |= 1u << bit;
  }
  return force_N;
}

void add_guides(PairLoad& load, const SledModel& model, const Drive& drive, const PairState& state) {
  const Guidance& guide = model.design.guidance;
  for (unsigned pad = 0; pad < 4; ++pad) {
    const std::size_t station = pad / 2;
    const double fore_m = (station == 0 ? 0.5 : -0.5) * guide.spacing_m;
    const double left_m = (pad % 2 == 0 ? 0.5 : -0.5) * guide.gauge_m;
    const Point at = point_of(state.bucket, {fore_m, left_m, 0.0});
    const Vector2d off_m = at.at_m.tail<2>() - Vector2d(left_m, 0.0) - drive.rail_m[station];
    const Vector2d speed_mps = at.velocity_mps.tail<2>() - drive.rail_mps[station];
    const double left_N = pad_force_N(load, model, off_m.x(), speed_mps.x(), true, 2 * pad);
    const double up_N = pad_force_N(load, model, off_m.y(), speed_mps.y(), false, 2 * pad + 1);
    push(load.wrench.bucket, state.bucket, {0.0, left_N, up_N}, at.at_m);
  }
}

void add_latches(PairLoad& load, const SledModel& model, const Drive& drive, const PairState& state) {
  const Latches& latches = model.design.latches;
  for (std::size_t i = 0; i < latch_count; ++i) {
    if (!drive.latches[i]) continue;
    const Point bucket = point_of(state.bucket, latches.position_m[i]);
    const Point payload = point_of(state.payload, model.latch_on_payload_m[i]);
    const Vector3d force_N = -latches.stiffness_N_per_m * (payload.at_m - bucket.at_m) -
                             latches.damping_N_s_per_m * (payload.velocity_mps - bucket.velocity_mps);
    load.latch_N = std::max(load.latch_N, force_N.norm());
    push_apart(load, state, force_N, 0.5 * (bucket.at_m + payload.at_m));
  }
}

void add_push_off(PairLoad& load, const SledModel& model, const Drive& drive, const PairState& state) {
  const PushOff& spring = model.design.push_off;
  const Vector3d seat_m = point_of(state.bucket, spring.position_m).at_m;
  const Vector3d head_m = point_of(state.payload, model.push_on_payload_m).at_m;
  const Vector3d along = state.bucket.attitude * model.push_direction;
  load.push_left_m = spring.stroke_m - along.dot(head_m - seat_m);
  if (!drive.pushing || load.push_left_m <= 0.0) return;
  push_apart(load, state, model.push_N_per_m * load.push_left_m * along, head_m);
}

void check(const SledDesign& design) {
  const Guidance& guide = design.guidance;
  const auto positive = [](const RigidBody& body) {
    return body.mass_kg > 0.0 && body.inertia_kg_m2.minCoeff() > 0.0;
  };
  expects(positive(design.bucket) && positive(design.payload), "sled: masses and inertias must be positive");
  expects(guide.restitution > 0.0 && guide.restitution <= 1.0, "sled: the restitution must lie in (0, 1]");
  expects(guide.gap_m > 0.0 && guide.contact_N_per_m >= 0.0,
          "sled: gap and contact stiffness must be possible");
  expects(
      design.push_off.energy_J >= 0.0 && (design.push_off.energy_J == 0.0 || design.push_off.stroke_m > 0.0),
      "sled: a push-off needs a stroke");
  expects(design.track_radius_m != 0.0, "sled: the track's radius must not be 0");
}

/// Damping that leaves the restitution e of a mass m on the contact spring: ratio −ln e / √(π² + ln² e).
double contact_damping(const SledDesign& design) {
  const double log_e = std::log(design.guidance.restitution);
  const double ratio = -log_e / std::hypot(std::numbers::pi, log_e);
  const double quarter_kg = 0.25 * (design.bucket.mass_kg + design.payload.mass_kg);
  return 2.0 * ratio * std::sqrt(design.guidance.contact_N_per_m * quarter_kg);
}

}  // namespace

SledModel assemble_sled(const SledDesign& design, const LaunchErrors& launch) {
  check(design);
  SledModel model{.design = design};
  model.payload_at_m = design.payload_position_m + design.com_offset_m + launch.com_m;
  for (std::size_t i = 0; i < latch_count; ++i) {
    model.latch_on_payload_m[i] = design.latches.position_m[i] - model.payload_at_m;
  }
  model.push_on_payload_m = design.push_off.position_m - model.payload_at_m;
  model.push_direction = Vector3d(1.0, launch.push_off_rad.x(), launch.push_off_rad.y()).normalized();
  const double stroke_m = design.push_off.stroke_m;
  if (design.push_off.energy_J > 0.0)
    model.push_N_per_m = 2.0 * design.push_off.energy_J / (stroke_m * stroke_m);
  model.contact_N_s_per_m = contact_damping(design);
  return model;
}

PairLoad load_pair(const SledModel& model, const Drive& drive, const PairState& state) {
  PairLoad load;
  const RigidBody &bucket = model.design.bucket, &payload = model.design.payload;
  const Vector3d frame_mps2{-drive.acceleration_mps2, 0.0, drive.lift_mps2};
  load.wrench.bucket.force_N = bucket.mass_kg * (frame_mps2 - drive.brake_mps2 * Vector3d::UnitX());
  load.wrench.payload.force_N = payload.mass_kg * frame_mps2;
  add_coils(load, model, drive, state);
  add_guides(load, model, drive, state);
  add_latches(load, model, drive, state);
  if (model.push_N_per_m > 0.0) add_push_off(load, model, drive, state);
  return load;
}

}  // namespace lunafab::massdriver
