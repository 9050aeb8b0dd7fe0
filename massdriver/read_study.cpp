#include "massdriver/read_study.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <utility>
#include "massdriver/design_search.hpp"
#include "massdriver/read_design.hpp"

namespace lunafab::massdriver {
namespace {

constexpr Range share{0.0, 1.0, true};
constexpr Range ratio{0.0, 10.0, true};

/// One key that the search finds, its dotted path in a driver file, and its value.
struct Sized {
  std::string path, value;
};

std::string with_unit(double value, const char* unit) {
  return fmt::format("{:.9g}{}{}", value, *unit == '\0' ? "" : " ", unit);
}

std::vector<Sized> sized_values(const DriverDesign& d) {
  std::vector<Sized> all{{"payload", with_unit(d.payload_kg, "kg")},
                         {"muzzle_speed", with_unit(d.muzzle_speed_mps, "m/s")},
                         {"bus", with_unit(d.bus_W, "W")},
                         {"bucket.mass", with_unit(d.bucket_kg, "kg")},
                         {"bucket.coils.current", with_unit(d.bucket.current_A, "A")},
                         {"track.stages", fmt::format("{}", d.track.stages)},
                         {"track.pitch", with_unit(d.track.pitch_m, "m")},
                         {"track.half_wave", with_unit(d.track.half_wave_m, "m")},
                         {"track.coil.radiator.area", with_unit(d.track.coil.radiator_m2, "m2")},
                         {"store.capacity", with_unit(d.store.capacity_J, "J")},
                         {"firing.advance", with_unit(d.firing.advance, "")},
                         {"firing.energy", with_unit(d.firing.energy, "")},
                         {"limits.acceleration", with_unit(d.limits.acceleration_mps2, "m/s2")},
                         {"limits.quench_margin", with_unit(d.limits.quench_margin, "")}};
  if (d.bucket.count > 1) all.push_back({"bucket.coils.spacing", with_unit(d.bucket.spacing_m, "m")});
  const auto winding = [&all](const std::string& path, const Winding& w) {
    all.push_back({path + ".radius", with_unit(w.radius_m, "m")});
    all.push_back({path + ".length", with_unit(w.length_m, "m")});
    all.push_back({path + ".depth", with_unit(w.depth_m, "m")});
  };
  winding("bucket.coils", d.bucket.winding);
  winding("track.coil", d.track.coil.winding);
  return all;
}

/// Sets the scalar at a dotted path; maps on the way are made where missing. False where the path leads
/// through something that is not a map: reading will say so.
bool put(Node& root, const std::string& path, const std::string& value) {
  Node* at = &root;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    if (at->kind != Node::Kind::map) return false;
    const std::string key = path.substr(begin, dot - begin);
    auto entry = at->entries.begin();
    while (entry != at->entries.end() && entry->key != key) ++entry;
    if (entry == at->entries.end()) {
      Node child{.kind = Node::Kind::map, .mark = at->mark};
      at->entries.push_back({.key = key, .key_mark = at->mark, .value = std::move(child)});
      entry = at->entries.end() - 1;
    }
    at = &entry->value;
    begin = dot + 1;
  }
  at->kind = Node::Kind::scalar;
  at->scalar = value;
  return true;
}

const Node* find_path(const Node& root, const std::string& path) {
  const Node* at = &root;
  for (std::size_t begin = 0; at != nullptr && begin <= path.size();) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    at = at->kind == Node::Kind::map ? at->find(path.substr(begin, dot - begin)) : nullptr;
    begin = dot + 1;
  }
  return at;
}

/// Harmless values at the keys that the search finds, so that the driver's own reader can read the rest.
DriverDesign stand_in(int count) {
  DriverDesign d;
  d.payload_kg = d.bucket_kg = d.bus_W = d.muzzle_speed_mps = 1e3;
  d.bucket.winding = d.track.coil.winding = {1.0, 0.1, 0.1};
  d.bucket.count = count;
  d.bucket.spacing_m = d.bucket.current_A = d.store.capacity_J = 1.0;
  d.track.stages = 1;
  d.track.pitch_m = d.track.half_wave_m = d.firing.energy = 1.0;
  d.limits.acceleration_mps2 = 1.0;
  return d;
}

DriverDesign read_technology(MapReader& root, Node& kept) {
  const Node* node = root.required("technology");
  if (node == nullptr) return {};
  kept = *node;
  const Node* count = find_path(*node, "bucket.coils.count");
  const bool single = count == nullptr || count->scalar == "1";
  const DriverDesign sized = stand_in(single ? 1 : 2);
  for (const Sized& value : sized_values(sized)) {
    const Node* given = find_path(*node, value.path);
    if (given == nullptr) continue;
    root.findings().add({.mark = given->mark,
                         .path = "technology." + value.path,
                         .problem = "is what the study finds",
                         .allowed = "nothing here; see `requirements` and `rules`"});
  }
  const Node body = driver_body(*node, sized);
  MapReader map(&body, "technology", root.findings());
  DriverDesign design = read_design(map);
  map.finish();
  if (design.bucket.count > 2)
    map.fail("bucket.coils.count", "studies size one or two bucket coils", "1 or 2");
  if (design.firing.trigger != Trigger::velocity_feedback)
    map.fail("firing.trigger", "studies tune machines with feedback", "velocity_feedback");
  return design;
}

Requirements read_needs(MapReader& root) {
  MapReader map = root.map("requirements");
  Requirements needs{.payload_kg = map.quantity("payload", unit::mass, {1e-3, 1e7}),
                     .muzzle_mps = map.quantity("muzzle_speed", unit::speed, {1.0, 2e4}),
                     .mean_mps2 = map.quantity("mean_acceleration", unit::acceleration, {0.0, 1e7, true}),
                     .peak_mps2 = map.quantity("peak_acceleration", unit::acceleration, {0.0, 1e7, true}),
                     .longest_m = map.quantity("longest", unit::length, {1.0, 1e6}, 1e5),
                     .quench_margin = map.quantity("quench_margin", unit::number, {0.0, 0.99}, 0.0),
                     .bucket_share = map.quantity("bucket_share", unit::number, ratio, 0.5)};
  needs.bus_W = map.quantity("bus", unit::power, {1.0, 1e15}, 0.0);
  needs.rate_per_h = map.quantity("launches_per_hour", unit::number, {0.0, 1e4, true}, 0.0);
  if (map.has("bus") == map.has("launches_per_hour"))
    map.fail("bus", "power and launches per hour follow from each other",
             "one of `bus` and `launches_per_hour`");
  map.finish();
  return needs;
}

PayloadEnvelope read_envelope(MapReader& root) {
  MapReader map = root.map("envelope");
  const PayloadEnvelope envelope{.density_kg_per_m3 = map.quantity("density", unit::density, {1.0, 3e4}),
                                 .slenderness = map.quantity("slenderness", unit::number, {0.05, 50.0}),
                                 .wall = map.quantity("wall", unit::number, {0.0, 10.0})};
  map.finish();
  return envelope;
}

Proportions read_rules(MapReader& root) {
  MapReader map = root.map("rules");
  Proportions rules{
      .gap = map.quantity("gap", unit::number, {0.0, 0.8}),
      .drive_length = map.quantity("drive_length", unit::number, ratio),
      .drive_depth = map.quantity("drive_depth", unit::number, share),
      .bucket_aspect = map.quantity("bucket_aspect", unit::number, {0.05, 50.0}),
      .current_density_A_per_m2 = map.quantity("current_density", unit::current_density, {1e5, 1e11}),
      .half_wave = map.quantity("half_wave", unit::number, ratio),
      .pitch = map.quantity("pitch", unit::number, ratio),
      .spacing_pitches = map.quantity("spacing", unit::number, {0.0, 15.0, true}, 4.5),
      .bank_reserve = map.quantity("bank_reserve", unit::number, {1.03, 3.0}, 1.3),
      .advance_reserve = map.quantity("advance_reserve", unit::number, {0.0, 0.15}, 0.02)};
  if (auto bore = map.optional_map("bore")) {
    rules.bore_from = bore->quantity("from", unit::number, {1.0, 10.0});
    rules.bore_to = bore->quantity("to", unit::number, {1.0, 10.0});
    if (rules.bore_to < rules.bore_from) bore->fail("to", "is below `from`", "at least `from`");
    bore->finish();
  }
  if (rules.gap + 0.5 * rules.drive_depth >= 0.9)
    map.fail("gap", "leaves no room for the bucket within the bore",
             "less than 0.9 with half the drive depth");
  if (rules.drive_length > rules.pitch * rules.half_wave)
    map.fail("drive_length", "is longer than the pitch", "at most pitch · half_wave");
  map.finish();
  return rules;
}

void read_pareto(MapReader& root, DriverStudy& study) {
  auto map = root.optional_map("pareto");
  if (!map) return;
  study.pareto_from_kg = map->quantity("from", unit::mass, {1e-3, 1e7});
  study.pareto_to_kg = map->quantity("to", unit::mass, {1e-3, 1e7});
  study.pareto_points = static_cast<int>(map->count("points", 1, 100));
  if (study.pareto_to_kg < study.pareto_from_kg) map->fail("to", "is below `from`", "at least `from`");
  map->finish();
}

}  // namespace

Node driver_body(const Node& technology, const DriverDesign& design) {
  Node body = technology;
  for (const Sized& value : sized_values(design)) put(body, value.path, value.value);
  return body;
}

std::string driver_yaml(const DriverStudy& study, const DriverDesign& design) {
  Node body = driver_body(study.technology_node, design);
  put(body, "return.buckets", fmt::format("{}", design.back.buckets));
  put(body, "title", study.title);
  put(body, "lunafab", "driver/1");
  // The format and title lead.
  std::rotate(body.entries.begin(), body.entries.end() - 1, body.entries.end());
  return dump(body);
}

DriverStudy read_study_document(const Node& document) {
  Findings findings;
  MapReader root(&document, "", findings);
  const std::string format = root.text("lunafab");
  if (format != "driver-study/1")
    root.fail("lunafab", "'" + format + "' is not a driver study that this program reads", "driver-study/1",
              nearest_name(format, {"driver-study/1"}));
  DriverStudy study;
  study.title = root.text("title", "untitled");
  study.needs = read_needs(root);
  study.envelope = read_envelope(root);
  study.rules = read_rules(root);
  study.technology = read_technology(root, study.technology_node);
  read_pareto(root, study);
  if (findings.empty() && study.technology.injection.speed_mps >= study.needs.muzzle_mps)
    root.fail("technology.injection.speed", "is not below the muzzle speed", "less than `muzzle_speed`");
  root.finish();
  findings.throw_if_any();
  return study;
}

DriverStudy load_study(const std::string& path, const std::vector<std::string>& settings) {
  Node document = load_document(path);
  Findings findings;
  for (const std::string& setting : settings) apply_setting(document, setting, findings);
  findings.throw_if_any();
  return read_study_document(document);
}

}  // namespace lunafab::massdriver
