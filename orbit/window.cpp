#include "orbit/window.hpp"
#include <tbb/parallel_for.h>
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <utility>
#include "core/contract.hpp"
#include "orbit/node_time.hpp"
#include "orbit/norm_quantile.hpp"

namespace lunafab::orbit {
namespace {

constexpr double day_s = 86400.0;
constexpr double one_family_mps = 3.0, one_family_rad = 0.5;

using RowMajor = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;

std::array<double, 9> flat(const Eigen::Matrix3d& m) {
  std::array<double, 9> out{};
  Eigen::Map<RowMajor>(out.data()) = m;
  return out;
}

template <std::size_t N>
Eigen::Vector3d vector_at(const std::array<double, N>& values, std::size_t first) {
  return {values[first], values[first + 1], values[first + 2]};
}

/// From a to b: the direction turns along the chord, the length is linear.
Eigen::Vector3d between(const Eigen::Vector3d& a, const Eigen::Vector3d& b, double u) {
  const Eigen::Vector3d chord = a + u * (b - a);
  const double length = chord.norm();
  if (!(length > 0.0)) return chord;
  return chord * ((a.norm() + u * (b.norm() - a.norm())) / length);
}

/// Direction of the radius, of the way onward in the plane, and of the plane's pole.
Eigen::Matrix3d path_axes(const std::array<double, 6>& state) {
  const Eigen::Vector3d r = vector_at(state, 0), v = vector_at(state, 3);
  Eigen::Matrix3d axes;
  axes.col(0) = r.normalized();
  axes.col(2) = r.cross(v).normalized();
  axes.col(1) = axes.col(2).cross(axes.col(0));
  return axes;
}

double turn_between_rad(const WindowNode& a, const WindowNode& b) {
  return Eigen::AngleAxisd(path_axes(a.arrival).transpose() * path_axes(b.arrival)).angle();
}

/// Radius, speed and flight-path angle are linear, the axes turn evenly: an apsis stays one.
std::array<double, 6> arrival_between(const WindowNode& a, const WindowNode& b, double u) {
  const Eigen::Matrix3d of_a = path_axes(a.arrival), of_b = path_axes(b.arrival);
  const Eigen::Matrix3d axes = Eigen::Quaterniond(of_a).slerp(u, Eigen::Quaterniond(of_b)).toRotationMatrix();
  std::array<double, 6> state{};
  for (const std::size_t part : {0, 3}) {
    const Eigen::Vector3d from = of_a.transpose() * vector_at(a.arrival, part),
                          to = of_b.transpose() * vector_at(b.arrival, part);
    const Eigen::Vector3d turned = axes * between(from, to, u);
    std::copy_n(turned.data(), 3, state.begin() + static_cast<std::ptrdiff_t>(part));
  }
  return state;
}

/// Place of an instant among the nodes, in steps.
double place(const WindowTable& t, Epoch at) {
  return (at.tt_days_since_j2000 - t.first.tt_days_since_j2000) * day_s / t.step_s;
}

void note_arrival(const Transfer& t, Epoch at, WindowNode& node) {
  node.arrival_centre = t.arrival.centre;
  for (Eigen::Index i = 0; i < 3; ++i) {
    node.arrival[static_cast<std::size_t>(i)] = t.arrival.r_m[i];
    node.arrival[static_cast<std::size_t>(i) + 3] = t.arrival.v_mps[i];
  }
  expects(t.burns.size() <= node.burns.size(), "windows: a transfer has three planned burns at most");
  for (const Burn& burn : t.burns) {
    node.burns[node.burn_count++] = {
        .after_s = (burn.before.at.tt_days_since_j2000 - at.tt_days_since_j2000) * day_s,
        .dv_mps = {burn.dv_mps.x(), burn.dv_mps.y(), burn.dv_mps.z()}};
  }
}

/// Whether there is a transfer between two nodes that resembles both.
bool one_family(const WindowNode& a, const WindowNode& b) {
  return a.found != 0 && b.found != 0 && std::abs(a.speed_mps - b.speed_mps) <= one_family_mps &&
         a.arrival_centre == b.arrival_centre && a.burn_count == b.burn_count &&
         turn_between_rad(a, b) <= one_family_rad;
}

const Transfer& cheaper(const Transfer& a, const Transfer& b) {
  if (!a.found || !b.found) return a.found ? a : b;
  return b.insertion_mps < a.insertion_mps ? b : a;
}

Window window_of(const TransferSetting& s, const Transfer& t, const Eigen::Matrix3d& muzzle_m2ps2,
                 const Navigation& n, Epoch at) {
  Window w{.at = at, .reason = t.reason};
  if (!t.found) return w;
  const auto plan = plan_corrections(s, t, muzzle_m2ps2, n);
  if (!plan) {
    w.reason = "no instant for a correction: the flight is shorter than twice the time to the first";
    return w;
  }
  w.node = {.found = 1,
            .speed_mps = t.speed_mps,
            .insertion_mps = t.insertion_mps,
            .transfer_s = (t.arrival.at.tt_days_since_j2000 - at.tt_days_since_j2000) * day_s,
            .correction_p95_mps = plan->quantile_mps(0.95),
            .gain = flat(plan->gain),
            .knowledge_root =
                flat(covariance_root(plan->first_m2ps2 - plan->gain * muzzle_m2ps2 * plan->gain.transpose())),
            .second_root = flat(covariance_root(plan->second_m2ps2))};
  if (plan->trims) {
    w.node.trim_roots = {flat(covariance_root(plan->trims->first_m2ps2)),
                         flat(covariance_root(plan->trims->second_m2ps2))};
  }
  note_arrival(t, at, w.node);
  return w;
}

}  // namespace

Window solve_window(const TransferSetting& s, const Destination& d, const Eigen::Matrix3d& muzzle_m2ps2,
                    const Navigation& n, Epoch at) {
  return window_of(s, solve_transfer(s, d, at), muzzle_m2ps2, n, at);
}

std::vector<Window> solve_windows(const TransferSetting& s, const Destination& d,
                                  const Eigen::Matrix3d& muzzle_m2ps2, const Navigation& n, Epoch first,
                                  double step_s, std::size_t count) {
  // Within a block each date begins with the transfer of the one before, but for every fourth: a family that
  // grows cheaper day by day would hide a better one. Blocks do not depend on the number of threads.
  constexpr std::size_t block = 16, afresh = 4;
  std::vector<Window> windows(count);
  tbb::parallel_for(std::size_t{0}, (count + block - 1) / block, [&](std::size_t b) {
    Transfer before;
    for (std::size_t i = b * block; i < std::min(count, (b + 1) * block); ++i) {
      const Epoch at{first.tt_days_since_j2000 + static_cast<double>(i) * step_s / day_s};
      const Transfer* near = i > b * block ? &before : nullptr;
      Transfer now = solve_transfer(s, d, at, near);
      if (near != nullptr && i % afresh == 0) now = cheaper(now, solve_transfer(s, d, at));
      windows[i] = window_of(s, now, muzzle_m2ps2, n, at);
      before = std::move(now);
    }
  });
  return windows;
}

Craft arrival_of(const WindowNode& node, Epoch launch) {
  return {.at = {launch.tt_days_since_j2000 + node.transfer_s / day_s},
          .centre = node.arrival_centre,
          .r_m = vector_at(node.arrival, 0),
          .v_mps = vector_at(node.arrival, 3)};
}

std::optional<double> arrival_node_time_h(const WindowNode& node, Epoch launch) {
  if (node.found == 0 || node.arrival_centre != Body::earth) return {};
  const Craft arrival = arrival_of(node, launch);
  return mean_node_time_h(GeocentricState{arrival.r_m, arrival.v_mps}, arrival.at);
}

WindowNode window_at(const WindowTable& t, Epoch at) {
  const double x = place(t, at);
  expects(x >= 0.0 && x <= static_cast<double>(t.nodes.size() - 1),
          "windows: the date lies within the table");
  const auto i = std::min(static_cast<std::size_t>(x), t.nodes.size() - 2);
  const WindowNode &a = t.nodes[i], &b = t.nodes[i + 1];
  if (!one_family(a, b)) return {};
  const double u = x - static_cast<double>(i);
  WindowNode out = a;
  const auto blend = [u](double& mine, double other) {
    mine += u * (other - mine);
  };
  blend(out.speed_mps, b.speed_mps), blend(out.insertion_mps, b.insertion_mps),
      blend(out.transfer_s, b.transfer_s);
  blend(out.correction_p95_mps, b.correction_p95_mps);
  for (std::size_t k = 0; k < out.gain.size(); ++k) {
    blend(out.gain[k], b.gain[k]), blend(out.knowledge_root[k], b.knowledge_root[k]),
        blend(out.second_root[k], b.second_root[k]);
    for (std::size_t trim = 0; trim < out.trim_roots.size(); ++trim)
      blend(out.trim_roots[trim][k], b.trim_roots[trim][k]);
  }
  out.arrival = arrival_between(a, b, u);
  for (std::size_t k = 0; k < out.burn_count; ++k) {
    blend(out.burns[k].after_s, b.burns[k].after_s);
    const Eigen::Vector3d turned =
        between(vector_at(a.burns[k].dv_mps, 0), vector_at(b.burns[k].dv_mps, 0), u);
    std::copy_n(turned.data(), 3, out.burns[k].dv_mps.begin());
  }
  return out;
}

bool is_open(const WindowNode& node, double budget_mps) {
  return node.found != 0 && node.insertion_mps + node.correction_p95_mps <= budget_mps;
}

std::optional<Epoch> next_open(const WindowTable& t, double budget_mps, Epoch from) {
  const auto epoch = [&](std::size_t i) {
    return Epoch{t.first.tt_days_since_j2000 + static_cast<double>(i) * t.step_s / day_s};
  };
  for (auto i = static_cast<std::size_t>(std::max(0.0, std::ceil(place(t, from)))); i + 1 < t.nodes.size();
       ++i)
    if (is_open(window_at(t, epoch(i)), budget_mps)) return epoch(i);
  return {};
}

}  // namespace lunafab::orbit
