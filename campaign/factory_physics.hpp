#pragma once
#include <optional>
#include <span>

// Laws of lines and queues, as closed forms.
// @source W. J. Hopp and M. L. Spearman, Factory Physics, ch. 7 (curves), ch. 8 (variability).
namespace lunafab::campaign {

/// What bounds a line: the rate of its bottleneck r_b and its raw process time T0.
struct LineBounds {
  double bottleneck_per_h = 0.0;
  double raw_process_h = 0.0;
  double critical_wip() const { return bottleneck_per_h * raw_process_h; }  ///< W0
};

/// Throughput and cycle time with `wip` in the line: the best case (no variability, W0 is enough), and the
/// practical worst case (balanced, one server a station, exponential times, constant WIP).
/// @throws ContractError unless wip ≥ 1.
double best_per_h(const LineBounds& line, double wip);
double best_cycle_h(const LineBounds& line, double wip);
double practical_worst_per_h(const LineBounds& line, double wip);
double practical_worst_cycle_h(const LineBounds& line, double wip);

/// Where a throughput lies at its WIP: 0 practical worst case, 1 best case, negative below. Nothing where the
/// two are one: below one piece in the line, or where W0 ≤ 1.
std::optional<double> place_between(const LineBounds& line, double wip, double per_h);

/// A time by its mean and its squared coefficient of variation.
struct Spread {
  double mean_h = 0.0;
  double scv = 0.0;
};

/// Failures that interrupt the work, after exponential times at work of mean `up_h`.
struct Outage {
  double up_h = 0.0;
  Spread repair;
};
/// Time a piece holds its server, repairs included.
Spread with_outages(const Spread& work, std::span<const Outage> outages);

/// The same with a stop (set-up, maintenance) between pieces, after `pieces` (≥ 1) on the mean.
Spread with_stop(const Spread& work, double pieces, const Spread& stop);

/// A station with all that Kingman's equation needs.
struct Queue {
  int servers = 1;
  double utilisation = 0.0;
  double arrival_scv = 1.0;
  Spread process;  ///< effective
};
/// (ca² + ce²) / 2.
double variability_factor(const Queue& queue);
/// u^(√(2(m+1)) − 1) / (m (1 − u)); infinite from u = 1.
double utilisation_factor(const Queue& queue);
/// Mean wait before the station: variability × utilisation × time. Exact for M/G/1.
double predicted_wait_h(const Queue& queue);
/// cd² of what leaves: 1 + (1 − u²)(ca² − 1) + u²/√m (ce² − 1).
double departure_scv(const Queue& queue);
/// Of a stream of which a share is taken at random.
double thinned_scv(double scv, double share);

}  // namespace lunafab::campaign
