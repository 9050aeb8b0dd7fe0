#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include "factory/plant_draft.hpp"

namespace lunafab::factory {
namespace {

/// A material's place as written under `from` or `to`.
struct NamedPlace {
  std::string material, place;
  bool used = false;
};

std::vector<NamedPlace> named_places(MapReader& map, const char* key) {
  std::vector<NamedPlace> named;
  for (auto& [material, place] : map.texts(key)) named.push_back({std::move(material), std::move(place)});
  return named;
}

void check_outside(MapReader& map, const char* key, std::uint32_t place, const Material& material,
                   bool satellite) {
  const bool input = std::string_view(key) == "from";
  if (input && place == index(Place::ground) && !material.found_in_ground) {
    map.fail(key, "'" + material.name + "' is not found in the ground",
             "a store, or `found: ground` in the material");
  }
  if (input && place == index(Place::endless) && material.measure != Measure::abstract)
    map.fail(key, "'" + material.name + "' has mass and cannot come from nowhere", "a store");
  if (!input && satellite) map.fail(key, "satellites go to a store", "a store");
  if (!input && material.measure != Measure::bulk && place == index(Place::vent))
    map.fail(key, "pieces cannot be vented", "a store, dump, shipped");
}

void check_place(MapReader& map, const char* key, std::uint32_t place, std::uint32_t material_index,
                 const PlantDraft& draft) {
  const Material& material = draft.plant.chemistry.materials[material_index];
  if (!is_store(place))
    return check_outside(map, key, place, material, draft.plant.is_satellite[material_index] != 0);
  if (draft.plant.stores[place].material == material_index) return;
  map.fail(key,
           fmt::format("'{}' holds '{}', not '{}'", draft.plant.stores[place].name,
                       draft.plant.material_of(place).name, material.name),
           "a store of the material");
}

/// Place of a recipe's leg: the one named under `from`/`to`, or the only store of that material in the line.
std::uint32_t place_of(MapReader& map, const char* key, const std::string& line, const RecipeLeg& leg,
                       std::vector<NamedPlace>& named, const PlantDraft& draft) {
  const Material& material = draft.plant.chemistry.materials[leg.material];
  for (NamedPlace& candidate : named) {
    if (candidate.material != material.name) continue;
    candidate.used = true;
    const auto place = find_place(map, key, line, candidate.place, draft);
    if (place) check_place(map, key, *place, leg.material, draft);
    return place.value_or(index(Place::dump));
  }
  std::vector<std::uint32_t> candidates;
  for (std::uint32_t s = 0; s < draft.plant.stores.size(); ++s) {
    const Store& store = draft.plant.stores[s];
    if (store.group == line_index(draft, line) && store.material == leg.material) candidates.push_back(s);
  }
  if (candidates.size() == 1) return candidates.front();
  map.fail(key, fmt::format("the line has {} stores of '{}'", candidates.size(), material.name),
           fmt::format("`{}: {{{}: STORE}}`", key, material.name));
  return index(Place::dump);
}

std::int64_t satellites_in(const std::vector<Leg>& legs, const PlantDraft& draft) {
  std::int64_t count = 0;
  for (const Leg& leg : legs) count += draft.plant.is_satellite[leg.material] != 0 ? leg.amount : 0;
  return count;
}

/// What follows from the legs: the mass of its scrap, and what it does to satellites.
void finish_operation(MapReader& map, const PlantDraft& draft, Operation& op) {
  for (const Leg& leg : op.put)
    op.scrap_mg += mass_mg(draft.plant.chemistry.materials[leg.material], leg.amount);
  const std::int64_t in = satellites_in(op.take, draft), out = satellites_in(op.put, draft);
  op.makes_satellite = static_cast<std::uint8_t>(out > 0 && in == 0);
  if (in > out || out > 1) {
    map.fail(map.has("mix") ? "mix" : "recipe",
             fmt::format("takes {} satellites and puts {}: each is followed by its number", in, out),
             "one satellite that comes out, at most one that goes in");
  }
  std::stable_sort(op.put.begin(), op.put.end(),
                   [&](const Leg& a, const Leg& b) {  // the satellite is the first output
                     return draft.plant.is_satellite[a.material] > draft.plant.is_satellite[b.material];
                   });
}

std::uint32_t abstract_material(const Chemistry& chemistry) {
  for (std::uint32_t m = 0; m < chemistry.materials.size(); ++m) {
    if (chemistry.materials[m].measure == Measure::abstract) return m;
  }
  return 0;
}

void check_pass_through(MapReader& map, std::optional<std::uint32_t> source,
                        std::optional<std::uint32_t> sink, std::uint32_t material, const PlantDraft& draft) {
  const auto& stores = draft.plant.stores;
  if (source && sink && is_store(*source) && is_store(*sink) &&
      stores[*source].material != stores[*sink].material) {
    map.fail("to",
             "holds another material than `from`, and the station has no recipe to turn one into the other",
             "a store of the same material");
  }
  if (draft.plant.chemistry.materials[material].measure == Measure::bulk)
    return map.fail("from", "a station without recipe passes counted pieces", "a recipe");
  if (source && *source == index(Place::ground))
    return map.fail("from", "pieces are not found in the ground", "a store, endless");
  if (source) check_place(map, "from", *source, material, draft);
  if (sink && !is_store(*sink)) check_place(map, "to", *sink, material, draft);
}

Operation read_pass_through(MapReader& map, const std::string& line, const PlantDraft& draft) {
  const auto source = find_place(map, "from", line, map.text("from", "endless"), draft);
  const auto sink = find_place(map, "to", line, map.text("to", "shipped"), draft);
  std::uint32_t material = abstract_material(draft.plant.chemistry);
  if (source && is_store(*source)) {
    material = draft.plant.stores[*source].material;
  } else if (sink && is_store(*sink)) {
    material = draft.plant.stores[*sink].material;
  }
  check_pass_through(map, source, sink, material, draft);
  Operation op;
  op.take.push_back({source.value_or(index(Place::endless)), material, 1});
  op.put.push_back({sink.value_or(index(Place::shipped)), material, 1});
  finish_operation(map, draft, op);
  return op;
}

/// Recipes with their shares, which sum to 1.
std::vector<std::pair<std::string, double>> read_shares(MapReader& map) {
  if (!map.has("mix")) return {{map.text("recipe"), 1.0}};
  auto shares = map.quantities("mix", unit::number, {0.0, 1.0, true});
  double sum = 0.0;
  for (const auto& share : shares) sum += share.second;
  if (std::abs(sum - 1.0) > 1e-6 * (1.0 + 1e-6))
    map.fail("mix", fmt::format("the shares sum to {:.6g}", sum), "shares that sum to 1");
  return shares;
}

void report_unused(MapReader& map, const char* key, const std::vector<NamedPlace>& named) {
  for (const NamedPlace& place : named) {
    if (place.used) continue;
    map.fail(key, "no recipe of the station has a leg of '" + place.material + "' here",
             "materials of its recipes");
  }
}

}  // namespace

std::vector<Operation> read_operations(MapReader& map, const std::string& line, const PlantDraft& draft) {
  if (!map.has("mix") && !map.has("recipe")) return {read_pass_through(map, line, draft)};
  if (map.has("mix") && map.has("recipe")) {
    map.fail("mix", "a station has a recipe or a mix, not both", "one of them");
    (void)map.optional("recipe");
  }
  auto from = named_places(map, "from"), to = named_places(map, "to");
  std::vector<Operation> mix;
  bool all_found = true;
  for (const auto& [name, share] : read_shares(map)) {
    const auto found = map.resolve(map.has("mix") ? "mix" : "recipe", name, "recipe", draft.recipes);
    all_found = all_found && found;
    if (!found) continue;
    Operation op;
    op.recipe = static_cast<std::uint32_t>(*found);
    op.weight = std::llround(share * 1e6);
    const Recipe& recipe = draft.plant.chemistry.recipes[*found];
    for (const RecipeLeg& leg : recipe.inputs)
      op.take.push_back({place_of(map, "from", line, leg, from, draft), leg.material, leg.amount});
    for (const RecipeLeg& leg : recipe.outputs)
      op.put.push_back({place_of(map, "to", line, leg, to, draft), leg.material, leg.amount});
    finish_operation(map, draft, op);
    mix.push_back(std::move(op));
  }
  if (all_found) report_unused(map, "from", from), report_unused(map, "to", to);
  if (mix.empty()) mix.emplace_back();
  return mix;
}

}  // namespace lunafab::factory
