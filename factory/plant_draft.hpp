#pragma once
#include <optional>
#include <string>
#include <vector>
#include "core/reader.hpp"
#include "factory/plant.hpp"

// What the parts of `read_plant` share; nobody else includes this.
namespace lunafab::factory {

/// A plant while it is being read. Until `form_groups`, `group` of a store or station is the index of its
/// line.
struct PlantDraft {
  Findings& findings;
  Plant plant;
  std::vector<std::string> materials, recipes;  ///< names, by index
  std::vector<std::string> lines;
  std::vector<std::string> stores;  ///< `line.store`
};

std::uint32_t line_index(const PlantDraft& draft, const std::string& line);

/// The store or outside place that `name` means under `key` (`from`, or else a sink) of something in `line`.
std::optional<std::uint32_t> find_place(MapReader& map, const char* key, const std::string& line,
                                        const std::string& name, const PlantDraft& draft);

void read_stores(MapReader& line, const std::string& line_name, PlantDraft& draft);
/// All stores must have been read: stations of any line may name them.
void read_stations(MapReader& line, const std::string& line_name, PlantDraft& draft);
/// What a station does at a firing, and where it takes and puts: `recipe`, `mix` or neither, `from`, `to`.
/// At least one operation, a stand-in where there are findings.
std::vector<Operation> read_operations(MapReader& map, const std::string& line, const PlantDraft& draft);
/// Calendars, resources and set-up matrices, which lines share.
void read_shared(MapReader& scenario, PlantDraft& draft);
/// A calendar by name; `always_on` where the key is absent.
std::uint32_t read_calendar_name(MapReader& map, const char* key, const PlantDraft& draft);
/// `{skill: number}`; refuses more units than there are.
std::vector<Need> read_needs(MapReader& map, const char* key, const PlantDraft& draft);
/// The rest of `batch: {least, most, wait}`; the caller may have asked for more keys of it.
Batch read_batch(MapReader& map);
std::uint16_t read_state(MapReader& map, const char* key, const std::vector<std::string>& states);
/// What a station says beyond operations, times, yield and power.
void read_rules(MapReader& map, const std::string& line, PlantDraft& draft, Station& station);
/// Products, limits and releases of a line whose stations have been read.
void read_products(MapReader& line, const std::string& line_name, PlantDraft& draft);
/// Failures of a station, vehicle or unit; `entity_name` names the random streams.
std::vector<Upkeep> read_failures(MapReader& map, const std::string& entity_name, const PlantDraft& draft);
void read_route(const std::string& name, MapReader& map, Ticks lookahead, PlantDraft& draft);

/// Joins lines that share a store, and gives stores, stations and servers their places in the groups.
void form_groups(PlantDraft& draft);

inline constexpr double longest_run_s = 3.2e9;  // a century
inline constexpr double mW_per_W = 1e3;
inline constexpr double largest_W = 1e12;  // times the fastest speed, in mW, stays inside 63 bits

}  // namespace lunafab::factory
