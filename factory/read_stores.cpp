#include <algorithm>
#include <map>
#include "factory/plant_draft.hpp"
#include "factory/read_amount.hpp"

namespace lunafab::factory {
namespace {

void read_contents(MapReader& map, const PlantDraft& draft, Store& store) {
  const Material& material = draft.plant.chemistry.materials[store.material];
  const auto amount = [&](const char* key, std::int64_t fallback) {
    const Node* node = map.optional(key);
    return node == nullptr
               ? fallback
               : read_amount(*node, map.path_of(key), material, 0, heaviest_stock_mg, draft.findings);
  };
  store.capacity = amount("capacity", unlimited);
  store.initial = amount("initial", 0);
  if (store.initial > store.capacity)
    map.fail("initial", "is more than the capacity", "an amount up to the capacity");
  if (store.initial > 0 &&
      (material.composition == Composition::mixed || draft.plant.is_satellite[store.material] != 0)) {
    map.fail("initial", "a store of satellites or of mixed material starts empty", "0");
  }
}

}  // namespace

void read_stores(MapReader& line, const std::string& line_name, PlantDraft& draft) {
  draft.lines.push_back(line_name);
  line.each_map("stores", [&](const std::string& name, MapReader& map) {
    Store store;
    store.name = line.path() + ".stores." + name;
    store.group = static_cast<std::uint32_t>(draft.lines.size() - 1);
    const std::string material = map.text("material");
    const auto found = map.resolve("material", material, "material", draft.materials);
    store.when_full = map.choice<WhenFull>(
        "when_full", {{"block", WhenFull::block}, {"dump", WhenFull::dump}, {"vent", WhenFull::vent}},
        WhenFull::block);
    if (found) {
      store.material = static_cast<std::uint32_t>(*found);
      store.counted = draft.plant.chemistry.materials[store.material].measure != Measure::bulk;
      store.satellite = draft.plant.is_satellite[store.material] != 0;
      read_contents(map, draft, store);
      if (store.when_full != WhenFull::block && store.counted) {
        map.fail("when_full", "only weighed materials are dumped or vented", "block");
      }
    } else {
      (void)map.optional("capacity");
      (void)map.optional("initial");
    }
    map.finish();
    draft.stores.push_back(line_name + "." + name);
    draft.plant.stores.push_back(std::move(store));
  });
}

std::optional<std::uint32_t> find_place(MapReader& map, const char* key, const std::string& line,
                                        const std::string& name, const PlantDraft& draft) {
  static const std::map<std::string, Place> sources{{"ground", Place::ground}, {"endless", Place::endless}};
  static const std::map<std::string, Place> sinks{
      {"dump", Place::dump}, {"vent", Place::vent}, {"shipped", Place::shipped}};
  const auto& outside = std::string_view(key) == "from" ? sources : sinks;
  if (const auto found = outside.find(name); found != outside.end()) return index(found->second);
  const std::string full = name.find('.') == std::string::npos ? line + "." + name : name;
  const auto found = std::find(draft.stores.begin(), draft.stores.end(), full);
  if (found != draft.stores.end()) return static_cast<std::uint32_t>(found - draft.stores.begin());
  std::vector<std::string> choices;
  for (const std::string& store : draft.stores)
    choices.push_back(store.starts_with(line + ".") ? store.substr(line.size() + 1) : store);
  for (const auto& place : outside) choices.push_back(place.first);
  map.fail(key, "no store '" + name + "'", "a store of the line, `line.store`, or a place outside",
           nearest_name(name, choices));
  return std::nullopt;
}

}  // namespace lunafab::factory
