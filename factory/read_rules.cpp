#include <algorithm>
#include "core/random.hpp"
#include "core/read_distribution.hpp"
#include "factory/plant_draft.hpp"

// Working hours, resources, set-ups; and what stations say about them.
namespace lunafab::factory {
namespace {

constexpr double longest_period_s = 1e9;

void read_stretches(MapReader& map, const char* key, WorkCalendar& calendar) {
  const Node* node = map.required(key);
  if (node == nullptr) return;
  const std::string path = map.path_of(key);
  if (node->kind != Node::Kind::sequence) return map.fail(key, "is not a list", "[[from, to], …]");
  for (const Node& item : node->items) {
    if (item.kind != Node::Kind::sequence || item.items.size() != 2) {
      map.findings().add({item.mark, path, "is not a pair", "[from, to]", ""});
      continue;
    }
    const auto edge = [&](const Node& time) {
      return Tick{} + ticks_from_seconds(
                          read_quantity_node(time, path, unit::time, {0.0, longest_run_s}, map.findings()));
    };
    const WorkCalendar::Stretch stretch{edge(item.items[0]), edge(item.items[1])};
    const bool after = calendar.on.empty() || calendar.on.back().to <= stretch.from;
    const bool inside = calendar.period.us == 0 || stretch.to <= Tick{} + calendar.period;
    if (stretch.from >= stretch.to || !after || !inside) {
      map.findings().add({item.mark, path, "stretches neither ascend nor stay apart within the period",
                          "[from, to] with from < to, in order", ""});
    }
    calendar.on.push_back(stretch);
  }
}

template <class Named>
std::vector<std::string> names_of(const std::vector<Named>& things) {
  std::vector<std::string> names;
  for (const Named& thing : things) names.push_back(thing.name);
  return names;
}

std::uint32_t skill_index(PlantDraft& draft, const std::string& name) {
  auto& skills = draft.plant.skills;
  const auto found = std::find(skills.begin(), skills.end(), name);
  if (found != skills.end()) return static_cast<std::uint32_t>(found - skills.begin());
  skills.push_back(name);
  return static_cast<std::uint32_t>(skills.size() - 1);
}

void read_resource(const std::string& name, MapReader& map, PlantDraft& draft) {
  Resource resource;
  resource.name = map.path();
  resource.entity = entity_key(resource.name);
  resource.count = static_cast<std::int32_t>(map.count("count", 1, 100'000, 1));
  std::vector<std::string> skills = map.words("skills");
  if (skills.empty()) skills.push_back(name);
  for (const std::string& skill : skills) resource.skills.push_back(skill_index(draft, skill));
  resource.calendar = read_calendar_name(map, "calendar", draft);
  resource.travel = ticks_from_seconds(map.quantity("travel", unit::time, {0.0, 1e8}, 0.0));
  resource.preempts = map.flag("preempts", false);
  resource.upkeep = read_failures(map, resource.name, draft);
  if (auto charge = map.optional_map("charge")) {
    resource.endurance = ticks_from_seconds(charge->quantity("endurance", unit::time, {1.0, 1e9}));
    resource.charging = ticks_from_seconds(charge->quantity("time", unit::time, {1.0, 1e9}));
    charge->finish();
  }
  const bool one_by_work =
      resource.upkeep.size() <= 1 &&
      (resource.upkeep.empty() || resource.upkeep.front().clock == UpkeepClock::operating);
  if (!one_by_work)
    map.fail("failures", "units fail in one way, by the time they work", "one mode with `clock: operating`");
  map.finish();
  draft.plant.resources.push_back(std::move(resource));
}

void read_matrix(const std::string& name, MapReader& map, PlantDraft& draft) {
  SetupMatrix matrix;
  matrix.name = name;
  matrix.states = map.words("states");
  if (matrix.states.size() < 2 || matrix.states.size() >= no_setup)
    map.fail("states", "a matrix has two states or more", "[a, b, …]");
  const std::size_t n = matrix.states.size();
  const Distribution usual = read_distribution(map, "time", {.kind = Distribution::Kind::constant});
  matrix.times.assign(n * n, usual);
  for (std::size_t i = 0; i < n; ++i) matrix.times[i * n + i] = {.kind = Distribution::Kind::constant};
  map.each_map("from", [&](const std::string& from, MapReader& row) {
    const auto i = map.resolve("from", from, "state", matrix.states);
    for (std::size_t j = 0; j < n; ++j) {
      if (row.has(matrix.states[j]) && i) matrix.times[*i * n + j] = read_distribution(row, matrix.states[j]);
    }
    row.finish();
  });
  map.finish();
  draft.plant.setups.push_back(std::move(matrix));
}

Interruption read_policy(MapReader& map, const char* key, bool may_finish) {
  std::vector<std::pair<std::string, Interruption>> words{{"resume", Interruption::resume},
                                                          {"restart", Interruption::restart},
                                                          {"resample", Interruption::resample},
                                                          {"scrap", Interruption::scrap}};
  if (may_finish) words.emplace_back("finish", Interruption::finish);
  return map.choice<Interruption>(key, words, Interruption::resume);
}

UpkeepClock read_clock(MapReader& map, bool pieces) {
  std::vector<std::pair<std::string, UpkeepClock>> words{{"operating", UpkeepClock::operating},
                                                         {"calendar", UpkeepClock::calendar}};
  if (pieces) words.emplace_back("pieces", UpkeepClock::pieces);
  return map.choice<UpkeepClock>("clock", words);
}

Upkeep read_failure(MapReader& map, const std::string& entity_name, const PlantDraft& draft) {
  Upkeep upkeep;
  upkeep.name = map.path();
  upkeep.entity = entity_key(entity_name);
  upkeep.clock = read_clock(map, false);
  upkeep.interval = read_distribution(map, "time_to_failure");
  upkeep.duration = read_distribution(map, "time_to_repair");
  if (map.has("time_to_failure") && mean(upkeep.interval) < 1e-6)
    map.fail("time_to_failure", "is zero: the station would never run", "a positive time");
  upkeep.crew = read_needs(map, "crew", draft);
  upkeep.work = read_policy(map, "work", false);
  map.finish();
  return upkeep;
}

Upkeep read_plan(MapReader& map, const PlantDraft& draft) {
  Upkeep upkeep;
  upkeep.name = map.path();
  upkeep.entity = entity_key(upkeep.name);
  upkeep.planned = true;
  upkeep.clock = read_clock(map, true);
  if (upkeep.clock == UpkeepClock::pieces) {
    upkeep.interval = {.kind = Distribution::Kind::constant,
                       .a = static_cast<double>(map.count("every", 1, 1'000'000'000))};
  } else {
    upkeep.interval = read_distribution(map, "every");
    if (map.has("every") && mean(upkeep.interval) < 1e-6)
      map.fail("every", "is zero: the station would never run", "a positive time");
  }
  upkeep.duration = read_distribution(map, "time");
  upkeep.crew = read_needs(map, "crew", draft);
  upkeep.window = read_calendar_name(map, "window", draft);
  map.finish();
  return upkeep;
}

}  // namespace

std::uint32_t read_calendar_name(MapReader& map, const char* key, const PlantDraft& draft) {
  if (!map.has(key)) return always_on;
  const auto found = map.resolve(key, map.text(key), "calendar", names_of(draft.plant.calendars));
  return found ? static_cast<std::uint32_t>(*found) : always_on;
}

std::vector<Need> read_needs(MapReader& map, const char* key, const PlantDraft& draft) {
  std::vector<Need> needs;
  auto section = map.optional_map(key);
  if (!section) return needs;
  for (std::uint32_t skill = 0; skill < draft.plant.skills.size(); ++skill) {
    const std::string& name = draft.plant.skills[skill];
    if (!section->has(name)) continue;
    std::int64_t there = 0;
    for (const Resource& resource : draft.plant.resources) {
      if (std::find(resource.skills.begin(), resource.skills.end(), skill) != resource.skills.end())
        there += resource.count;
    }
    const std::int64_t count = section->count(name, 1, 100'000);
    if (count > there)
      section->fail(name, "needs more units than there are", "up to " + std::to_string(there));
    needs.push_back({skill, static_cast<std::int32_t>(count)});
  }
  section->finish();  // a name nobody asked for is no skill of any resource
  return needs;
}

std::vector<Upkeep> read_failures(MapReader& map, const std::string& entity_name, const PlantDraft& draft) {
  std::vector<Upkeep> modes;
  const Node* node = map.optional("failures");
  if (node == nullptr) return modes;
  if (node->kind == Node::Kind::map && node->find("clock") == nullptr && !node->entries.empty() &&
      node->entries.front().value.kind == Node::Kind::map && node->find("time_to_failure") == nullptr &&
      node->find("time_to_repair") == nullptr) {
    map.each_map("failures", [&](const std::string&, MapReader& mode) {
      modes.push_back(read_failure(mode, mode.path(), draft));
    });
  } else {
    MapReader mode = map.map("failures");
    modes.push_back(read_failure(mode, entity_name, draft));
  }
  return modes;
}

void read_shared(MapReader& scenario, PlantDraft& draft) {
  scenario.each_map("calendars", [&](const std::string& name, MapReader& map) {
    WorkCalendar calendar;
    calendar.name = name;
    calendar.period = ticks_from_seconds(map.quantity("period", unit::time, {0.0, longest_period_s}, 0.0));
    read_stretches(map, "on", calendar);
    map.finish();
    draft.plant.calendars.push_back(std::move(calendar));
  });
  scenario.each_map("resources",
                    [&](const std::string& name, MapReader& map) { read_resource(name, map, draft); });
  scenario.each_map("setups",
                    [&](const std::string& name, MapReader& map) { read_matrix(name, map, draft); });
}

Batch read_batch(MapReader& map) {
  Batch batch;
  auto section = map.optional_map("batch");
  if (!section) return batch;
  batch.most = static_cast<std::int32_t>(section->count("most", 1, 100'000));
  batch.least = static_cast<std::int32_t>(section->count("least", 1, 100'000, batch.most));
  if (batch.least > batch.most)
    section->fail("least", "is above `most`", "up to " + std::to_string(batch.most));
  if (section->has("wait"))
    batch.wait = ticks_from_seconds(section->quantity("wait", unit::time, {0.0, 1e9}));
  return batch;
}

std::uint16_t read_state(MapReader& map, const char* key, const std::vector<std::string>& states) {
  if (!map.has(key)) return no_setup;
  const auto found = map.resolve(key, map.text(key), "state of the set-up matrix", states);
  return found ? static_cast<std::uint16_t>(*found) : no_setup;
}

void read_setups(MapReader& map, PlantDraft& draft, Station& station) {
  auto section = map.optional_map("setups");
  if (!section) return;
  const auto matrix =
      section->resolve("matrix", section->text("matrix"), "set-up matrix", names_of(draft.plant.setups));
  if (matrix) {
    const auto& states = draft.plant.setups[*matrix].states;
    station.rules.setups = static_cast<std::uint32_t>(*matrix);
    station.rules.initial_setup = read_state(*section, "initial", states);
    if (!station.serves_lots) {
      auto of = section->optional_map("states");  // by recipe
      for (Operation& op : station.mix) {
        if (!op.recipe || !of) continue;
        op.setup = read_state(*of, draft.recipes[*op.recipe].c_str(), states);
      }
      if (of) of->finish();
    }
  }
  station.rules.avoid_setups = section->flag("avoid", false);
  station.rules.setup_crew = read_needs(*section, "crew", draft);
  section->finish();
}

namespace {

std::optional<DispatchTerm::Kind> term_named(const std::string& word) {
  using Kind = DispatchTerm::Kind;
  static const std::vector<std::pair<std::string, Kind>> words{
      {"fifo", Kind::fifo},   {"lifo", Kind::lifo},         {"spt", Kind::spt},
      {"edd", Kind::edd},     {"cr", Kind::critical_ratio}, {"slack", Kind::slack},
      {"setup", Kind::setup}, {"priority", Kind::priority}};
  for (const auto& [name, kind] : words)
    if (name == word) return kind;
  return std::nullopt;
}

const std::vector<std::string> term_names{"fifo", "lifo", "spt", "edd", "cr", "slack", "setup", "priority"};

/// `edd`, a list in which each decides between equals of the one before, or a map of weights.
void read_dispatch(MapReader& map, Station& station) {
  const Node* node = map.optional("dispatch");
  if (node == nullptr) return;
  const auto add = [&](const std::string& word, double weight, std::size_t level) {
    const auto kind = term_named(word);
    if (!kind) {
      return map.fail("dispatch", "no rule '" + word + "'",
                      "fifo, lifo, spt, edd, cr, slack, setup, priority", nearest_name(word, term_names));
    }
    station.dispatch.push_back({*kind, weight, static_cast<std::uint8_t>(level)});
  };
  if (node->kind == Node::Kind::scalar) return add(node->scalar, 1.0, 0);
  if (node->kind == Node::Kind::map) {
    for (const auto& [word, weight] : map.quantities("dispatch", unit::number, {-1e9, 1e9}))
      add(word, weight, 0);
    return;
  }
  const std::vector<std::string> words = map.words("dispatch");
  if (words.size() > dispatch_levels) return map.fail("dispatch", "has too many levels", "up to 4");
  for (std::size_t level = 0; level < words.size(); ++level) add(words[level], 1.0, level);
}

void read_rework(MapReader& map, const std::string& line, const PlantDraft& draft, Station& station) {
  auto section = map.optional_map("rework");
  if (!section) return;
  const auto place = find_place(*section, "to", line, section->text("to"), draft);
  station.rules.rework.limit = static_cast<std::int32_t>(section->count("limit", 1, 1000));
  section->finish();
  const auto& put = station.mix.front().put;
  const bool one = station.mix.size() == 1 && put.size() == 1;
  if (!one) {
    return map.fail("rework", "only a station with one output sends pieces back",
                    "one recipe with one output, or none");
  }
  const bool same = place && is_store(*place) &&
                    draft.plant.stores[*place].material == put.front().material &&
                    draft.plant.tracks_pieces(*place);
  if (place && !same) section->fail("to", "pieces go back to a store of their own material", "a store of it");
  if (place) station.rules.rework.to = *place;
}

}  // namespace

void read_rules(MapReader& map, const std::string& line, PlantDraft& draft, Station& station) {
  StationRules& rules = station.rules;
  station.upkeep = read_failures(map, station.name, draft);
  map.each_map("maintenance", [&](const std::string&, MapReader& plan) {
    station.upkeep.push_back(read_plan(plan, draft));
  });
  rules.calendar = read_calendar_name(map, "calendar", draft);
  rules.crew = read_needs(map, "crew", draft);
  read_setups(map, draft, station);
  if (auto policies = map.optional_map("interruptions")) {
    rules.at_shift_end = read_policy(*policies, "shift_end", true);
    rules.at_power_loss = read_policy(*policies, "power_loss", false);
    rules.when_preempted = read_policy(*policies, "preempted", true);
    policies->finish();
  }
  rules.priority = static_cast<int>(map.count("priority", 0, 100, 5));
  if (station.serves_lots) {
    read_dispatch(map, station);
    if (map.has("queue")) station.queue = map.count("queue", 0, 1'000'000'000);
    return;
  }
  rules.batch = read_batch(map);
  rules.blocking = map.choice<Blocking>(
      "blocking", {{"after_service", Blocking::after_service}, {"before_service", Blocking::before_service}},
      Blocking::after_service);
  rules.sampled = map.quantity("sampled", unit::number, {0.0, 1.0, true}, 1.0);
  read_rework(map, line, draft, station);
  if (rules.batch.wait.us != never.us &&
      (station.mix.front().take.empty() || !is_store(station.mix.front().take.front().place) ||
       !draft.plant.tracks_pieces(station.mix.front().take.front().place)))
    map.fail("batch", "only pieces from a store can be waited for", "no `wait`");
  if (rules.batch.most > 1 && std::any_of(station.mix.begin(), station.mix.end(),
                                          [](const Operation& op) { return op.makes_satellite != 0; }))
    map.fail("batch", "satellites are made one at a time", "no `batch`");
}

}  // namespace lunafab::factory
