#include "orbit/conjunctions.hpp"
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <tuple>
#include "core/contract.hpp"
#include "orbit/cell_grid.hpp"
#include "orbit/closest_approach.hpp"

namespace lunafab::orbit {
namespace {

constexpr float float_rounding = 1.0e-6f;  // of sums and products of a few floats, relative: 16 half ulps

/// Satellites that share a range of radius.
struct Band {
  std::vector<std::uint32_t> members;  ///< indices, rising
  OrbitTable table;
  double step_s = 0.0;
  std::int64_t steps = 0;
  float cell_m = 0.0f;   ///< pairs further apart at the middle of a step do not meet in it
  float reach_m = 0.0f;  ///< pairs whose straight paths come this close are refined
};

struct Extremes {
  double periapsis_m = std::numeric_limits<double>::infinity(), apoapsis_m = 0.0, speed_mps = 0.0,
         turning_mps2 = 0.0;
};

/// What bounds the motion of a band. `turning`: acceleration that is not the point mass's pull at the place,
/// because plane and periapsis drift and the anomaly's rate is not the Keplerian one.
Extremes extremes(const CentralBody& body, std::span<const MeanElements> satellites,
                  std::span<const PreparedOrbit<double>> orbits, std::span<const std::uint32_t> members) {
  Extremes out;
  for (const std::uint32_t m : members) {
    const MeanElements& s = satellites[m];
    const PreparedOrbit<double>& o = orbits[m];
    const double n = kepler_rates(body, s).mean_anomaly_radps;
    const double periapsis = s.a_m * (1.0 - s.e), apoapsis = s.a_m * (1.0 + s.e);
    const double drift = std::abs(o.node_radps) + std::abs(o.periapsis_radps);
    const double speed = s.a_m * o.anomaly_radps * std::sqrt((1.0 + s.e) / (1.0 - s.e)) + drift * apoapsis;
    const double pull = body.gm_m3ps2 / (periapsis * periapsis);
    const double odd = std::abs(o.anomaly_radps * o.anomaly_radps / (n * n) - 1.0);
    out.periapsis_m = std::min(out.periapsis_m, periapsis),
    out.apoapsis_m = std::max(out.apoapsis_m, apoapsis);
    out.speed_mps = std::max(out.speed_mps, speed);
    out.turning_mps2 = std::max(out.turning_mps2, odd * pull + 3.0 * drift * speed);
  }
  return out;
}

/// The cell in which a satellite meets about `tests` others, spread evenly over a sphere, or over a thick
/// one.
double cell_for_speed(std::size_t satellites, const Extremes& limit) {
  constexpr double tests = 40.0;                  // they cost about as much as the rest of a step
  constexpr double surface = 4.5, volume = 13.5;  // cells searched, half of 9 and of 27
  const double per_m2 =
      static_cast<double>(satellites) / (4.0 * std::numbers::pi * limit.periapsis_m * limit.periapsis_m);
  const double thickness = limit.apoapsis_m - limit.periapsis_m;
  return std::max(std::sqrt(tests / (surface * per_m2)), std::cbrt(tests * thickness / (volume * per_m2)));
}

/// Step and reach of a band.
void plan(Band& band, const CentralBody& body, const Extremes& limit, const ScreeningOptions& options) {
  const double closing = 2.0 * limit.speed_mps;
  const double cell = cell_for_speed(band.members.size(), limit);
  const double revolution =
      2.0 * std::numbers::pi * std::sqrt(std::pow(limit.periapsis_m, 3.0) / body.gm_m3ps2);
  double step = std::min(2.0 * std::max(cell - options.threshold_m, 0.5 * options.threshold_m) / closing,
                         revolution / 100.0);
  if (options.step_s > 0.0) step = options.step_s;
  band.steps = std::max<std::int64_t>(1, std::llround(std::ceil(options.window_s / step)));
  band.step_s = options.window_s / static_cast<double>(band.steps);
  const double reach = options.threshold_m + closing * 0.5 * band.step_s;
  // Within the step two paths are straight but for the difference of their accelerations.
  const double gradient = 2.0 * body.gm_m3ps2 / std::pow(limit.periapsis_m, 3.0);
  const double bend =
      0.5 * (gradient * 2.0 * reach + 2.0 * limit.turning_mps2) * 0.25 * band.step_s * band.step_s;
  const double rounding =
      static_cast<double>(float_rounding) * (limit.apoapsis_m + limit.speed_mps * band.step_s);
  band.cell_m = static_cast<float>(reach + rounding);
  band.reach_m = static_cast<float>(options.threshold_m + bend + rounding);
}

std::vector<Band> make_bands(const CentralBody& body, std::span<const MeanElements> satellites,
                             std::span<const PreparedOrbit<double>> orbits, const ScreeningOptions& options) {
  std::vector<std::uint32_t> by_periapsis(satellites.size());
  for (std::size_t i = 0; i < by_periapsis.size(); ++i) by_periapsis[i] = static_cast<std::uint32_t>(i);
  const auto low = [&](std::uint32_t i) {
    return satellites[i].a_m * (1.0 - satellites[i].e);
  };
  std::sort(by_periapsis.begin(), by_periapsis.end(),
            [&](std::uint32_t a, std::uint32_t b) { return std::pair(low(a), a) < std::pair(low(b), b); });
  std::vector<Band> bands;
  double top_m = -std::numeric_limits<double>::infinity();
  for (const std::uint32_t i : by_periapsis) {
    if (low(i) > top_m + options.threshold_m + 1.0) bands.emplace_back();
    bands.back().members.push_back(i);
    top_m = std::max(top_m, satellites[i].a_m * (1.0 + satellites[i].e));
  }
  std::erase_if(bands, [](const Band& band) { return band.members.size() < 2; });
  for (Band& band : bands) {
    std::sort(band.members.begin(), band.members.end());
    std::vector<PreparedOrbit<double>> own;
    for (const std::uint32_t m : band.members) own.push_back(orbits[m]);
    band.table = OrbitTable(own);
    plan(band, body, extremes(body, satellites, orbits, band.members), options);
  }
  return bands;
}

/// Buffers of one thread.
struct Workspace {
  FloatStates states, sorted;
  CellGrid grid;
  std::vector<std::uint32_t> near;
};

void gather(const CellGrid& grid, const FloatStates& from, FloatStates& to) {
  const auto order = grid.order();
  for (const auto component : {&FloatStates::x, &FloatStates::y, &FloatStates::z, &FloatStates::vx,
                               &FloatStates::vy, &FloatStates::vz}) {
    const std::vector<float>& source = from.*component;
    std::vector<float>& target = to.*component;
    target.resize(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) target[i] = source[order[i]];
  }
}

/// Finds the pairs of a step whose straight paths come within reach.
class StraightPaths {
 public:
  StraightPaths(const FloatStates& states, const Band& band, std::vector<std::uint32_t>& near)
      : s_(states),
        near_(near),
        cell_square_(band.cell_m * band.cell_m),
        reach_square_(band.reach_m * band.reach_m),
        half_s_(0.5f * static_cast<float>(band.step_s)) {
    near_.resize(states.x.size());
  }

  /// Calls `meet(j)` for the places of a run that may meet the one at `i`. Distances come first, gathered
  /// without branches: a third of them pass, which no CPU predicts.
  template <class Meet>
  void each(std::size_t i, std::size_t begin, std::size_t end, Meet&& meet) {
    const float *const xs = s_.x.data(), *const ys = s_.y.data(), *const zs = s_.z.data();
    const float x = xs[i], y = ys[i], z = zs[i];
    std::uint32_t* const near = near_.data();
    std::size_t count = 0;
    for (std::size_t j = begin; j < end; ++j) {
      const float dx = xs[j] - x, dy = ys[j] - y, dz = zs[j] - z;
      near[count] = static_cast<std::uint32_t>(j);
      count += static_cast<std::size_t>(dx * dx + dy * dy + dz * dz <= cell_square_);
    }
    for (std::size_t k = 0; k < count; ++k)
      if (may_meet(i, near[k])) meet(near[k]);
  }

 private:
  bool may_meet(std::size_t i, std::size_t j) const {
    const float dx = s_.x[j] - s_.x[i], dy = s_.y[j] - s_.y[i], dz = s_.z[j] - s_.z[i];
    const float vx = s_.vx[j] - s_.vx[i], vy = s_.vy[j] - s_.vy[i], vz = s_.vz[j] - s_.vz[i];
    const float vv = vx * vx + vy * vy + vz * vz, dv = dx * vx + dy * vy + dz * vz;
    const float t = std::clamp(vv > 0.0f ? -dv / vv : 0.0f, -half_s_, half_s_);
    const float mx = dx + vx * t, my = dy + vy * t, mz = dz + vz * t;
    return mx * mx + my * my + mz * mz <= reach_square_;
  }

  const FloatStates& s_;
  std::vector<std::uint32_t>& near_;
  float cell_square_, reach_square_, half_s_;
};

struct StepResult {
  std::vector<Conjunction> events;
  std::int64_t refined = 0;
};

StepResult screen_step(const Band& band, std::int64_t step, std::span<const PreparedOrbit<double>> orbits,
                       const ScreeningOptions& options, Workspace& work) {
  const double from_s = static_cast<double>(step) * band.step_s,
               to_s = static_cast<double>(step + 1) * band.step_s;
  fill_states(band.table, 0.5 * (from_s + to_s), work.states);
  const std::size_t n = band.members.size();
  const auto first_n = [n](const std::vector<float>& v) {
    return std::span(v).first(n);
  };
  work.grid.build(first_n(work.states.x), first_n(work.states.y), first_n(work.states.z), band.cell_m);
  gather(work.grid, work.states, work.sorted);
  const StepSpan span{from_s, to_s, step == 0, step == band.steps - 1};
  StepResult result;
  StraightPaths paths(work.sorted, band, work.near);
  const auto order = work.grid.order();
  work.grid.each_pair_run([&](std::size_t i, std::size_t begin, std::size_t end) {
    paths.each(i, begin, end, [&](std::size_t j) {
      const std::uint32_t a = band.members[order[i]], b = band.members[order[j]];
      ++result.refined;
      const auto event =
          closest_approach(orbits, {std::min(a, b), std::max(a, b)}, span, options.threshold_m);
      if (event) result.events.push_back(*event);
    });
  });
  return result;
}

bool closer(const Conjunction& a, const Conjunction& b) {
  return std::tie(a.distance_m, a.time_s, a.first, a.second) <
         std::tie(b.distance_m, b.time_s, b.first, b.second);
}
void keep_closest(std::vector<Conjunction>& events, std::size_t most) {
  if (events.size() <= most) return;
  std::nth_element(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(most), events.end(), closer);
  events.resize(most);
}

/// Steps of a band by batches, which bound the memory of events not yet pruned.
void screen_band(const Band& band, std::span<const PreparedOrbit<double>> orbits,
                 const ScreeningOptions& options, Screening& screening) {
  constexpr std::int64_t batch = 128;
  tbb::enumerable_thread_specific<Workspace> work;
  for (std::int64_t first = 0; first < band.steps; first += batch) {
    const std::int64_t count = std::min(batch, band.steps - first);
    std::vector<StepResult> results(static_cast<std::size_t>(count));
    tbb::parallel_for(std::int64_t{0}, count, [&](std::int64_t i) {
      results[static_cast<std::size_t>(i)] = screen_step(band, first + i, orbits, options, work.local());
    });
    for (const StepResult& r : results) {
      screening.events.insert(screening.events.end(), r.events.begin(), r.events.end());
      screening.found += static_cast<std::int64_t>(r.events.size()), screening.refined += r.refined;
    }
    keep_closest(screening.events, options.most_events);
  }
  screening.positions += band.steps * static_cast<std::int64_t>(band.members.size());
}

}  // namespace

Screening screen(const CentralBody& body, std::span<const MeanElements> satellites,
                 const ScreeningOptions& options) {
  expects(options.threshold_m > 0.0 && std::isfinite(options.threshold_m), "threshold must be positive");
  expects(options.window_s > 0.0 && std::isfinite(options.window_s), "window must be positive");
  expects(satellites.size() < std::numeric_limits<std::uint32_t>::max(),
          "indices of satellites have 32 bits");
  std::vector<PreparedOrbit<double>> orbits;
  orbits.reserve(satellites.size());
  for (const MeanElements& s : satellites)
    orbits.push_back(prepare(s, options.drift == DriftModel::j2 ? j2_rates(body, s) : kepler_rates(body, s)));
  Screening screening;
  const std::vector<Band> bands = make_bands(body, satellites, orbits, options);
  screening.bands = static_cast<std::int64_t>(bands.size());
  for (const Band& band : bands) screen_band(band, orbits, options, screening);
  std::sort(screening.events.begin(), screening.events.end(), [](const Conjunction& a, const Conjunction& b) {
    return std::tie(a.time_s, a.first, a.second) < std::tie(b.time_s, b.first, b.second);
  });
  return screening;
}

std::vector<GroupApproaches> approaches_by_group(std::span<const Conjunction> events,
                                                 std::span<const std::uint32_t> group_of,
                                                 std::size_t groups) {
  std::vector<GroupApproaches> out(groups, {0, std::numeric_limits<double>::infinity()});
  const auto count = [&](std::uint32_t group, double distance_m) {
    ++out[group].events;
    out[group].least_m = std::min(out[group].least_m, distance_m);
  };
  for (const Conjunction& c : events) {
    expects(c.second < group_of.size(), "every satellite of an event must have a group");
    const std::uint32_t a = group_of[c.first], b = group_of[c.second];
    expects(a < groups && b < groups, "groups must be below their count");
    count(a, c.distance_m);
    if (b != a) count(b, c.distance_m);
  }
  return out;
}

}  // namespace lunafab::orbit
