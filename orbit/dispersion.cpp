#include "orbit/dispersion.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "core/random.hpp"
#include "orbit/norm_quantile.hpp"

namespace lunafab::orbit {
namespace {

constexpr double day_s = 86400.0;
constexpr int most_steps = 20;
constexpr double step_tolerance_mps = 1e-5, step_tolerance_rel = 1e-3;
/// A launch with an error downwards dips millimetres below the sphere before it climbs: until it has, nothing
/// looks at the ground.
constexpr double climb_s = 120.0;

using Vector6 = Eigen::Matrix<double, 6, 1>;

struct Drawn {
  Eigen::Vector3d error_mps;
  Vector6 tracking;  ///< of the estimate: m, m/s
};

Drawn draw(const Eigen::Matrix3d& root, const Navigation& n, std::uint64_t seed, std::uint64_t serial) {
  const std::uint32_t entity = entity_key("dispersion");
  const auto normal = [&](Purpose purpose, std::uint32_t i) {
    return normal_quantile(uniform({.seed = seed, .entity = entity, .purpose = purpose}, serial, i));
  };
  Drawn drawn{};
  for (std::uint32_t i = 0; i < 3; ++i) drawn.error_mps[i] = normal(Purpose::muzzle_error, i);
  for (std::uint32_t i = 0; i < 6; ++i)
    drawn.tracking[i] = (i < 3 ? n.position_m : n.velocity_mps) * normal(Purpose::tracking, i);
  drawn.error_mps = root * drawn.error_mps;
  return drawn;
}

/// All samples at once, from the muzzle to their corrections.
class Swarm {
 public:
  Swarm(const TransferSetting& setting, const Transfer& transfer, const Navigation& navigation,
        Dispersion& out)
      : s_(setting), t_(transfer), n_(navigation), out_(out), craft_(out.samples.size()) {}

  void leave_muzzle(const Eigen::Matrix3d& root, std::uint64_t seed) {
    tracking_.resize(craft_.size());
    tbb::parallel_for(std::size_t{0}, craft_.size(), [&](std::size_t i) {
      const Drawn drawn = draw(root, n_, seed, i);
      out_.samples[i].error_mps = drawn.error_mps;
      tracking_[i] = drawn.tracking;
      craft_[i] = leave(s_, t_.start.at, t_.speed_mps * Eigen::Vector3d::UnitX() + drawn.error_mps);
    });
  }

  /// To the burns at the first apoapsis.
  void circularise_all() {
    tbb::parallel_for(std::size_t{0}, craft_.size(), [&](std::size_t i) {
      EventSpec stop = *t_.goal.end;
      stop.ends = true;
      const Arc arc = propagate(s_.dynamics, craft_[i], t_.goal.latest, {&stop, 1});
      LaunchSample& sample = out_.samples[i];
      if (arc.end != ArcEnd::event) {
        sample.end = SampleEnd::not_corrected;
        return;
      }
      const Circularisation burns = circularise(arc.last, t_.arrival.r_m.norm(), moon_gm_m3ps2(s_.dynamics));
      sample.cost_mps = burns.total_mps() - t_.insertion_mps;
    });
  }

  void fly_to(Epoch at) {
    const double flight_s = (at.tt_days_since_j2000 - t_.start.at.tt_days_since_j2000) * day_s;
    const Epoch climbed{t_.start.at.tt_days_since_j2000 + std::min(climb_s, 0.5 * flight_s) / day_s};
    tbb::parallel_for(std::size_t{0}, craft_.size(), [&](std::size_t i) {
      craft_[i] = propagate(s_.dynamics, craft_[i], climbed, {}, {.change_centre = false}).last;
    });
    const std::vector<Epoch> until(craft_.size(), at);
    const std::vector<BatchEnd> ends = propagate_batch(s_.dynamics, craft_, until);
    for (std::size_t i = 0; i < ends.size(); ++i) {
      craft_[i] = ends[i].last;
      if (ends[i].end != ArcEnd::time) out_.samples[i].end = ended(ends[i].end);
    }
  }

  void correct_all(const Craft& nominal, const Eigen::MatrixXd& jacobian, Epoch arrival) {
    const Eigen::Matrix<double, 3, 6> gain = correction_gain(jacobian);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < craft_.size(); ++i) {
      if (out_.samples[i].end != SampleEnd::corrected) continue;
      craft_[i].r_m += tracking_[i].head<3>(), craft_[i].v_mps += tracking_[i].tail<3>();
      Vector6 off;
      off << craft_[i].r_m - nominal.r_m, craft_[i].v_mps - nominal.v_mps;
      out_.samples[i].first_mps = gain * off;
      open.push_back(i);
    }
    for (int step = 0; step < most_steps && !open.empty(); ++step) open = chord(open, jacobian, arrival);
    for (const std::size_t i : open) out_.samples[i].end = SampleEnd::not_corrected;
    for (LaunchSample& sample : out_.samples) sample.cost_mps = sample.first_mps.norm();
  }

 private:
  static SampleEnd ended(ArcEnd end) {
    return end == ArcEnd::event ? SampleEnd::impact : SampleEnd::not_corrected;
  }

  /// One chord step of those that are not there yet; those that still are not.
  std::vector<std::size_t> chord(const std::vector<std::size_t>& open, const Eigen::MatrixXd& jacobian,
                                 Epoch arrival) {
    std::vector<Craft> from;
    from.reserve(open.size());
    for (const std::size_t i : open) from.push_back(burnt(craft_[i], out_.samples[i].first_mps));
    const std::vector<BatchEnd> ends =
        propagate_batch(s_.dynamics, from, std::vector<Epoch>(from.size(), arrival));
    std::vector<std::size_t> left;
    for (std::size_t k = 0; k < open.size(); ++k) {
      LaunchSample& sample = out_.samples[open[k]];
      if (ends[k].end != ArcEnd::time) {
        sample.end = ended(ends[k].end);
        continue;
      }
      const Eigen::Vector3d step_mps =
          least_burn_mps(jacobian, residuals(t_.goal, ends[k].last, s_.dynamics));
      sample.first_mps += step_mps;
      if (step_mps.norm() > step_tolerance_mps + step_tolerance_rel * sample.first_mps.norm())
        left.push_back(open[k]);
    }
    return left;
  }

  const TransferSetting& s_;
  const Transfer& t_;
  const Navigation& n_;
  Dispersion& out_;
  std::vector<Craft> craft_;
  std::vector<Vector6> tracking_;
};

double order_statistic(const std::vector<double>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto i = std::min(static_cast<std::size_t>(place), sorted.size() - 1);
  const double next = sorted[std::min(i + 1, sorted.size() - 1)];
  return sorted[i] + (place - static_cast<double>(i)) * (next - sorted[i]);
}

void sum_up(Dispersion& d) {
  std::vector<double> costs;
  double squares = 0.0;
  for (const LaunchSample& sample : d.samples) {
    if (sample.end == SampleEnd::impact) ++d.impacts;
    if (sample.end == SampleEnd::not_corrected) ++d.not_corrected;
    if (sample.end != SampleEnd::corrected) continue;
    costs.push_back(sample.cost_mps);
    squares += sample.cost_mps * sample.cost_mps;
    d.covariance_m2ps2 += sample.first_mps * sample.first_mps.transpose();
  }
  d.corrected = costs.size();
  if (costs.empty()) return;
  const auto n = static_cast<double>(costs.size());
  d.covariance_m2ps2 /= n;
  d.rms_mps = std::sqrt(squares / n);
  std::sort(costs.begin(), costs.end());
  for (std::size_t k = 0; k < Dispersion::levels.size(); ++k)
    d.cost_mps[k] = order_statistic(costs, Dispersion::levels[k]);
}

}  // namespace

Dispersion disperse(const TransferSetting& setting, const Transfer& transfer, const CorrectionPlan& plan,
                    const Navigation& navigation, const Eigen::Matrix3d& muzzle_m2ps2, std::size_t count,
                    std::uint64_t seed) {
  expects(transfer.found && count > 0, "dispersion: a transfer that was found, and samples");
  Dispersion d;
  d.samples.resize(count);
  for (std::size_t k = 0; k < Dispersion::levels.size(); ++k)
    d.linear_mps[k] = norm_quantile(plan.first_m2ps2, Dispersion::levels[k]);
  Swarm swarm(setting, transfer, navigation, d);
  swarm.leave_muzzle(covariance_root(muzzle_m2ps2), seed);
  if (!plan.first) {
    swarm.circularise_all();
  } else {
    const Craft at_first =
        propagate(setting.dynamics, transfer.start, *plan.first, {}, {.change_centre = false}).last;
    const Aim onward = aim(setting.dynamics, at_first, transfer.goal, Derivatives::jacobian);
    expects(onward.reached, "dispersion: the planned way arrives");
    swarm.fly_to(*plan.first);
    swarm.correct_all(at_first, onward.jacobian, onward.arc.last.at);
  }
  sum_up(d);
  return d;
}

}  // namespace lunafab::orbit
