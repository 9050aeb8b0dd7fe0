#include <algorithm>
#include <map>
#include "core/random.hpp"
#include "core/read_distribution.hpp"
#include "factory/plant_draft.hpp"

// Products with their routes, and when lots are let in.
namespace lunafab::factory {
namespace {

/// What a line's products name: its stations that serve lots, by their short names.
struct ToolNames {
  std::vector<std::string> names;
  std::vector<std::uint32_t> stations;
};

ToolNames tools_of(const std::string& prefix, const PlantDraft& draft) {
  ToolNames tools;
  for (std::uint32_t s = 0; s < draft.plant.stations.size(); ++s) {
    const Station& station = draft.plant.stations[s];
    if (!station.serves_lots || !station.name.starts_with(prefix)) continue;
    tools.names.push_back(station.name.substr(prefix.size()));
    tools.stations.push_back(s);
  }
  return tools;
}

std::uint32_t read_step_name(MapReader& map, const char* key, const std::vector<std::string>& steps) {
  if (!map.has(key)) return no_step;
  const auto found = map.resolve(key, map.text(key), "step of the route", steps);
  return found ? static_cast<std::uint32_t>(*found) : no_step;
}

std::vector<StepLeg> read_parts(MapReader& map, const char* key, const std::string& line,
                                const PlantDraft& draft) {
  std::vector<StepLeg> legs;
  const bool takes = std::string_view(key) == "take";
  for (const auto& [name, amount] : map.quantities(key, unit::number, {1.0, 1e9})) {
    const auto place = find_place(map, takes ? "from" : "to", line, name, draft);
    if (!place) continue;
    if (!is_store(*place) || draft.plant.material_of(*place).measure != Measure::abstract) {
      map.fail(key, "lots take and give abstract parts only: '" + name + "' is none",
               "a store of a material with `piece: abstract`");
      continue;
    }
    legs.push_back({*place, static_cast<std::int64_t>(amount)});
  }
  return legs;
}

void read_quality(MapReader& map, const std::vector<std::string>& steps, Step& step) {
  step.sampled = map.quantity("sampled", unit::number, fraction, 1.0);
  step.good = map.quantity("yield", unit::number, fraction, 1.0);
  auto rework = map.optional_map("rework");
  if (!rework) return;
  rework->text("to");
  step.rework_to = read_step_name(*rework, "to", steps);
  step.rework_limit = static_cast<std::uint16_t>(rework->count("limit", 1, 1000));
  rework->finish();
}

void read_limits(MapReader& map, const std::vector<std::string>& steps, Step& step) {
  map.each_map("queue_limits", [&](const std::string& at, MapReader& section) {
    QueueTimeLimit limit;
    const auto found = map.resolve("queue_limits", at, "step of the route", steps);
    limit.at = found ? static_cast<std::uint32_t>(*found) : 0;
    limit.limit = ticks_from_seconds(section.quantity("within", unit::time, {0.0, 1e9}));
    using Broken = QueueTimeLimit::Broken;
    limit.broken = section.choice<Broken>(
        "broken", {{"note", Broken::note}, {"scrap", Broken::scrap}, {"rework", Broken::rework}},
        Broken::note);
    if (limit.broken == Broken::rework) {
      section.text("to");
      limit.rework_to = read_step_name(section, "to", steps);
    }
    section.finish();
    step.limits.push_back(limit);
  });
}

/// Families by name, own to each station.
using Families = std::map<std::pair<std::uint32_t, std::string>, std::uint32_t>;

Step read_step(const std::string& name, MapReader& map, const std::string& line,
               const std::vector<std::string>& steps, const ToolNames& tools, const std::string& product,
               PlantDraft& draft, Families& families) {
  Step step;
  step.name = map.path();
  step.entity = entity_key(step.name);
  const auto tool = map.resolve("station", map.text("station"),
                                "station without recipe, `from` and `to` in the line", tools.names);
  step.station = tool ? tools.stations[*tool] : tools.stations.empty() ? 0 : tools.stations.front();
  Station& station = draft.plant.stations[step.station];
  step.time = read_distribution(map, "time");
  step.per = map.choice<TimePer>(
      "per", {{"lot", TimePer::lot}, {"piece", TimePer::piece}, {"batch", TimePer::batch}},
      map.has("batch") ? TimePer::batch : TimePer::lot);
  if (station.rules.setups != no_matrix)
    step.setup = read_state(map, "setup", draft.plant.setups[station.rules.setups].states);
  if (auto section = map.optional_map("batch")) {
    // `with`: lots of one name are worked on together; by default those of the same product at the same step
    const std::string family = section->text("with", product + "." + name);
    step.family =
        families.emplace(std::pair{step.station, family}, static_cast<std::uint32_t>(families.size()))
            .first->second;
  }
  step.batch = read_batch(map);
  if (step.batch.most == 1) {
    step.family =
        families.emplace(std::pair{step.station, step.name}, static_cast<std::uint32_t>(families.size()))
            .first->second;
  }
  read_quality(map, steps, step);
  step.same_tool_as = read_step_name(map, "same_tool_as", steps);
  read_limits(map, steps, step);
  step.move = read_distribution(map, "move", {.kind = Distribution::Kind::constant});
  step.take = read_parts(map, "take", line, draft);
  step.put = read_parts(map, "put", line, draft);
  step.crew = map.has("crew") ? read_needs(map, "crew", draft) : station.rules.crew;
  map.finish();
  station.batches = station.batches || step.batch.most > 1;
  return step;
}

void check_step(MapReader& map, const Product& product, std::size_t at, const PlantDraft& draft) {
  const Step& step = product.steps[at];
  const auto fail = [&](const char* problem, const char* allowed) {
    map.findings().add({map.mark(), step.name, problem, allowed, ""});
  };
  if (step.same_tool_as != no_step) {
    if (step.same_tool_as >= at)
      return fail("`same_tool_as` names a step that comes later", "an earlier step");
    if (product.steps[step.same_tool_as].station != step.station)
      fail("`same_tool_as` names a step of another station", "a step of the same station");
  }
  for (const QueueTimeLimit& limit : step.limits) {
    if (limit.at <= at) fail("a queue-time limit ends at a step that comes no later", "a later step");
  }
  if (step.batch.most > 1 && !step.take.empty())
    fail("takes parts and is batched: who gets the parts is not settled", "`take` or `batch`");
  const Station& station = draft.plant.stations[step.station];
  if (station.queue != unlimited && step.batch.most > 1 && station.queue < step.batch.least)
    fail("the station's queue is shorter than the least batch", "a `queue` of at least `least`");
}

void finish_product(Product& product, const PlantDraft& draft) {
  product.work_left_s.assign(product.steps.size() + 1, 0.0);
  for (std::size_t i = product.steps.size(); i-- > 0;) {
    Step& step = product.steps[i];
    if (step.same_tool_as != no_step) product.steps[step.same_tool_as].remembered = true;
    const double pieces = step.per == TimePer::piece ? static_cast<double>(product.lot_size) : 1.0;
    const double span_s = mean(step.time) * pieces / draft.plant.stations[step.station].speed * step.sampled;
    product.work_left_s[i] = product.work_left_s[i + 1] + span_s;
  }
  product.raw_time_s = product.work_left_s.front();
}

void read_product(const std::string& name, MapReader& map, const std::string& line_name,
                  const ToolNames& tools, PlantDraft& draft, Families& families) {
  Product product;
  product.name = map.path();
  product.group = line_index(draft, line_name);
  product.lot_size = map.count("lot_size", 1, 1'000'000, 1);
  std::vector<std::string> steps;
  for (const auto& [step, node] : map.nodes("route")) steps.push_back(step);
  if (steps.empty()) map.fail("route", "has no steps", "{step: {station: …, time: …}, …}");
  map.each_map("route", [&](const std::string& step_name, MapReader& step) {
    product.steps.push_back(read_step(step_name, step, line_name, steps, tools, name, draft, families));
  });
  for (std::size_t i = 0; i < product.steps.size(); ++i) check_step(map, product, i, draft);
  map.finish();
  finish_product(product, draft);
  draft.plant.products.push_back(std::move(product));
}

void read_schedule(MapReader& map, Release& release) {
  const Node* node = map.optional("at");
  if (node == nullptr) return;
  if (node->kind != Node::Kind::sequence) return map.fail("at", "is not a list", "[0 h, 12 h, …]");
  for (const Node& item : node->items) {
    const Tick at = Tick{} + ticks_from_seconds(read_quantity_node(item, map.path_of("at"), unit::time,
                                                                   {0.0, longest_run_s}, map.findings()));
    if (!release.schedule.empty() && at < release.schedule.back())
      map.findings().add({item.mark, map.path_of("at"), "dates do not ascend", "ascending dates", ""});
    release.schedule.push_back(at);
  }
}

void read_release(MapReader& map, const std::string& prefix, const std::vector<std::string>& limits,
                  std::size_t first_limit, PlantDraft& draft) {
  Release release;
  release.name = map.path();
  release.entity = entity_key(release.name);
  std::vector<std::string> products;
  std::vector<std::uint32_t> indices;
  for (std::uint32_t i = 0; i < draft.plant.products.size(); ++i) {
    if (!draft.plant.products[i].name.starts_with(prefix)) continue;
    products.push_back(draft.plant.products[i].name.substr(prefix.size()));
    indices.push_back(i);
  }
  const auto product = map.resolve("product", map.text("product"), "product of the line", products);
  if (product) release.product = indices[*product];
  release.lots = map.count("lots", 1, 1'000'000, 1);
  release.count = map.count("count", 1, std::int64_t{1} << 40, std::int64_t{1} << 40);
  release.priority = static_cast<std::int32_t>(map.count("priority", 0, 1000, 5));
  if (map.has("due")) release.allowance = ticks_from_seconds(map.quantity("due", unit::time, {0.0, 1e10}));
  release.first = Tick{} + ticks_from_seconds(map.quantity("first", unit::time, {0.0, longest_run_s}, 0.0));
  read_schedule(map, release);
  release.timed = map.has("every") || !release.schedule.empty();
  release.interval = read_distribution(map, "every", {.kind = Distribution::Kind::constant});
  if (map.has("every") && mean(release.interval) < 1e-6) map.fail("every", "is zero", "a positive time");
  if (map.has("every") && map.has("at"))
    map.fail("at", "a release has an interval or a schedule, not both", "one of them");
  if (map.has("limit")) {
    const auto limit = map.resolve("limit", map.text("limit"), "limit of the line", limits);
    if (limit) release.limit = static_cast<std::uint32_t>(first_limit + *limit);
  }
  if (!release.timed && !map.has("limit"))
    map.fail("every", "nothing says when lots are let in", "`every`, `at`, or `limit`");
  map.finish();
  draft.plant.releases.push_back(std::move(release));
}

}  // namespace

void read_products(MapReader& line, const std::string& line_name, PlantDraft& draft) {
  if (!line.has("products")) return;
  const ToolNames tools = tools_of(line.path() + ".stations.", draft);
  Families families;
  line.each_map("products", [&](const std::string& name, MapReader& map) {
    read_product(name, map, line_name, tools, draft, families);
  });
  std::vector<std::string> limits;
  const std::size_t first_limit = draft.plant.limits.size();
  line.each_map("limits", [&](const std::string& name, MapReader& map) {
    ReleaseLimit limit;
    limit.name = map.path();
    limit.group = line_index(draft, line_name);
    if (map.has("drum")) {
      const auto drum = map.resolve("drum", map.text("drum"), "station of the line", tools.names);
      if (drum) limit.drum = tools.stations[*drum];
    }
    if (map.has("work")) {
      limit.drum_work = ticks_from_seconds(map.quantity("work", unit::time, {1e-6, 1e9}));
      if (limit.drum == no_drum) map.fail("work", "is the work of a drum", "`drum: STATION`");
    } else {
      limit.lots = map.count("lots", 1, 1'000'000'000);
    }
    map.finish();
    limits.push_back(name);
    draft.plant.limits.push_back(std::move(limit));
  });
  line.each_map("releases", [&](const std::string&, MapReader& map) {
    read_release(map, line.path() + ".products.", limits, first_limit, draft);
  });
}

}  // namespace lunafab::factory
