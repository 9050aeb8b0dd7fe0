#include <tbb/task_arena.h>
#include <Eigen/Geometry>
#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>
#include "core/contract.hpp"
#include "orbit/conjunctions.hpp"
#include "orbit/separations.hpp"
#include "orbit/shells.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::Contains, Catch::WithinAbs, Catch::WithinRel;
using Eigen::Vector3d;

namespace {

constexpr double turn = 2.0 * std::numbers::pi, deg = turn / 360.0;
const CentralBody& earth = central_body(Body::earth);

/// The oracle's own orbit: Newton on Kepler's equation, rotation matrices, libm.
Vector3d place(const MeanElements& o, const SecularRates& rates, double t) {
  const double M = o.mean_anomaly_rad + rates.mean_anomaly_radps * t;
  double E = M;
  for (int i = 0; i < 20; ++i) E -= (E - o.e * std::sin(E) - M) / (1.0 - o.e * std::cos(E));
  const Vector3d in_plane(o.a_m * (std::cos(E) - o.e), o.a_m * std::sqrt(1.0 - o.e * o.e) * std::sin(E), 0.0);
  return Eigen::AngleAxisd(o.node_rad + rates.node_radps * t, Vector3d::UnitZ()) *
         (Eigen::AngleAxisd(o.inclination_rad, Vector3d::UnitX()) *
          (Eigen::AngleAxisd(o.periapsis_rad + rates.periapsis_radps * t, Vector3d::UnitZ()) * in_plane));
}

struct Meeting {
  std::uint32_t first, second;
  double time_s, distance_m;
};

/// Every pair, every second: a sample below both neighbours brackets a minimum, which Boost's Brent search
/// refines. The window's ends count as minima of ranges that grow from, or shrink to, them.
std::vector<Meeting> brute_force(const std::vector<MeanElements>& orbits, double window_s,
                                 double threshold_m) {
  const auto samples = static_cast<std::size_t>(window_s) + 1;
  std::vector<SecularRates> rates;
  std::vector<std::vector<Vector3d>> places;
  for (const MeanElements& o : orbits) {
    rates.push_back(j2_rates(earth, o));
    places.emplace_back();
    for (std::size_t k = 0; k < samples; ++k)
      places.back().push_back(place(o, rates.back(), static_cast<double>(k)));
  }
  std::vector<Meeting> found;
  for (std::uint32_t a = 0; a < orbits.size(); ++a) {
    for (std::uint32_t b = a + 1; b < orbits.size(); ++b) {
      const auto square = [&](double t) {
        return (place(orbits[a], rates[a], t) - place(orbits[b], rates[b], t)).squaredNorm();
      };
      const auto sample = [&](std::size_t k) {
        return (places[a][k] - places[b][k]).squaredNorm();
      };
      for (std::size_t k = 0; k < samples; ++k) {
        if (k > 0 && sample(k - 1) < sample(k)) continue;
        if (k + 1 < samples && sample(k + 1) <= sample(k)) continue;
        const double low = k > 0 ? static_cast<double>(k) - 1.0 : 0.0,
                     high = std::min(static_cast<double>(k) + 1.0, window_s);
        const auto [t, d2] = boost::math::tools::brent_find_minima(square, low, high, 52);
        if (d2 < threshold_m * threshold_m) found.push_back({a, b, t, std::sqrt(d2)});
      }
    }
  }
  return found;
}

enum class Population { one_radius, shells, eccentric };

std::vector<MeanElements> population(Population kind, int count, std::uint64_t seed) {
  std::mt19937_64 draw(seed);
  std::uniform_real_distribution<double> u(0.0, 1.0);
  std::vector<MeanElements> out;
  for (int i = 0; i < count; ++i) {
    MeanElements o{6.928e6,        0.0,           30 * deg + 80 * deg * u(draw), turn * u(draw),
                   turn * u(draw), turn * u(draw)};
    if (kind == Population::shells) o.a_m += 15e3 * std::floor(4.0 * u(draw));
    if (kind == Population::eccentric)
      o.e = 0.3 * u(draw) * u(draw), o.a_m = (6.8e6 + 4e5 * u(draw)) / (1.0 - o.e);
    out.push_back(o);
  }
  return out;
}

/// Both lists by pair, then time; minima within a rounding of the threshold may be on one side only.
void require_same(std::vector<Meeting> expected, const Screening& screening, double threshold_m) {
  std::vector<Conjunction> got = screening.events;
  std::erase_if(got, [&](const Conjunction& c) { return c.distance_m > threshold_m - 1e-3; });
  std::erase_if(expected, [&](const Meeting& m) { return m.distance_m > threshold_m - 1e-3; });
  const auto by_pair = [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second, a.time_s) < std::tie(b.first, b.second, b.time_s);
  };
  std::sort(got.begin(), got.end(), by_pair), std::sort(expected.begin(), expected.end(), by_pair);
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    REQUIRE(got[i].first == expected[i].first);
    REQUIRE(got[i].second == expected[i].second);
    REQUIRE_THAT(got[i].time_s, WithinAbs(expected[i].time_s, 1e-3));
    REQUIRE_THAT(got[i].distance_m, WithinAbs(expected[i].distance_m, 1e-3));
  }
}

}  // namespace

TEST_CASE("conjunctions: none missed, none invented, to 1 mm and 1 ms of brute force",
          "[orbit][conjunctions]") {
  const auto orbits = population(GENERATE(Population::one_radius, Population::eccentric), 40, 7);
  const auto expected = brute_force(orbits, 6000.0, 400e3);
  REQUIRE(expected.size() > 20);  // else the set shows nothing
  require_same(expected, screen(earth, orbits, {.threshold_m = 400e3, .window_s = 6000.0}), 400e3);
}

TEST_CASE("conjunctions: the same for larger sets and narrower thresholds", "[validation][conjunctions]") {
  struct Set {
    Population kind;
    double threshold_m;
  };
  const Set set = GENERATE(Set{Population::one_radius, 30e3}, Set{Population::shells, 30e3},
                           Set{Population::shells, 100e3}, Set{Population::eccentric, 150e3});
  const auto orbits = population(set.kind, 150, 7);
  const auto expected = brute_force(orbits, 6000.0, set.threshold_m);
  REQUIRE(expected.size() > 20);
  require_same(expected, screen(earth, orbits, {.threshold_m = set.threshold_m, .window_s = 6000.0}),
               set.threshold_m);
}

TEST_CASE("conjunctions: the answer does not depend on the step", "[orbit][conjunctions]") {
  const auto orbits = population(Population::eccentric, 3000, 11);
  const ScreeningOptions options{.threshold_m = 20e3, .window_s = 3000.0};
  const Screening chosen = screen(earth, orbits, options);
  REQUIRE(chosen.events.size() > 50);
  for (const double step_s : {4.0, 17.0, 50.0}) {
    ScreeningOptions other = options;
    other.step_s = step_s;
    const Screening screening = screen(earth, orbits, other);
    REQUIRE(screening.events.size() == chosen.events.size());
    for (std::size_t i = 0; i < chosen.events.size(); ++i) {
      REQUIRE(screening.events[i].first == chosen.events[i].first);
      REQUIRE(screening.events[i].second == chosen.events[i].second);
      REQUIRE_THAT(screening.events[i].time_s, WithinAbs(chosen.events[i].time_s, 1e-6));
    }
  }
}

TEST_CASE("conjunctions: same bits on one thread and on two", "[orbit][conjunctions]") {
  const auto orbits = population(Population::shells, 4000, 3);
  const ScreeningOptions options{.threshold_m = 5e3, .window_s = 1500.0, .most_events = 300};
  Screening one, two;
  tbb::task_arena(1).execute([&] { one = screen(earth, orbits, options); });
  tbb::task_arena(2).execute([&] { two = screen(earth, orbits, options); });
  REQUIRE(one.events.size() == 300);
  REQUIRE(one.found == two.found);
  REQUIRE(one.found > 300);
  for (std::size_t i = 0; i < one.events.size(); ++i) {
    REQUIRE(one.events[i].time_s == two.events[i].time_s);
    REQUIRE(one.events[i].distance_m == two.events[i].distance_m);
    REQUIRE(one.events[i].first == two.events[i].first);
  }
}

TEST_CASE("conjunctions: where few may be kept, the closest are", "[orbit][conjunctions]") {
  const auto orbits = population(Population::one_radius, 2000, 5);
  ScreeningOptions options{.threshold_m = 5e3, .window_s = 1500.0};
  const Screening all = screen(earth, orbits, options);
  options.most_events = 50;
  const Screening few = screen(earth, orbits, options);
  std::vector<double> distances;
  for (const Conjunction& c : all.events) distances.push_back(c.distance_m);
  std::sort(distances.begin(), distances.end());
  REQUIRE(few.events.size() == 50);
  CHECK(few.found == all.found);
  for (const Conjunction& c : few.events) CHECK(c.distance_m <= distances[49]);
}

TEST_CASE("conjunctions: circles of one radius come as close as 2 r sin(Δ/2) cos(γ/2)",
          "[orbit][conjunctions]") {
  // Planes at an angle γ, arguments from their crossing differing by Δ: chord² = 2r²(1 − cos Δ cos²(γ/2) −
  // cos(2u + Δ) sin²(γ/2)), least where 2u + Δ = 0.
  const double r = 7e6, gamma = GENERATE(1.0, 30.0, 90.0, 179.0) * deg, delta = GENERATE(0.01, 0.1) * deg;
  const std::vector<MeanElements> pair{{.a_m = r},
                                       {.a_m = r, .inclination_rad = gamma, .mean_anomaly_rad = delta}};
  const Screening screening =
      screen(earth, pair, {.threshold_m = 20e3, .window_s = 3600.0, .drift = DriftModel::kepler});
  const double least = 2.0 * r * std::sin(0.5 * delta) * std::cos(0.5 * gamma);
  REQUIRE(!screening.events.empty());
  for (const Conjunction& c : screening.events) {
    if (c.kind != Approach::closest) continue;
    CHECK_THAT(c.distance_m, WithinAbs(least, 1e-6));                    // roundings of 7e6 m
    const double half = std::sin(0.5 * gamma), v2 = earth.gm_m3ps2 / r;  // the same chord of velocities
    const double speed = std::sqrt(2.0 * v2 * (1.0 - std::cos(delta) * (1.0 - half * half) + half * half));
    CHECK_THAT(c.speed_mps, WithinRel(speed, 1e-9));
  }
}

TEST_CASE("conjunctions: companions are reported once, also where they touch", "[orbit][conjunctions]") {
  const double apart_m = GENERATE(0.0, 3000.0), r = 7e6;
  const std::vector<MeanElements> pair{{.a_m = r, .inclination_rad = 1.0},
                                       {.a_m = r, .inclination_rad = 1.0, .mean_anomaly_rad = apart_m / r}};
  const Screening screening = screen(earth, pair, {.threshold_m = 5e3, .window_s = 86400.0});
  REQUIRE(screening.events.size() == 1);
  CHECK(screening.events[0].kind == Approach::companions);
  CHECK_THAT(screening.events[0].distance_m, WithinAbs(apart_m, 1e-3));  // chord against arc: 2e-5 m
}

TEST_CASE("conjunctions: ranges of radius further apart than the threshold are never tried",
          "[orbit][conjunctions]") {
  std::vector<MeanElements> orbits;
  for (int i = 0; i < 50; ++i) orbits.push_back({.a_m = 7e6 + 10e3 * i, .inclination_rad = 0.1 * i});
  const Screening apart = screen(earth, orbits, {.threshold_m = 9e3});
  CHECK(apart.bands == 0);
  CHECK(apart.positions == 0);
  CHECK(screen(earth, orbits, {.threshold_m = 11e3, .window_s = 600.0}).bands == 1);
}

TEST_CASE("conjunctions: impossible questions are refused", "[orbit][conjunctions]") {
  const std::vector<MeanElements> pair(2, {.a_m = 7e6});
  CHECK_THROWS_WITH(screen(earth, pair, {.threshold_m = 0.0}), Contains("threshold"));
  CHECK_THROWS_WITH(screen(earth, pair, {.window_s = -1.0}), Contains("window"));
  CHECK(screen(earth, {}, {}).events.empty());
}

TEST_CASE("approaches are counted by group", "[orbit][conjunctions]") {
  const std::vector<Conjunction> events{{.distance_m = 5.0, .first = 0, .second = 1},
                                        {.distance_m = 3.0, .first = 0, .second = 2}};
  const std::vector<std::uint32_t> groups{0, 0, 1};
  const auto by_group = approaches_by_group(events, groups, 3);
  CHECK(by_group[0].events == 2);
  CHECK(by_group[0].least_m == 3.0);
  CHECK(by_group[1].events == 1);
  CHECK(std::isinf(by_group[2].least_m));
}

TEST_CASE("separations: nearest neighbours are those of all pairs", "[orbit][conjunctions]") {
  std::mt19937_64 draw(9);
  std::uniform_real_distribution<double> u(-1.0, 1.0);
  std::vector<Vector3d> places;
  for (int i = 0; i < 700; ++i) places.push_back(7e6 * Vector3d(u(draw), u(draw), u(draw)).normalized());
  places.push_back(places[0]);         // touching
  places.emplace_back(4e8, 0.0, 0.0);  // far from all
  const std::vector<double> nearest = nearest_neighbours_m(places);
  for (std::size_t i = 0; i < places.size(); ++i) {
    double least = INFINITY;
    for (std::size_t j = 0; j < places.size(); ++j)
      if (j != i) least = std::min(least, (places[i] - places[j]).squaredNorm());
    REQUIRE(nearest[i] == std::sqrt(least));
  }
  CHECK(nearest_neighbours_m(std::vector<Vector3d>{{1.0, 2.0, 3.0}}) == std::vector<double>{INFINITY});
}

TEST_CASE("separations: a random sphere has Poisson's nearest neighbours", "[orbit][conjunctions]") {
  // n points on a sphere: P(nearest > chord c) = (1 − c²/4r²)^(n−1), a cap's share being c²/4r².
  std::mt19937_64 draw(4);
  std::normal_distribution<double> normal;
  std::vector<Vector3d> places;
  const int n = 20000;
  for (int i = 0; i < n; ++i)
    places.push_back(7e6 * Vector3d(normal(draw), normal(draw), normal(draw)).normalized());
  const SeparationSummary summary = summarise_separations(nearest_neighbours_m(places));
  const double median = 2.0 * 7e6 * std::sqrt(1.0 - std::pow(0.5, 1.0 / (n - 1)));
  // The share of a sample below a quantile spreads by √(pq/n), 0.35 % of n; the density at the median makes
  // that 0.5 % of it; mutual neighbours are dependent: twice that, and three deviations.
  CHECK_THAT(summary.median_m, WithinRel(median, 0.03));
  CHECK(summary.least_m <= summary.q01_m);
  CHECK(summary.q05_m <= summary.median_m);
  CHECK(summary.count == n);
  const std::vector<double> few{1.0, 2.0, 3.0, 4.0};
  const auto by_group = summarise_by_group(few, std::vector<std::uint32_t>{0, 1, 0, 1}, 2);
  CHECK(by_group[0].mean_m == 2.0);
  CHECK(by_group[1].least_m == 2.0);
}
