#include "app/ledger_tools.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <filesystem>
#include <limits>
#include "core/visit.hpp"

namespace lunafab::app {
namespace {

using orbit::LifeState, orbit::Posting;

template <class T>
Json value_json(const T& value) {
  if constexpr (detail::is_optional<T>) {
    return value ? value_json(*value) : Json(nullptr);
  } else if constexpr (std::same_as<T, Tick>) {
    return value.us;
  } else if constexpr (std::is_enum_v<T>) {
    return orbit::name(value);
  } else if constexpr (HasFields<const T>) {
    Json json = Json::object();
    T::visit_fields(value, [&](std::string_view name, const auto& field) {
      json[std::string(name)] = value_json(field);
    });
    return json;
  } else if constexpr (detail::is_vector<T>) {
    Json json = Json::array();
    for (const auto& item : value) json.push_back(value_json(item));
    return json;
  } else {
    return value;
  }
}

}  // namespace

std::string ledger_path(const std::string& dir) {
  namespace fs = std::filesystem;
  if (!fs::exists(dir)) throw BadRequest(fmt::format("{}: no such directory or file", dir));
  if (!fs::is_directory(dir)) return dir;
  const fs::path file = fs::path(dir) / "ledger.sqlite";
  if (!fs::exists(file)) {
    throw BadRequest(
        fmt::format("{}: holds no ledger.sqlite; `lunafab run SCENARIO --out {}` writes one", dir, dir));
  }
  return file.string();
}

Tick to_tick(const Instant& instant, Epoch start) {
  if (const auto* tick = std::get_if<Tick>(&instant)) return *tick;
  const double span_days = std::get<Epoch>(instant).tt_days_since_j2000 - start.tt_days_since_j2000;
  return Tick{} + ticks_from_seconds(span_days * 86400.0);
}

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json to_json(const Posting& p, Epoch start) {
  Json json{{"seq", p.seq},
            {"date", format_date(start, p.tick)},
            {"tick_us", p.tick.us},
            {"serial", p.serial},
            {"state", orbit::name(p.state)},
            {"product", p.product},
            {"destination", p.destination},
            {"mass_mg", p.mass_mg},
            {"power_W", p.power_W},
            {"delta_v_mmps", p.delta_v_mmps},
            {"note", p.note}};
  if (p.kind == orbit::PostingKind::note) json["kind"] = "note";
  std::uint8_t bit = 1;
  Posting::visit_parts(p, [&](std::string_view name, const auto& part) {
    if ((orbit::parts(p) & bit) != 0) json[std::string(name)] = value_json(part);
    bit = static_cast<std::uint8_t>(bit << 1);
  });
  return json;
}

LifeState asked_state(const std::string& name) {
  if (const auto state = orbit::life_state(name)) return *state;
  std::string allowed;
  for (std::size_t s = 0; s < orbit::life_state_count; ++s)
    allowed += fmt::format("{}{}", s == 0 ? "" : ", ", orbit::name(static_cast<LifeState>(s)));
  throw BadRequest(fmt::format("no state '{}'; states are {}", name, allowed));
}

Tick last_tick(const orbit::Snapshot& states) {
  Tick latest{std::numeric_limits<std::int64_t>::min()};
  states.each([&](const orbit::SatelliteState& s) { latest = std::max(latest, s.latest); });
  return states.size() == 0 ? Tick{} : latest;
}

std::string slot_words(const orbit::Snapshot& states, const orbit::SatelliteState& s) {
  return s.has_slot ? fmt::format("{} {}/{}", states.name_of(s.shell), s.plane, s.place) : "-";
}

std::vector<Posting> life_of(const orbit::LedgerStore& store, std::uint64_t serial) {
  std::vector<Posting> life;
  store.each([&](const Posting& posting) { life.push_back(posting); }, serial);
  if (life.empty()) {
    throw BadRequest(fmt::format("no satellite {}; the ledger knows {} satellites, `list` names them", serial,
                                 store.census().total(LifeState::ordered)));
  }
  return life;
}

}  // namespace lunafab::app
