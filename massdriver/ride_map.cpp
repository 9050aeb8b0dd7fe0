#include "massdriver/ride_map.hpp"
#include <algorithm>
#include <cmath>
#include <unsupported/Eigen/MatrixFunctions>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

using Inputs = Eigen::Matrix<double, state_size, input_count>;
constexpr int swept_size = state_size + input_count;  // the sweep books the rails apart
using Swept = Eigen::Matrix<double, swept_size, swept_size>;
using Sensitivity = Eigen::Matrix<double, state_size, swept_size>;
using Rails = Eigen::Matrix<double, state_size, rail_size>;

LaunchErrors input_errors(Eigen::Index input, double change) {
  LaunchErrors errors;
  if (input < 3) {
    errors.com_m[input] = change;
  } else {
    errors.push_off_rad[input - 3] = change;
  }
  return errors;
}

/// Columns of `function(model)` for the inputs: central differences, and the planned value for the input 1.
template <class Function>
Inputs input_columns(const SledDesign& design, const Function& function) {
  constexpr double change = 1e-5;  // m, rad
  Inputs columns;
  for (Eigen::Index i = 0; i + 1 < input_count; ++i) {
    const SledVector above = function(assemble_sled(design, input_errors(i, change)));
    const SledVector below = function(assemble_sled(design, input_errors(i, -change)));
    columns.col(i) = (above - below) / (2.0 * change);
  }
  columns.col(input_count - 1) = function(assemble_sled(design, {}));
  return columns;
}

/// Rates by the rails' offsets and their rates: exactly linear, so any size of difference does.
Rails rail_columns(const SledModel& model, const Drive& drive, const SledVector& at) {
  constexpr double change = 1e-4;  // m, m/s
  Rails columns;
  for (Eigen::Index i = 0; i < rail_size; ++i) {
    const auto station = static_cast<std::size_t>(i % 4 / 2);
    Drive above = drive, below = drive;
    (i < 4 ? above.rail_m : above.rail_mps)[station][i % 2] += change;
    (i < 4 ? below.rail_m : below.rail_mps)[station][i % 2] -= change;
    columns.col(i) = (derivative(model, above, at) - derivative(model, below, at)) / (2.0 * change);
  }
  return columns;
}

Swept without_rails(const FullMatrix& rates) {
  Swept swept = Swept::Zero();
  swept.topLeftCorner<state_size, state_size>() = rates.topLeftCorner<state_size, state_size>();
  swept.topRightCorner<state_size, input_count>() = rates.topRightCorner<state_size, input_count>();
  return swept;
}

/// Rates from one newton left (axis 0) or up (1) on the bucket, `arm_m` before its centre.
SledVector lateral_column(const RigidBody& bucket, double arm_m, Eigen::Index axis) {
  SledVector column = SledVector::Zero();
  column[bucket_mps + 1 + axis] = 1.0 / bucket.mass_kg;
  if (axis == 0) column[bucket_radps + 2] = arm_m / bucket.inertia_kg_m2.z();
  if (axis == 1) column[bucket_radps + 1] = -arm_m / bucket.inertia_kg_m2.y();
  return column;
}

/// The backward sweep: carries Λ and books what the track's forces of each step do at the end.
class Sweep {
 public:
  Sweep(const SledDesign& design, const AxialProfile& profile, const TrackGrid& grid, double step_s)
      : design_(&design), reader_(profile), step_s_(step_s), map_{.grid = grid} {
    for (TrackedRows& rows : map_.stage) rows = TrackedRows::Zero(tracked_size, grid.stages);
    for (TrackedRows& rows : map_.node) rows = TrackedRows::Zero(tracked_size, grid.nodes);
  }

  RideMap run(double command_s, double lead_s) {
    const Drive drifting = drive_at(*design_, reader_.at(reader_.end_s()));
    const SledVector latched = equilibrium(assemble_sled(*design_, {}), drifting);
    const FullMatrix lead = propagator(generator(*design_, drifting, latched), -lead_s);
    lambda_ << lead.topLeftCorner<state_size, state_size>(), lead.topRightCorner<state_size, input_count>();
    book_rails(lead, reader_.at(command_s));
    cover(reader_.end_s(), command_s);
    cover(reader_.start_s(), reader_.end_s());
    const Drive first = drive_at(*design_, reader_.at(reader_.start_s()));
    const Inputs at_rest = input_columns(*design_, [&](const SledModel& m) { return equilibrium(m, first); });
    map_.launch = lambda_.leftCols<state_size>() * at_rest + lambda_.rightCols<input_count>();
    return std::move(map_);
  }

 private:
  void cover(double from_s, double to_s) {
    constexpr double knot_s = 0.02;
    const long knots = std::lround(std::ceil((to_s - from_s) / knot_s));
    if (knots == 0) return;
    const double span_s = (to_s - from_s) / static_cast<double>(knots);
    const long steps = std::lround(std::ceil(span_s / step_s_));
    for (long i = knots; i-- > 0;) knot(from_s + static_cast<double>(i) * span_s, span_s, steps);
  }

  /// Over a knot the sled's matrix is that of the mean drive; the track's forces follow step by step.
  void knot(double from_s, double span_s, long steps) {
    const double step_s = span_s / static_cast<double>(steps), share = 1.0 / static_cast<double>(steps);
    Drive mean{};
    for (long i = 0; i < steps; ++i) {
      const Drive now = drive_at(*design_, reader_.at(from_s + (static_cast<double>(i) + 0.5) * step_s));
      mean.acceleration_mps2 += share * now.acceleration_mps2;
      mean.lift_mps2 += share * now.lift_mps2;
      mean.coil_N_per_m += share * now.coil_N_per_m;
      mean.coil_Nm_per_rad += share * now.coil_Nm_per_rad;
    }
    const SledVector at = equilibrium(assemble_sled(*design_, {}), mean);
    const Swept over_step = (without_rails(generator(*design_, mean, at)) * step_s).exp();
    for (long i = steps; i-- > 0;) {
      const Sensitivity before = step_back(over_step);
      const SledMatrix mid = 0.5 * (before + lambda_).leftCols<state_size>();
      lambda_ = before;
      book(mid, reader_.at(from_s + (static_cast<double>(i) + 0.5) * step_s), step_s);
    }
  }

  Sensitivity step_back(const Swept& over_step) const {
    Sensitivity before;
    before.leftCols<state_size>().noalias() =
        lambda_.leftCols<state_size>() * over_step.topLeftCorner<state_size, state_size>();
    before.rightCols<input_count>().noalias() =
        lambda_.leftCols<state_size>() * over_step.topRightCorner<state_size, input_count>();
    before.rightCols<input_count>() += lambda_.rightCols<input_count>();
    return before;
  }

  void book(const SledMatrix& mid, const Moment& now, double step_s) {
    const Guidance& guide = design_->guidance;
    const double mass_kg = design_->bucket.mass_kg + design_->payload.mass_kg;
    const double coupling_N = 0.5 * design_->tilt_coupling * mass_kg * now.acceleration_mps2;
    const double reach_m = 0.5 * step_s * now.speed_mps;
    for (Eigen::Index axis = 0; axis < 2; ++axis) {
      const double spring = axis == 0 ? guide.left_N_per_m : guide.up_N_per_m;
      const double damper = axis == 0 ? guide.left_N_s_per_m : guide.up_N_s_per_m;
      const SledVector force = mid * lateral_column(design_->bucket, 0.0, axis) * step_s;
      const SledVector torque = mid * lateral_column(design_->bucket, 1.0, axis) * step_s - force;
      for (const double side : {0.5, -0.5}) {
        const double coil_arm_m = side * design_->coil_spacing_m, guide_arm_m = side * guide.spacing_m;
        const SledVector coil = now.coil_N_per_m * (force + coil_arm_m * torque) + coupling_N * torque;
        const SledVector station = force + guide_arm_m * torque;
        book_stages(axis, tracked(coil), now.position_m + coil_arm_m, reach_m);
        book_nodes(axis, tracked(coil), TrackedVector::Zero(), now.position_m + coil_arm_m);
        book_nodes(axis, tracked(spring * station), tracked(damper * now.speed_mps * station),
                   now.position_m + guide_arm_m);
      }
    }
  }

  /// The rails themselves at the command, and what they do to the state before it.
  void book_rails(const FullMatrix& lead, const Moment& command) {
    for (Eigen::Index station = 0; station < 2; ++station) {
      const double arm_m = (station == 0 ? 0.5 : -0.5) * design_->guidance.spacing_m;
      for (Eigen::Index axis = 0; axis < 2; ++axis) {
        const Eigen::Index offset = state_size + 2 * station + axis, rate = offset + rail_size / 2;
        book_nodes(axis, lead.col(offset).head<tracked_size>(),
                   command.speed_mps * lead.col(rate).head<tracked_size>(), command.position_m + arm_m);
      }
    }
  }

  static TrackedVector tracked(const SledVector& effect) {
    TrackedVector all = TrackedVector::Zero();
    all.head<state_size>() = effect;
    return all;
  }

  /// Stages under [at − reach, at + reach], each by its share.
  void book_stages(Eigen::Index axis, const TrackedVector& effect, double at_m, double reach_m) {
    const TrackGrid& grid = map_.grid;
    const double reach = std::max(reach_m, 0.5e-9) / grid.pitch_m;
    const double centre = at_m / grid.pitch_m + 0.5 - static_cast<double>(grid.first_stage);
    const double from = centre - reach, to = centre + reach;
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(from)));
    const auto past = std::min(grid.stages, static_cast<std::int64_t>(std::ceil(to)));
    TrackedRows& rows = map_.stage[static_cast<std::size_t>(axis)];
    for (std::int64_t stage = first; stage < past; ++stage) {
      const double begin = static_cast<double>(stage);
      const double share = (std::min(to, begin + 1.0) - std::max(from, begin)) / (2.0 * reach);
      rows.col(stage) += share * effect;
    }
  }

  /// `effect` per metre of the line here, `of_slope` per unit of its slope.
  void book_nodes(Eigen::Index axis, const TrackedVector& effect, const TrackedVector& of_slope,
                  double at_m) {
    const TrackGrid& grid = map_.grid;
    const double at = (at_m - grid.start_m) / grid.node_pitch_m;
    if (at <= 0.0 || at >= static_cast<double>(grid.nodes - 1)) return;  // the span covers every ride
    const double whole = std::floor(at);
    const auto column = static_cast<Eigen::Index>(whole);
    TrackedRows& rows = map_.node[static_cast<std::size_t>(axis)];
    rows.col(column) += (whole + 1.0 - at) * effect - of_slope / grid.node_pitch_m;
    rows.col(column + 1) += (at - whole) * effect + of_slope / grid.node_pitch_m;
  }

  const SledDesign* design_;
  ProfileReader reader_;
  double step_s_;
  RideMap map_;
  Sensitivity lambda_;
};

}  // namespace

InputVector input_vector(const LaunchErrors& launch) {
  InputVector inputs;
  inputs << launch.com_m, launch.push_off_rad, 1.0;
  return inputs;
}

FullMatrix generator(const SledDesign& design, const Drive& drive, const SledVector& at) {
  const SledModel planned = assemble_sled(design, {});
  const SledMatrix slope = jacobian(planned, drive, at);
  Inputs inputs = input_columns(design, [&](const SledModel& model) { return derivative(model, drive, at); });
  inputs.col(input_count - 1) -= slope * at;
  FullMatrix rates = FullMatrix::Zero();
  rates.topLeftCorner<state_size, state_size>() = slope;
  rates.block<state_size, rail_size>(0, state_size) = rail_columns(planned, drive, at);
  rates.topRightCorner<state_size, input_count>() = inputs;
  rates.block<rail_size / 2, rail_size / 2>(state_size, state_size + rail_size / 2).setIdentity();
  return rates;
}

FullMatrix propagator(const FullMatrix& generator, double span_s) {
  // On the heap: the exponential's many temporaries are too much for a worker thread's stack.
  return Eigen::MatrixXd(generator * span_s).exp();
}

RideMap map_ride(const SledDesign& design, const AxialProfile& profile, const TrackGrid& grid,
                 double command_s, double lead_s, double step_s) {
  expects(step_s > 0.0 && command_s >= profile.time_s.back(),
          "reduced ride: the step must be positive, the command after the thrust");
  return Sweep(design, profile, grid, step_s).run(command_s, lead_s);
}

}  // namespace lunafab::massdriver
