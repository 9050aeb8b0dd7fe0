#include "campaign/factory_physics.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include "core/contract.hpp"

namespace lunafab::campaign {

double best_per_h(const LineBounds& line, double wip) {
  return wip / best_cycle_h(line, wip);
}

double best_cycle_h(const LineBounds& line, double wip) {
  expects(wip >= 1.0, "curves of a line begin at one piece");
  return std::max(line.raw_process_h, wip / line.bottleneck_per_h);
}

double practical_worst_per_h(const LineBounds& line, double wip) {
  return wip / practical_worst_cycle_h(line, wip);
}

double practical_worst_cycle_h(const LineBounds& line, double wip) {
  expects(wip >= 1.0, "curves of a line begin at one piece");
  return line.raw_process_h + (wip - 1.0) / line.bottleneck_per_h;
}

std::optional<double> place_between(const LineBounds& line, double wip, double per_h) {
  constexpr double rounding = 1e-9;
  if (wip < 1.0) return {};
  const double best = best_per_h(line, wip), worst = practical_worst_per_h(line, wip);
  if (best - worst <= rounding * best) return {};
  return (per_h - worst) / (best - worst);
}

// A piece of work t meets a Poisson number of failures with mean t / up; with several modes these add up.
Spread with_outages(const Spread& work, std::span<const Outage> outages) {
  double stretch = 1.0, noise_h = 0.0;
  for (const Outage& outage : outages) {
    stretch += outage.repair.mean_h / outage.up_h;
    noise_h += outage.repair.mean_h * outage.repair.mean_h * (1.0 + outage.repair.scv) / outage.up_h;
  }
  if (work.mean_h == 0.0) return work;
  return {work.mean_h * stretch, work.scv + noise_h / (work.mean_h * stretch * stretch)};
}

Spread with_stop(const Spread& work, double pieces, const Spread& stop) {
  expects(pieces >= 1.0, "at most one stop for each piece");
  const double mean_h = work.mean_h + stop.mean_h / pieces;
  if (mean_h == 0.0) return work;
  const double stop2 = stop.mean_h * stop.mean_h;
  const double variance = work.scv * work.mean_h * work.mean_h + stop.scv * stop2 / pieces +
                          (pieces - 1.0) / (pieces * pieces) * stop2;
  return {mean_h, variance / (mean_h * mean_h)};
}

double variability_factor(const Queue& queue) {
  return (queue.arrival_scv + queue.process.scv) / 2.0;
}

double utilisation_factor(const Queue& queue) {
  const double u = queue.utilisation, m = queue.servers;
  if (u >= 1.0) return std::numeric_limits<double>::infinity();
  return std::pow(u, std::sqrt(2.0 * (m + 1.0)) - 1.0) / (m * (1.0 - u));
}

double predicted_wait_h(const Queue& queue) {
  const double variability = variability_factor(queue);
  return variability == 0.0 ? 0.0 : variability * utilisation_factor(queue) * queue.process.mean_h;
}

double departure_scv(const Queue& queue) {
  const double u2 = std::min(1.0, queue.utilisation * queue.utilisation);
  return 1.0 + (1.0 - u2) * (queue.arrival_scv - 1.0) +
         u2 / std::sqrt(static_cast<double>(queue.servers)) * (queue.process.scv - 1.0);
}

double thinned_scv(double scv, double share) {
  return share * scv + 1.0 - share;
}

}  // namespace lunafab::campaign
