#include "massdriver/read_sled.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include "core/constants.hpp"

namespace lunafab::massdriver {
namespace {

using Eigen::Vector3d;

// Bounds keep the equations of motion within a double; docs/driver.md lists them.
constexpr Range size_range{1e-3, 100.0};
constexpr Range place_range{-100.0, 100.0};
constexpr Range offset_range{-1.0, 1.0};
constexpr Range stiffness_range{0.0, 1e12, true};
constexpr Range damping_range{0.0, 1e9};
constexpr Range inertia_range{0.0, 1e10, true};
constexpr Range gap_range{0.0, 1.0, true};
constexpr Range delay_range{0.0, 100.0};
constexpr Range wave_range{0.1, 1e6};
constexpr Range scatter_m{0.0, 0.1};

constexpr double small_coil_coupling = 0.5;

/// `{fore, left, up}`, each 0 where absent.
Vector3d read_place(MapReader& map, Range range) {
  const double fore_m = map.quantity("fore", unit::length, range, 0.0);
  const double left_m = map.quantity("left", unit::length, range, 0.0);
  const double up_m = map.quantity("up", unit::length, range, 0.0);
  map.finish();
  return {fore_m, left_m, up_m};
}
Vector3d read_place(MapReader& parent, std::string_view key, Range range) {
  auto map = parent.optional_map(key);
  return map ? read_place(*map, range) : Vector3d::Zero();
}

Vector3d read_inertia(MapReader& body) {
  MapReader map = body.map("inertia");
  const double roll = map.quantity("roll", unit::moment_of_inertia, inertia_range);
  const double pitch = map.quantity("pitch", unit::moment_of_inertia, inertia_range);
  const double yaw = map.quantity("yaw", unit::moment_of_inertia, inertia_range);
  map.finish();
  // Moments of one body are sides of a triangle: none is more than the other two.
  const double largest = std::max({roll, pitch, yaw});
  if (2.0 * largest > (roll + pitch + yaw) * (1.0 + 1e-9)) {
    body.fail("inertia", "no body has a moment larger than the other two together",
              "roll, pitch and yaw of which any two make at least the third");
  }
  return {roll, pitch, yaw};
}

struct Hull {
  double inner_radius_m, outer_radius_m, length_m;
};

/// A body by its inertia, or as a cylinder.
RigidBody read_shape(MapReader& map, double mass_kg, const Hull& hull) {
  if (map.has("inertia")) {
    if (map.has("inner_radius") || map.has("outer_radius")) {
      map.fail("inertia", "is given beside the cylinder that it would follow from",
               "`inertia`, or `inner_radius` and `outer_radius`");
    }
    return {mass_kg, read_inertia(map)};
  }
  if (hull.outer_radius_m > hull.inner_radius_m && hull.length_m > 0.0 && mass_kg > 0.0)
    return cylinder(mass_kg, hull.inner_radius_m, hull.outer_radius_m, hull.length_m);
  if (map.has("inner_radius") || map.has("outer_radius")) {
    map.fail(map.has("outer_radius") ? "outer_radius" : "inner_radius",
             fmt::format("the cylinder from {:.4g} to {:.4g} m has no wall", hull.inner_radius_m,
                         hull.outer_radius_m),
             "an inner radius below the outer one");
  }
  return {mass_kg, Vector3d::Ones()};  // the geometry has its finding
}

/// The bucket: a hollow cylinder as thick as its coils and as long as their row, unless it says otherwise.
void read_bucket_body(MapReader& sled, const DriverDesign& design, SledDesign& to) {
  const BucketCoils& coils = design.bucket;
  const double half_depth_m = 0.5 * coils.winding.depth_m;
  Hull hull{coils.winding.radius_m - half_depth_m, coils.winding.radius_m + half_depth_m,
            (coils.count - 1) * coils.spacing_m + coils.winding.length_m};
  Node as_its_coils;
  as_its_coils.kind = Node::Kind::map;
  const Node* const given = sled.optional("bucket");
  MapReader map(given != nullptr ? given : &as_its_coils, sled.path_of("bucket"), sled.findings());
  hull.inner_radius_m = map.quantity("inner_radius", unit::length, {0.0, 100.0}, hull.inner_radius_m);
  hull.outer_radius_m = map.quantity("outer_radius", unit::length, size_range, hull.outer_radius_m);
  hull.length_m = map.quantity("length", unit::length, size_range, hull.length_m);
  to.bucket = read_shape(map, design.bucket_kg, hull);
  to.bucket_length_m = hull.length_m;
  map.finish();
}

void read_payload_body(MapReader& sled, const DriverDesign& design, SledDesign& to) {
  MapReader map = sled.map("payload");
  Hull hull{map.quantity("inner_radius", unit::length, {0.0, 100.0}, 0.0), 1.0, 1.0};
  const bool given = map.has("inertia");
  hull.outer_radius_m = given ? map.quantity("outer_radius", unit::length, size_range, 1.0)
                              : map.quantity("outer_radius", unit::length, size_range);
  hull.length_m = map.quantity("length", unit::length, size_range);
  to.payload = read_shape(map, design.payload_kg, hull);
  to.payload_length_m = hull.length_m;
  to.payload_position_m = read_place(map, "position", place_range);
  to.com_offset_m = read_place(map, "com_offset", offset_range);
  map.finish();
}

Guidance read_guidance(MapReader& sled) {
  MapReader map = sled.map("guidance");
  const Guidance guidance{
      .spacing_m = map.quantity("spacing", unit::length, size_range),
      .gauge_m = map.quantity("gauge", unit::length, size_range),
      .left_N_per_m = map.quantity("left", unit::stiffness, stiffness_range),
      .up_N_per_m = map.quantity("up", unit::stiffness, stiffness_range),
      .left_N_s_per_m = map.quantity("left_damping", unit::force_per_speed, damping_range),
      .up_N_s_per_m = map.quantity("up_damping", unit::force_per_speed, damping_range),
      .gap_m = map.quantity("gap", unit::length, gap_range),
      .contact_N_per_m = map.quantity("contact", unit::stiffness, stiffness_range),
      .restitution = map.quantity("restitution", unit::number, {0.0, 1.0, true}, 1.0)};
  map.finish();
  return guidance;
}

Latches read_latches(MapReader& sled) {
  MapReader map = sled.map("latches");
  Latches latches{.position_m = {},
                  .stiffness_N_per_m = map.quantity("stiffness", unit::stiffness, stiffness_range),
                  .damping_N_s_per_m = map.quantity("damping", unit::force_per_speed, damping_range)};
  const Node* const places = map.required("positions");
  std::size_t count = 0;
  map.each_map("positions", [&](const std::string&, MapReader& place) {
    const Vector3d at_m = read_place(place, place_range);
    if (count < latch_count) latches.position_m[count] = at_m;
    ++count;
  });
  if (count != latch_count && places != nullptr && places->kind == Node::Kind::map)
    map.fail("positions", fmt::format("holds {} latches", count), fmt::format("{} latches", latch_count));
  map.finish();
  return latches;
}

PushOff read_push_off(MapReader& sled) {
  auto map = sled.optional_map("push_off");
  if (!map) return {};
  const PushOff push_off{.position_m = read_place(*map, "position", place_range),
                         .energy_J = map->quantity("energy", unit::energy, {0.0, 1e9, true}),
                         .stroke_m = map->quantity("stroke", unit::length, size_range)};
  map->finish();
  return push_off;
}

/// Drift and brake are the track's and the return's own.
ReleaseSequence read_release(MapReader& sled, const DriverDesign& design) {
  MapReader map = sled.map("release");
  const ReleaseSequence release{.drift_s = design.track.drift_m / design.muzzle_speed_mps,
                                .brake_delay_s = map.quantity("brake_delay", unit::time, delay_range),
                                .brake_mps2 = design.back.brake_mps2,
                                .clear_s = map.quantity("clear", unit::time, {0.0, 100.0, true})};
  map.finish();
  return release;
}

SledDesign read_sled_block(MapReader& map, const DriverDesign& design) {
  SledDesign sled;
  read_bucket_body(map, design, sled);
  read_payload_body(map, design, sled);
  sled.coil_spacing_m = equivalent_coil_spacing_m(design.bucket);
  sled.tilt_coupling = map.quantity("tilt_coupling", unit::number, {0.0, 10.0}, small_coil_coupling);
  sled.guidance = read_guidance(map);
  sled.latches = read_latches(map);
  sled.push_off = read_push_off(map);
  sled.release = read_release(map, design);
  sled.gravity_mps2 = map.quantity("gravity", unit::acceleration, {0.0, 100.0}, lunar_gravity_mps2());
  sled.track_radius_m = map.quantity("track_radius", unit::length, {1e3, 1e9}, sled.track_radius_m);
  map.finish();
  return sled;
}

SurveySpectrum read_survey(MapReader& root, double pitch_m) {
  SurveySpectrum survey{.stage_pitch_m = pitch_m};
  auto map = root.optional_map("survey");
  if (!map) return survey;
  survey.coil_offset_m = map->quantity("coil_offset", unit::length, scatter_m, 0.0);
  if (auto line = map->optional_map("line")) {
    survey.psd_m3 = line->quantity("psd", unit::volume, {0.0, 1.0, true});
    survey.reference_wavelength_m = line->quantity("reference_wavelength", unit::length, wave_range);
    survey.exponent = line->quantity("exponent", unit::number, {0.0, 10.0});
    survey.shortest_m = line->quantity("shortest", unit::length, wave_range);
    survey.longest_m = line->quantity("longest", unit::length, wave_range);
    line->finish();
  }
  map->finish();
  return survey;
}

LaunchSpread read_spread(MapReader& root) {
  auto map = root.optional_map("spread");
  if (!map) return {};
  const LaunchSpread spread{.com_m = map->quantity("com", unit::length, scatter_m, 0.0),
                            .latch_delay_s = map->quantity("latch_delay", unit::time, {0.0, 0.1}, 0.0),
                            .push_off_rad = map->quantity("push_off", unit::angle, {0.0, 0.2}, 0.0)};
  map->finish();
  return spread;
}

}  // namespace

double equivalent_coil_spacing_m(const BucketCoils& coils) {
  const double count = coils.count;  // mean square place (n² − 1)/12 spacings², of two coils d²/4
  return coils.spacing_m * std::sqrt((count * count - 1.0) / 3.0);
}

double lunar_gravity_mps2() {
  return constants::moon_gm_m3_per_s2 / (constants::moon_radius_m * constants::moon_radius_m);
}

void read_sled(MapReader& root, DriverDesign& design) {
  auto map = root.optional_map("sled");
  design.has_sled = map.has_value();
  if (map) design.sled = read_sled_block(*map, design);
  design.survey = read_survey(root, design.track.pitch_m);
  design.spread = read_spread(root);
  if (map) return;
  for (const char* key : {"survey", "spread"}) {
    if (root.has(key)) root.fail(key, "describes errors of a sled that is not there", "`sled` beside it");
  }
}

}  // namespace lunafab::massdriver
