#include <fmt/format.h>
#include <fmt/ostream.h>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <unordered_set>
#include <vector>
#include "app/ledger_ccsds.hpp"
#include "app/ledger_tools.hpp"
#include "core/csv_field.hpp"
#include "core/visit.hpp"

namespace lunafab::app {
namespace {

using orbit::LedgerStore, orbit::OrbitKind, orbit::OrbitRecord, orbit::Posting;

/// Reals read back to the same bits; 21 of them share a field.
template <class T>
std::string csv_value(const T& value) {
  if constexpr (detail::is_optional<T>) {
    return value ? csv_value(*value) : "";
  } else if constexpr (detail::is_array<T>) {
    std::string text;
    for (const double item : value) text += fmt::format("{}{}", text.empty() ? "" : " ", item);
    return text;
  } else if constexpr (std::same_as<T, Tick>) {
    return fmt::format("{}", value.us);
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(orbit::name(value));
  } else if constexpr (std::same_as<T, std::string>) {
    return csv_field(value);
  } else {
    return fmt::format("{}", value);
  }
}

template <class Part>
void append_names(std::string& line, const std::string& prefix) {
  const Part part{};
  Part::visit_fields(
      part, [&](std::string_view name, const auto&) { line.append(",").append(prefix).append(name); });
}

template <class Part>
void append_values(std::string& line, const Part* part) {
  const Part none{};
  Part::visit_fields(part != nullptr ? *part : none, [&](std::string_view, const auto& field) {
    line.append(",");
    if (part != nullptr) line += csv_value(field);
  });
}

std::string csv_head() {
  std::string line = "seq,tick_us,serial,state,product,destination,mass_mg,power_W,delta_v_mmps,note,kind";
  append_names<orbit::SlotRecord>(line, "");
  append_names<orbit::Capacity>(line, "capacity_");
  append_names<orbit::Reserve>(line, "");
  append_names<orbit::Provenance>(line, "");
  append_names<OrbitRecord>(line, "definitive_");
  append_names<OrbitRecord>(line, "predicted_");
  line += ",burns";
  return line + ",blake2b_256\n";
}

std::string csv_line(const Posting& p, const std::string& link) {
  const auto part = [](const auto& optional) {
    return optional ? &*optional : nullptr;
  };
  const auto orbit = [&](OrbitKind kind) -> const OrbitRecord* {
    for (const OrbitRecord& record : p.orbits)
      if (record.kind == kind) return &record;
    return nullptr;
  };
  std::string line =
      fmt::format("{},{},{},{},{},{},{},{},{},{},{}", p.seq, p.tick.us, p.serial, orbit::name(p.state),
                  csv_field(p.product), csv_field(p.destination), p.mass_mg, p.power_W, p.delta_v_mmps,
                  csv_field(p.note), p.kind == orbit::PostingKind::note ? "note" : "step");
  append_values(line, part(p.slot));
  append_values(line, part(p.capacity));
  append_values(line, part(p.reserve));
  append_values(line, part(p.provenance));
  append_values(line, orbit(OrbitKind::definitive));
  append_values(line, orbit(OrbitKind::predicted));
  line += ",";
  for (std::size_t i = 0; i < p.burns.size(); ++i) {
    const orbit::BurnRecord& burn = p.burns[i];
    line += fmt::format("{}{} {} {} {}", i == 0 ? "" : "; ", burn.epoch.us, burn.dv_mps.x(), burn.dv_mps.y(),
                        burn.dv_mps.z());
  }
  return line.append(",").append(link).append("\n");
}

/// Which postings are asked for.
class Filter {
 public:
  Filter(const LedgerStore& store, const LedgerRequest& request)
      : serial_(request.serial), at_(request.at ? to_tick(*request.at, store.start()) : never) {
    if (serial_ != 0) (void)life_of(store, serial_);  // says which satellites there are
    if (request.state.empty()) return;
    const orbit::LifeState state = asked_state(request.state);
    by_state_ = true;
    const orbit::Snapshot states = store.states_at(at_);
    states.each([&](const orbit::SatelliteState& s) {
      if (s.state == state) wanted_.insert(s.serial);
    });
  }
  bool takes(const Posting& p) const {
    return p.tick <= at_ && (serial_ == 0 || p.serial == serial_) &&
           (!by_state_ || wanted_.contains(p.serial));
  }

 private:
  std::uint64_t serial_;
  Tick at_;
  bool by_state_ = false;
  std::unordered_set<std::uint64_t> wanted_;
};

/// Everything the chain covers, and each link: of all postings, the ledger's identity as text. Returns how
/// many were written.
std::int64_t write_postings(const LedgerStore& store, const LedgerRequest& request, std::ostream& out) {
  const bool json = request.json;
  const Filter filter(store, request);
  std::int64_t written = 0;
  if (!json) out << csv_head();
  store.each_link([&](const Posting& p, const std::string& link) {
    if (!filter.takes(p)) return;
    ++written;
    if (!json) {
      out << csv_line(p, link);
      return;
    }
    Json line = to_json(p, store.start());
    line["blake2b_256"] = link;
    out << dump(line) << '\n';
  });
  return written;
}

/// A file under its own name is complete.
void write_whole_file(const std::string& path, const std::function<void(std::ostream&)>& write) {
  const std::string part = path + ".part";
  {
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    if (file) write(file);
    file.close();
    if (!file) throw BadRequest(fmt::format("{}: cannot be written", part));
  }
  std::filesystem::rename(part, path);
}

int export_postings(const LedgerStore& store, const LedgerRequest& request) {
  std::int64_t written = 0;
  const auto write = [&](std::ostream& out) {
    written = write_postings(store, request, out);
  };
  if (request.output.empty()) {
    write(std::cout);
    return fine;
  }
  write_whole_file(request.output, write);
  fmt::print(std::cout, "{} of {} postings written to {}, head {}\n", written, store.postings(),
             request.output, store.head());
  return fine;
}

/// One file for each satellite.
int write_each(const std::vector<CcsdsMessage>& messages, const LedgerRequest& request) {
  namespace fs = std::filesystem;
  fs::create_directories(request.output);
  for (const CcsdsMessage& message : messages) {
    const fs::path file = fs::path(request.output) / message.file_name;
    write_whole_file(file.string(), [&](std::ostream& out) { out << message.text; });
  }
  fmt::print(std::cout, "{} messages written to {}\n", messages.size(), request.output);
  return fine;
}

int export_messages(const LedgerStore& store, const LedgerRequest& request) {
  const std::vector<CcsdsMessage> messages = ccsds_messages(store, request);
  if (messages.empty()) throw BadRequest("no satellite that was asked for has an orbit record");
  if (std::filesystem::is_directory(request.output) || request.output.ends_with('/'))
    return write_each(messages, request);
  std::string text = messages.front().text;
  if (request.encoding == orbit::ccsds::Encoding::xml && request.serial == 0) {
    std::vector<std::string> texts;
    texts.reserve(messages.size());
    for (const CcsdsMessage& message : messages) texts.push_back(message.text);
    text = orbit::ccsds::combine(texts, request.version);
  } else if (messages.size() > 1) {
    throw BadRequest(
        fmt::format("{} messages in KVN need a file each: --out DIRECTORY/ (or --encoding xml "
                    "for one file, --id for one satellite)",
                    messages.size()));
  }
  if (request.output.empty()) {
    std::cout << text;
    return fine;
  }
  write_whole_file(request.output, [&](std::ostream& out) { out << text; });
  fmt::print(std::cout, "{} messages written to {}\n", messages.size(), request.output);
  return fine;
}

}  // namespace

int export_ledger(const LedgerStore& store, const LedgerRequest& request) {
  return request.format == ExportFormat::csv ? export_postings(store, request)
                                             : export_messages(store, request);
}

}  // namespace lunafab::app
