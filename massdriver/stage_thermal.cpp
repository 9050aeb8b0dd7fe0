#include "massdriver/stage_thermal.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "massdriver/superconductor.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double seconds_per_h = 3600.0;

void check(const CoilNode& node) {
  expects(node.heat_capacity_J_per_K > 0.0 && node.radiator_m2 > 0.0 && node.emissivity > 0.0,
          "coil node: heat capacity, radiator and emissivity must be positive");
  expects(node.heat_J >= 0.0 && std::isfinite(node.heat_J),
          "coil node: the heat must be finite and not negative");
}

/// Temperature after cooling for `span_s`. The step is 1/64 of the fastest time constant C/(4εσA T³) at hand:
/// the local error (1/64)⁵/120 is below 1e-11 of the difference.
double cool(const CoilNode& node, double temperature_K, double sky_K, double span_s) {
  const auto slope = [&](double at_K) {
    return -radiated_W(node, at_K, sky_K) / node.heat_capacity_J_per_K;
  };
  const double hottest_K = std::max(temperature_K, sky_K);
  const double conductance_W_per_K = 4.0 * radiated_W(node, hottest_K, 0.0) / hottest_K;
  const auto steps = static_cast<std::int64_t>(
      1.0 + std::floor(64.0 * span_s * conductance_W_per_K / node.heat_capacity_J_per_K));
  const double h = span_s / static_cast<double>(steps);
  for (std::int64_t i = 0; i < steps; ++i) {
    const double a = slope(temperature_K), b = slope(temperature_K + 0.5 * h * a);
    const double c = slope(temperature_K + 0.5 * h * b), d = slope(temperature_K + h * c);
    temperature_K += h / 6.0 * (a + 2.0 * b + 2.0 * c + d);
  }
  return temperature_K;
}

void sample(TemperatureCourse& course, double time_s, double temperature_K) {
  course.time_s.push_back(time_s);
  course.temperature_K.push_back(temperature_K);
  course.peak_K = std::max(course.peak_K, temperature_K);
  course.final_K = temperature_K;
}

}  // namespace

const char* name(StageClass stage) {
  switch (stage) {
    case StageClass::first:
      return "first stage";
    case StageClass::mean:
      return "mean stage";
    case StageClass::worst:
      break;
  }
  return "worst stage";
}

double outer_face_m2(const Winding& winding) {
  return 2.0 * std::numbers::pi * (winding.radius_m + 0.5 * winding.depth_m) * winding.length_m;
}

double coil_mass_kg(const DriveCoil& coil) {
  return conductor_volume_m3(coil.winding, coil.fill) * coil.conductor.density_kg_per_m3;
}

double radiating_m2(const DriveCoil& coil) {
  return coil.radiator_m2 > 0.0 ? coil.radiator_m2 : outer_face_m2(coil.winding);
}

std::array<CoilNode, stage_classes> coil_nodes(const DriverDesign& design, const LaunchSolution& launch,
                                               double coil_temperature_K) {
  const DriveCoil& coil = design.track.coil;
  const CoilNode node{.heat_capacity_J_per_K = coil_mass_kg(coil) * coil.conductor.specific_heat_J_per_kgK,
                      .radiator_m2 = radiating_m2(coil),
                      .emissivity = coil.emissivity,
                      .conductor = coil.conductor,
                      .heat_at_K = coil_temperature_K};
  std::array nodes{node, node, node};
  const std::vector<double>& heat_J = launch.stage_heat_J;
  if (heat_J.empty()) return nodes;
  nodes[0].heat_J = heat_J.front();
  nodes[1].heat_J = std::accumulate(heat_J.begin(), heat_J.end(), 0.0) / static_cast<double>(heat_J.size());
  nodes[2].heat_J = *std::max_element(heat_J.begin(), heat_J.end());
  return nodes;
}

double launch_heat_J(const CoilNode& node, double temperature_K) {
  return node.heat_J * resistivity_ohm_m(node.conductor, temperature_K) /
         resistivity_ohm_m(node.conductor, node.heat_at_K);
}

double radiated_W(const CoilNode& node, double temperature_K, double sky_K) {
  const double t2 = temperature_K * temperature_K, s2 = sky_K * sky_K;
  return node.emissivity * constants::stefan_boltzmann_W_per_m2K4 * node.radiator_m2 * (t2 - s2) * (t2 + s2);
}

// The balance is at most 0 at the sky's temperature and convex but for the flat end of the resistivity, so it
// changes sign once above; bisection halves the bracket to the last bit.
double steady_state_K(const CoilNode& node, double launches_per_h, double sky_K) {
  check(node);
  const auto balance_W = [&](double at_K) {
    return radiated_W(node, at_K, sky_K) - launches_per_h / seconds_per_h * launch_heat_J(node, at_K);
  };
  double low = sky_K, high = std::max(2.0 * sky_K, 1.0);
  while (balance_W(high) < 0.0) high *= 2.0;
  for (int i = 0; i < 80; ++i) {
    const double middle = 0.5 * (low + high);
    (balance_W(middle) < 0.0 ? low : high) = middle;
  }
  return high;
}

double passive_launches_per_h(const CoilNode& node, double limit_K, double sky_K) {
  check(node);
  if (limit_K <= sky_K) return 0.0;
  return seconds_per_h * radiated_W(node, limit_K, sky_K) / launch_heat_J(node, limit_K);
}

TemperatureCourse simulate_coil(const CoilNode& node, double start_K, std::span<const CadencePhase> phases) {
  check(node);
  TemperatureCourse course{.final_K = start_K, .peak_K = start_K};
  double temperature_K = start_K, began_s = 0.0;
  for (const CadencePhase& phase : phases) {
    expects(phase.duration_s >= 0.0 && phase.launches_per_h >= 0.0 && std::isfinite(phase.duration_s) &&
                std::isfinite(phase.launches_per_h),
            "cadence phase: duration and cadence must be finite and not negative");
    const double intended = phase.duration_s * phase.launches_per_h / seconds_per_h;
    const auto launches = static_cast<std::int64_t>(std::floor(intended * (1.0 + 1e-12)));
    const double interval_s = launches > 0 ? seconds_per_h / phase.launches_per_h : 0.0;
    for (std::int64_t i = 0; i < launches; ++i) {
      const double heat_J = launch_heat_J(node, temperature_K);
      temperature_K += heat_J / node.heat_capacity_J_per_K;
      course.heat_in_J += heat_J;
      sample(course, began_s + static_cast<double>(i) * interval_s, temperature_K);
      temperature_K = cool(node, temperature_K, phase.sky_K, interval_s);
    }
    const double rest_s = phase.duration_s - static_cast<double>(launches) * interval_s;
    if (rest_s > 0.0) temperature_K = cool(node, temperature_K, phase.sky_K, rest_s);
    began_s += phase.duration_s;
    course.launches += launches;
    sample(course, began_s, temperature_K);
  }
  course.radiated_J = course.heat_in_J - node.heat_capacity_J_per_K * (course.final_K - start_K);
  return course;
}

TemperatureCourse simulate_bucket(const BucketNode& node, double cycle_s, std::int64_t launches) {
  expects(node.heat_capacity_J_per_K > 0.0 && cycle_s > 0.0,
          "bucket node: heat capacity and cycle must be positive");
  TemperatureCourse course{.final_K = node.base_K, .peak_K = node.base_K};
  const double lifted_K = (node.cooler_W - node.leak_W) * cycle_s / node.heat_capacity_J_per_K;
  double temperature_K = node.base_K;
  for (std::int64_t i = 0; i < launches; ++i) {
    temperature_K += node.heat_J / node.heat_capacity_J_per_K;
    course.heat_in_J += node.heat_J;
    sample(course, static_cast<double>(i) * cycle_s, temperature_K);
    temperature_K = std::max(node.base_K, temperature_K - lifted_K);
  }
  course.final_K = temperature_K;
  course.launches = launches;
  course.radiated_J = course.heat_in_J - node.heat_capacity_J_per_K * (temperature_K - node.base_K);
  return course;
}

double shortest_cycle_s(const BucketNode& node) {
  const double net_W = node.cooler_W - node.leak_W;
  if (node.heat_J <= 0.0) return 0.0;
  return net_W > 0.0 ? node.heat_J / net_W : std::numeric_limits<double>::infinity();
}

}  // namespace lunafab::massdriver
