#include "orbit/insertion.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "core/variates.hpp"
#include "orbit/flight.hpp"
#include "orbit/ideal_transfer.hpp"

namespace lunafab::orbit {
namespace {

constexpr double day_s = 86400.0;

/// What is drawn for one satellite on its way.
struct Draws {
  StreamKey tracking, arrival, delay;
  std::uint64_t serial = 0;
};

Draws draws_of(const Destination& destination, std::uint64_t serial, std::uint64_t seed,
               std::uint32_t replication) {
  const std::uint32_t entity = entity_key("destinations." + destination.name);
  return {.tracking = {seed, replication, entity, Purpose::tracking},
          .arrival = {seed, replication, entity, Purpose::arrival},
          .delay = {seed, replication, entity, Purpose::flight_delay},
          .serial = serial};
}

/// Standard normals: trackings of the corrections 0–11, their executions 12–17; nine each of the aimed burn
/// and of both corrections after it.
FlightErrors draw_errors(const Draws& draws) {
  const auto fill = [&](auto& numbers, std::uint32_t first) {
    for (std::uint32_t i = 0; i < numbers.size(); ++i)
      numbers[i] = normal_quantile(uniform(draws.tracking, draws.serial, first + i));
  };
  FlightErrors errors;
  fill(errors.first.tracking, 0), fill(errors.second.tracking, 6);
  fill(errors.first.execution, 12), fill(errors.second.execution, 15);
  std::uint32_t next = 18;
  for (BurnErrors* burn : {&errors.aimed, &errors.first_trim, &errors.second_trim}) {
    fill(burn->tracking, next), fill(burn->execution, next + 6);
    next += 9;
  }
  return errors;
}

Epoch epoch_of(const OrbitModel& model, Tick at) {
  return {model.start.tt_days_since_j2000 + days(at)};
}

Eigen::Vector3d launch_error_mps(const InsertionOrder& order) {
  return order.muzzle.velocity_mps - order.nominal_speed_mps * Eigen::Vector3d::UnitX();
}

/// Whether the satellite can pay and comes to work; dates it.
void judge(const Destination& d, const Draws& draws, InsertionResult& result) {
  result.margin_mps = d.correction_budget_mps - result.correction_mps - result.insertion_mps;
  if (result.outcome != InsertionOutcome::inserted) {
  } else if (result.margin_mps < 0.0) {
    const auto fall_s = fall_back_s(d.kind, result.order.muzzle.velocity_mps);
    result.outcome = fall_s ? InsertionOutcome::lost_impact : InsertionOutcome::lost_correction;
    result.flight_time_s = fall_s.value_or(result.flight_time_s);
  } else if (uniform(draws.arrival, draws.serial) < d.arrival_loss_probability) {
    result.outcome = InsertionOutcome::lost_arrival;
  }
  result.arrival = result.order.muzzle.at + ticks_from_seconds(result.flight_time_s);
}

InsertionResult insert_ideal(const Destination& d, const InsertionOrder& order, const Draws& draws) {
  expects(order.nominal_speed_mps > 0.0 && order.nominal_speed_mps == d.launch_speed_mps,
          "insertion: the launch must have been planned at the speed of this completed destination");
  InsertionResult result{.order = order, .insertion_mps = d.insertion_mps};
  result.correction_mps = d.correction_gain * launch_error_mps(order).norm();
  result.flight_time_s = variate(d.flight_time, draws.delay, order.serial);
  // E[|error|²] is the trace of the covariance, whatever its shape.
  result.correction_rms_mps = d.correction_gain * std::sqrt(order.muzzle.covariance_m2ps2.trace());
  judge(d, draws, result);
  return result;
}

using RowMajor = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
Eigen::Map<const RowMajor> matrix(const std::array<double, 9>& flat) {
  return Eigen::Map<const RowMajor>(flat.data());
}

InsertionResult insert_by_table(const WindowNode& w, const Destination& d, const InsertionOrder& order,
                                const Draws& draws) {
  const FlightErrors errors = draw_errors(draws);
  const Eigen::Vector3d first_mps =
      matrix(w.gain) * launch_error_mps(order) + matrix(w.knowledge_root) * errors.first.tracking.tail<3>();
  const Eigen::Vector3d second_mps = matrix(w.second_root) * errors.second.tracking.tail<3>();
  const Eigen::Vector3d first_trim_mps = matrix(w.trim_roots[0]) * errors.first_trim.tracking.tail<3>();
  const Eigen::Vector3d second_trim_mps = matrix(w.trim_roots[1]) * errors.second_trim.tracking.tail<3>();
  const Eigen::Matrix3d from_muzzle =
      matrix(w.gain) * order.muzzle.covariance_m2ps2 * matrix(w.gain).transpose();
  InsertionResult result{.order = order, .fidelity = Fidelity::table, .insertion_mps = w.insertion_mps};
  result.correction_mps =
      first_mps.norm() + second_mps.norm() + first_trim_mps.norm() + second_trim_mps.norm();
  result.flight_time_s = w.transfer_s + d.arrival_s;
  result.correction_rms_mps = std::sqrt(
      from_muzzle.trace() + matrix(w.knowledge_root).squaredNorm() + matrix(w.second_root).squaredNorm() +
      matrix(w.trim_roots[0]).squaredNorm() + matrix(w.trim_roots[1]).squaredNorm());
  judge(d, draws, result);
  return result;
}

InsertionResult insert_solved(const OrbitModel& model, const Destination& d, const InsertionOrder& order,
                              const Draws& draws) {
  InsertionResult result{.order = order, .fidelity = Fidelity::solve};
  const Epoch launch = epoch_of(model, order.muzzle.at);
  const Transfer transfer = solve_transfer(model.setting, d, launch);
  const auto plan = transfer.found
                        ? plan_corrections(model.setting, transfer, model.muzzle_m2ps2, model.navigation)
                        : std::nullopt;
  if (!plan) {  // launched into a window that the full model does not have
    result.outcome = InsertionOutcome::lost_correction;
    judge(d, draws, result);
    return result;
  }
  const Flight flight =
      fly(model.setting, transfer, *plan, model.navigation, order.muzzle.velocity_mps, draw_errors(draws));
  result.flight_time_s = (flight.at.tt_days_since_j2000 - launch.tt_days_since_j2000) * day_s;
  if (flight.end == FlightEnd::arrived) result.flight_time_s += d.arrival_s;
  // On the way to a low orbit the burns there take the errors out: what they cost beyond the plan is the
  // correction.
  const bool at_arrival = transfer.last == LastBurn::circularise && flight.end == FlightEnd::arrived;
  result.insertion_mps = at_arrival ? transfer.insertion_mps : flight.insertion_mps;
  result.correction_mps =
      flight.corrections_mps() + (at_arrival ? flight.insertion_mps - transfer.insertion_mps : 0.0);
  result.correction_rms_mps = plan->rms_mps();
  if (flight.end == FlightEnd::impact) result.outcome = InsertionOutcome::lost_impact;
  if (flight.end == FlightEnd::not_corrected) result.outcome = InsertionOutcome::lost_correction;
  judge(d, draws, result);
  return result;
}

}  // namespace

namespace {

const PlaneGate* gate_of(const OrbitModel& model, std::size_t destination) {
  return destination < model.gates.size() && model.gates[destination] ? &*model.gates[destination] : nullptr;
}

/// Whether a plane of the shell with room is near the one of arrival; with room nowhere, any plane.
bool meets_plane(const OrbitModel& model, const PlaneGate& gate, const WindowNode& w, Tick launch,
                 std::span<const std::int32_t> free) {
  const Craft arrival = arrival_of(w, epoch_of(model, launch));
  const auto turns_mps = plane_turns_mps(gate, arrival.at, arrival.r_m.cross(arrival.v_mps));
  const bool any = std::ranges::all_of(free, [](std::int32_t slots) { return slots == 0; });
  for (std::size_t p = 0; p < turns_mps.size(); ++p)
    if (turns_mps[p] <= gate.most_turn_mps && (any || free[p] > 0)) return true;
  return false;
}

/// The planes of arrival turn by half a degree an hour.
Tick next_meeting(const OrbitModel& model, std::size_t destination, Tick from,
                  std::span<const std::int32_t> free) {
  constexpr double step_s = 1800.0;
  const WindowTable& table = model.windows[destination];
  const double last_s = static_cast<double>(table.nodes.size() - 1) * table.step_s;
  for (Tick at = from; seconds(at) <= last_s; at = at + ticks_from_seconds(step_s))
    if (planned_transfer(model, destination, at, free).open) return at;
  return never;
}

}  // namespace

PlannedTransfer planned_transfer(const OrbitModel& model, std::size_t destination, Tick at,
                                 std::span<const std::int32_t> free) {
  const Destination& d = model.destinations[destination];
  if (model.fidelity == Fidelity::ideal)
    return {.open = true, .speed_mps = d.launch_speed_mps, .insertion_mps = d.insertion_mps};
  const WindowNode w = window_at(model.windows[destination], epoch_of(model, at));
  const PlaneGate* gate = gate_of(model, destination);
  return {.open = is_open(w, d.correction_budget_mps) &&
                  (gate == nullptr || meets_plane(model, *gate, w, at, free)),
          .speed_mps = w.speed_mps,
          .insertion_mps = w.insertion_mps,
          .correction_p95_mps = w.correction_p95_mps};
}

double fastest_launch_mps(const OrbitModel& model, std::size_t destination) {
  if (model.fidelity == Fidelity::ideal) return model.destinations[destination].launch_speed_mps;
  double fastest = 0.0;
  for (const WindowNode& node : model.windows[destination].nodes) fastest = std::max(fastest, node.speed_mps);
  return fastest;
}

Tick next_open(const OrbitModel& model, std::size_t destination, Tick from,
               std::span<const std::int32_t> free) {
  if (planned_transfer(model, destination, from, free).open) return from;
  if (gate_of(model, destination) != nullptr) return next_meeting(model, destination, from, free);
  const auto at = next_open(model.windows[destination], model.destinations[destination].correction_budget_mps,
                            epoch_of(model, from));
  if (!at) return never;
  return std::max(
      from, Tick{} + ticks_from_seconds((at->tt_days_since_j2000 - model.start.tt_days_since_j2000) * day_s));
}

InsertionResult insert(const OrbitModel& model, std::size_t destination, const InsertionOrder& order,
                       std::uint64_t seed, std::uint32_t replication) {
  expects(order.muzzle.velocity_mps.allFinite() && order.muzzle.velocity_mps.x() > 0.0,
          "insertion: something must have left the muzzle");
  const Destination& d = model.destinations[destination];
  const Draws draws = draws_of(d, order.serial, seed, replication);
  if (model.fidelity == Fidelity::ideal) return insert_ideal(d, order, draws);
  if (model.fidelity == Fidelity::solve) return insert_solved(model, d, order, draws);
  const WindowNode w = window_at(model.windows[destination], epoch_of(model, order.muzzle.at));
  expects(w.found != 0, "insertion: the launch must have been planned in a window");
  InsertionResult result = insert_by_table(w, d, order, draws);
  if (model.audit > 0 && order.serial % static_cast<std::uint64_t>(model.audit) == 0) {
    const InsertionResult full = insert_solved(model, d, order, draws);
    result.audited = true;
    result.audit_mps =
        result.correction_mps + result.insertion_mps - full.correction_mps - full.insertion_mps;
  }
  return result;
}

}  // namespace lunafab::orbit
