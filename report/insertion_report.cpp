#include "report/insertion_report.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include "core/constants.hpp"
#include "orbit/norm_quantile.hpp"
#include "orbit/time_scales.hpp"
#include "report/insertion_outlook.hpp"
#include "report/insertion_path.hpp"

namespace lunafab::report {
namespace {

using namespace orbit;

constexpr double day_s = 86400.0;

void set_losses(InsertionReport& r, double overrun) {
  r.figures.overrun_probability = overrun;
  r.figures.loss_probability = 1.0 - (1.0 - overrun) * (1.0 - r.destination().arrival_loss_probability);
}

void judge_budget(InsertionReport& r) {
  if (r.margin_mps() >= 0.0) return;
  const Destination& d = r.destination();
  r.outcome = "correction beyond budget";
  r.refusals.push_back(fmt::format(
      "planned burns {:.2f} m/s and corrections {:.2f} m/s (p95) are more than the budget of {:.1f} m/s: "
      "destinations.{}.correction_budget from {:.1f} m/s, a launch with smaller errors, or another date",
      r.figures.insertion_mps, r.figures.p95_mps, d.correction_budget_mps, d.name,
      r.figures.insertion_mps + r.figures.p95_mps));
}

void refuse(InsertionReport& r, const std::string& reason) {
  r.outcome = "no transfer";
  r.refusals.push_back(reason);
  set_losses(r, 1.0);
}

// ---- ideal and table

void report_ideal(InsertionReport& r) {
  const Destination& d = r.destination();
  const Eigen::Matrix3d c = d.correction_gain * d.correction_gain * r.asked.model.muzzle_m2ps2;
  const double spare_mps = d.correction_budget_mps - d.insertion_mps;
  r.figures = {.speed_mps = d.launch_speed_mps,
               .insertion_mps = d.insertion_mps,
               .transfer_s = mean(d.flight_time),
               .correction_rms_mps = std::sqrt(c.trace()),
               .p50_mps = norm_quantile(c, 0.5),
               .p95_mps = norm_quantile(c, 0.95),
               .p99_mps = norm_quantile(c, 0.99)};
  set_losses(r, spare_mps <= 0.0 ? 1.0 : norm_exceedance(c, spare_mps));
  r.confessions.emplace_back(
      "Fidelity ideal: speed, flight time, burns and gain are data of the file, not of a trajectory.");
  judge_budget(r);
}

/// The node's covariances as a plan.
CorrectionPlan plan_of(const WindowNode& w, const Eigen::Matrix3d& muzzle_m2ps2) {
  using RowMajor = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
  const auto matrix = [](const std::array<double, 9>& flat) -> Eigen::Matrix3d {
    return Eigen::Map<const RowMajor>(flat.data());
  };
  CorrectionPlan plan;
  plan.gain = matrix(w.gain);
  plan.first_m2ps2 = plan.gain * muzzle_m2ps2 * plan.gain.transpose() +
                     matrix(w.knowledge_root) * matrix(w.knowledge_root).transpose();
  plan.second_m2ps2 = matrix(w.second_root) * matrix(w.second_root).transpose();
  plan.trims = {.first_m2ps2 = matrix(w.trim_roots[0]) * matrix(w.trim_roots[0]).transpose(),
                .second_m2ps2 = matrix(w.trim_roots[1]) * matrix(w.trim_roots[1]).transpose()};
  return plan;
}

void set_plan_figures(InsertionReport& r, const CorrectionPlan& plan) {
  r.figures.correction_rms_mps = plan.rms_mps();
  r.figures.p50_mps = plan.quantile_mps(0.5);
  r.figures.p95_mps = plan.quantile_mps(0.95);
  r.figures.p99_mps = plan.quantile_mps(0.99);
  set_losses(r, overrun_probability(plan, r.destination().correction_budget_mps - r.figures.insertion_mps));
}

void report_table(InsertionReport& r) {
  const OrbitModel& m = r.asked.model;
  const double step_d = r.asked.window_step_s / day_s;
  const double start = r.asked.start.tt_days_since_j2000;
  const double place = std::floor((r.asked.launch.tt_days_since_j2000 - start) / step_d);
  WindowTable table{.first = {start + place * step_d}, .step_s = r.asked.window_step_s};
  for (const Window& w : solve_windows(m.setting, r.destination(), m.muzzle_m2ps2, m.navigation, table.first,
                                       table.step_s, 2)) {
    table.nodes.push_back(w.node);
    if (!w.reason.empty()) r.refusals.push_back(date_text(w.at) + ": " + w.reason);
  }
  const WindowNode node = window_at(table, r.asked.launch);
  if (node.found == 0) {
    return refuse(r,
                  "the neighbouring windows do not belong to one family of transfers: another date, or "
                  "--fidelity solve");
  }
  r.figures = {
      .speed_mps = node.speed_mps, .insertion_mps = node.insertion_mps, .transfer_s = node.transfer_s};
  set_plan_figures(r, plan_of(node, m.muzzle_m2ps2));
  r.confessions.push_back(fmt::format("Fidelity table: between the windows of {} and {}.",
                                      date_text(table.first),
                                      date_text({table.first.tt_days_since_j2000 + step_d})));
  judge_budget(r);
}

// ---- solve

/// With a speed of its own: what is left to do is done, without further errors.
void fly_asked(InsertionReport& r) {
  const OrbitModel& m = r.asked.model;
  const Flight flight = fly(m.setting, *r.transfer, *r.plan, m.navigation,
                            *r.asked.speed_mps * Eigen::Vector3d::UnitX(), FlightErrors{});
  r.flown = flight;
  r.figures.transfer_s = days_between(r.transfer->start.at, flight.at) * day_s;
  const double correction_mps = flight.corrections_mps();
  const double needed_mps = correction_mps + flight.insertion_mps;
  r.figures.speed_mps = *r.asked.speed_mps;
  if (flight.end == FlightEnd::impact) {
    r.outcome = "impact on the Moon";
  } else if (flight.end == FlightEnd::not_corrected || needed_mps > r.destination().correction_budget_mps) {
    r.outcome = "correction beyond budget";
  }
  if (r.outcome == "inserted") {
    r.figures.insertion_mps = flight.insertion_mps;
    return;
  }
  r.refusals.push_back(fmt::format(
      "{} after {:.3f} d: {:.3f} m/s at the muzzle instead of {:.3f} m/s take {:.2f} m/s of corrections and "
      "{:.2f} m/s of burns, the budget is {:.1f} m/s: --speed {:.3f}, or none",
      r.outcome, r.figures.transfer_s / day_s, *r.asked.speed_mps, r.transfer->speed_mps, correction_mps,
      flight.insertion_mps, r.destination().correction_budget_mps, r.transfer->speed_mps));
  set_losses(r, 1.0);
}

void report_solved(InsertionReport& r) {
  const OrbitModel& m = r.asked.model;
  Transfer transfer = solve_transfer(m.setting, r.destination(), r.asked.launch);
  if (!transfer.found) return refuse(r, transfer.reason);
  r.transfer = std::move(transfer);
  r.figures = {.speed_mps = r.transfer->speed_mps,
               .insertion_mps = r.transfer->insertion_mps,
               .transfer_s = days_between(r.asked.launch, r.transfer->arrival.at) * day_s};
  const auto plan = plan_corrections(m.setting, *r.transfer, m.muzzle_m2ps2, m.navigation);
  if (!plan) {
    return refuse(r,
                  "no instant for a correction: the flight is shorter than twice the time to the first; "
                  "orbit.navigation.earliest sooner");
  }
  r.plan = *plan;
  set_plan_figures(r, *plan);
  if (r.asked.speed_mps) {
    fly_asked(r);
  } else {
    judge_budget(r);
  }
  follow_path(r);
  look_ahead(r);
  if (r.asked.launches == 0) return;
  const auto began = std::chrono::steady_clock::now();
  r.dispersion =
      disperse(m.setting, *r.transfer, *r.plan, m.navigation, m.muzzle_m2ps2, r.asked.launches, r.asked.seed);
  r.dispersion_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void confess(InsertionReport& r) {
  if (r.asked.model.fidelity != Fidelity::solve) return;
  r.confessions.emplace_back(
      "Burns are impulses; solar pressure is left out; corrections are judged by linear covariance, their "
      "sum "
      "by the sum of the quantiles of each, which is an upper bound.");
}

}  // namespace

InsertionReport report_insertion(InsertionQuestion question) {
  InsertionReport r{.asked = std::move(question)};
  switch (r.asked.model.fidelity) {
    case Fidelity::ideal:
      report_ideal(r);
      break;
    case Fidelity::table:
      report_table(r);
      break;
    case Fidelity::solve:
      report_solved(r);
      break;
  }
  confess(r);
  return r;
}

std::string model_line(const InsertionReport& r) {
  const OrbitModel& m = r.asked.model;
  if (!m.sky) return "ideal: no propagation; dates in TT";
  return fmt::format(
      "lunar field {} to degree {}; ephemeris {}; Earth (with J2) and Sun as bodies; axes of the GCRF, "
      "Moon-centred up to 66,100 km, then Earth-centred; dates in TT",
      m.field->name, m.setting.dynamics.degree, m.sky->source());
}

std::string date_text(Epoch at) {
  return format_time(at, TimeScale::tt, 0);
}

double days_between(Epoch from, Epoch to) {
  return to.tt_days_since_j2000 - from.tt_days_since_j2000;
}

}  // namespace lunafab::report
