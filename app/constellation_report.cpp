#include "app/constellation_report.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <cmath>

namespace lunafab::app {
namespace {

using namespace orbit;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

ShellResult examine(const ShellPlan& plan, Epoch start, double years) {
  ShellResult r{.plan = &plan, .report = examine_shell(plan.shell, plan.satellite, start, years)};
  const ShellSatellite& s = plan.satellite;
  r.stockout = stockout_probability(r.report.plane_failures_a_supply, plan.spares_per_plane);
  r.need_bps = plan.downlink.compute_per_s * working_fraction(s.power, r.report.eclipses) *
               plan.downlink.bits_per_compute;
  r.checks = r.report.checks;
  r.checks.push_back({"spares run out between deliveries", "", r.stockout, s.stockout_probability});
  if (r.need_bps > 0.0)
    r.checks.push_back({"downlink", "bit/s", plan.downlink.link_bps, r.need_bps, Bound::at_least});
  return r;
}

CapacityModel capacity_model(const ShellResult& r) {
  const ShellSatellite& s = r.plan->satellite;
  const Downlink& link = r.plan->downlink;
  return {.compute_W = s.power.compute_W,
          .compute_per_J = link.compute_per_s / s.power.compute_W,
          .lit_fraction = working_fraction(s.power, r.report.eclipses),
          .fade_per_year = s.power.fade_per_year,
          .reliability = s.reliability,
          .dose_Gy_per_year = r.report.dose.total(),
          .bits_per_compute = link.bits_per_compute,
          .link_bps = link.link_bps};
}

void add_capacity(ConstellationReport& report) {
  const int months = static_cast<int>(std::ceil(report.years * 12.0));
  report.capacity_from = report.ledger ? report.ledger->start : report.constellation->start;
  for (std::size_t i = 0; i < report.shells.size(); ++i) {
    const ShellResult& r = report.shells[i];
    const auto slots = static_cast<std::size_t>(size(r.plan->shell));
    report.capacity_by_shell.push_back(
        report.ledger ? capacity_by_month(capacity_model(r), report.ledger->by_shell[i], report.capacity_from,
                                          months, LossAccount::actual)
                      : capacity_by_month(capacity_model(r), std::vector<Service>(slots),
                                          report.capacity_from, months, LossAccount::expected));
  }
  report.capacity = sum_rows(report.capacity_by_shell);
}

std::vector<Eigen::Vector3d> places(const CentralBody& body, const std::vector<MeanElements>& satellites) {
  std::vector<PreparedOrbit<double>> orbits;
  orbits.reserve(satellites.size());
  for (const MeanElements& s : satellites) orbits.push_back(prepare(s, j2_rates(body, s)));
  std::vector<Eigen::Vector3d> out;
  out.reserve(satellites.size());
  for (const PlainState& state : states_at(OrbitTable(orbits), 0.0)) out.push_back(state.r_m);
  return out;
}

/// None where no shell goes round this body.
std::optional<BodyScreening> screen_body(const Constellation& c, Body body, const ScreeningAsked& asked) {
  BodyScreening out{.body = body};
  std::vector<MeanElements> satellites;
  for (std::uint32_t i = 0; i < c.shells.size(); ++i) {
    const Shell& shell = c.shells[i].shell;
    if (shell.body != body) continue;
    for (const MeanElements& e : slots(shell, c.start)) satellites.push_back(e);
    out.shell_of.resize(satellites.size(), i);
    for (int plane = 0; plane < shell.planes; ++plane)
      for (int place = 0; place < shell.per_plane; ++place) out.slot_of.push_back({plane, place});
  }
  if (satellites.empty()) return std::nullopt;
  const CentralBody& central = central_body(body);
  auto began = Clock::now();
  out.screening = screen(central, satellites, {.threshold_m = asked.threshold_m, .window_s = asked.window_s});
  out.screening_s = since(began);
  out.by_shell = approaches_by_group(out.screening.events, out.shell_of, c.shells.size());
  began = Clock::now();
  const std::vector<double> nearest = nearest_neighbours_m(places(central, satellites));
  out.separation = summarise_separations(nearest);
  out.separation_by_shell = summarise_by_group(nearest, out.shell_of, c.shells.size());
  out.separation_s = since(began);
  return out;
}

}  // namespace

ConstellationReport report_constellation(const Constellation& constellation, double years,
                                         std::optional<LedgerServices> ledger,
                                         const std::optional<ScreeningAsked>& screening) {
  ConstellationReport report{.constellation = &constellation, .years = years, .ledger = std::move(ledger)};
  for (const ShellPlan& plan : constellation.shells)
    report.shells.push_back(examine(plan, constellation.start, years));
  add_capacity(report);
  if (!screening) return report;
  for (const Body body : {Body::earth, Body::moon}) {
    if (auto done = screen_body(constellation, body, *screening))
      report.screenings.push_back(std::move(*done));
  }
  return report;
}

std::vector<std::string> failures(const ConstellationReport& report) {
  std::vector<std::string> out;
  for (const ShellResult& shell : report.shells) {
    for (const Check& check : shell.checks) {
      if (holds(check)) continue;
      out.push_back(fmt::format("shell {}: {} {:.4g}{}{}, {} {:.4g}", shell.plan->shell.name, check.name,
                                check.value, check.unit.empty() ? "" : " ", check.unit,
                                check.bound == Bound::at_most ? "at most" : "at least", check.limit));
    }
  }
  return out;
}

}  // namespace lunafab::app
