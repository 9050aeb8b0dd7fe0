#include "app/ledger_ccsds.hpp"
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <stdexcept>
#include <utility>
#include "app/ledger_flight.hpp"
#include "app/ledger_tools.hpp"
#include "orbit/sgp4_elements.hpp"

namespace lunafab::app {
namespace {

namespace ccsds = orbit::ccsds;
using orbit::LedgerStore, orbit::LifeState, orbit::OrbitCentre, orbit::OrbitKind, orbit::OrbitRecord,
    orbit::Posting, orbit::SatelliteState, orbit::Snapshot;

/// A satellite as far as its messages need it.
struct Subject {
  std::vector<Posting> life;  ///< up to the instant asked for
  std::string product;
  SatelliteState state;
};

Epoch epoch_of(Tick tick, Epoch start) {
  return {start.tt_days_since_j2000 + seconds(tick) / 86400.0};
}

std::string creation_date(const LedgerRequest& request) {
  if (!request.created.empty()) {
    try {
      (void)orbit::parse_time(request.created, orbit::TimeScale::utc);
    } catch (const std::invalid_argument& error) {
      throw BadRequest(fmt::format("--created: {}", error.what()));
    }
    return request.created;
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{now - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

/// The year of the launch; of the state now, where no launch was posted.
int launch_year(const Subject& subject, Epoch start) {
  Tick at = subject.state.since;
  for (const Posting& posting : subject.life)
    if (posting.kind == orbit::PostingKind::step && posting.state == LifeState::launched) at = posting.tick;
  return std::stoi(format_date(start, at).substr(0, 4));
}

ccsds::Header header(const Subject& subject, const LedgerStore& store, const LedgerRequest& request,
                     const std::string& created) {
  return {
      .comments = {fmt::format("lunafab ledger {}, satellite {}, {} since {} TT", store.head().substr(0, 16),
                               subject.state.serial, orbit::name(subject.state.state),
                               format_date(store.start(), subject.state.since)),
                   "OBJECT_ID is a simulated name, not a registered one"},
      .creation_date = created,
      .originator = request.originator,
      .message_id = fmt::format("{}-{}", store.head().substr(0, 16), subject.state.serial)};
}

ccsds::Object object(const Subject& subject, OrbitCentre centre, Epoch start) {
  const bool earth = centre == OrbitCentre::earth;
  return {.name = fmt::format("{}-{}", subject.product, subject.state.serial),
          .id = ccsds::object_id(launch_year(subject, start), subject.state.serial),
          .centre = centre,
          .frame = earth ? ccsds::RefFrame::gcrf : ccsds::RefFrame::icrf};
}

std::string origin_words(const OrbitRecord& record, std::int64_t seq) {
  return fmt::format("{} state of ledger posting {}", name(record.kind), seq);
}

/// The record of the kind asked for; without a wish the latest definitive one, else the latest predicted one.
std::optional<PostedOrbit> chosen_record(const Subject& subject, std::optional<OrbitKind> wish) {
  std::map<OrbitKind, PostedOrbit> latest;
  for (const Posting& posting : subject.life)
    for (const OrbitRecord& record : posting.orbits) latest[record.kind] = {record, posting.seq};
  if (wish) {
    const auto found = latest.find(*wish);
    if (found == latest.end()) return {};
    return found->second;
  }
  if (latest.empty()) return {};
  return latest.begin()->second;
}

double mass_kg(const Subject& subject) {
  return static_cast<double>(subject.state.mass_mg) * 1e-6;
}

ccsds::State state_of(const OrbitRecord& record, Epoch start) {
  return {epoch_of(record.epoch, start), record.r_m, record.v_mps};
}

/// The planned burns of the satellite that follow a state, in order; a later posting's replace those of an
/// earlier one from its own tick on.
std::vector<PostedBurn> burns_after(const Subject& subject, const PostedOrbit& state) {
  std::map<std::int64_t, PostedBurn> burns;
  for (const Posting& posting : subject.life) {
    if (posting.burns.empty()) continue;
    burns.erase(burns.lower_bound(posting.tick.us), burns.end());
    for (const orbit::BurnRecord& burn : posting.burns) burns[burn.epoch.us] = {burn, posting.seq};
  }
  std::vector<PostedBurn> list;
  for (const auto& [epoch_us, burn] : burns)
    if (follows(burn, state)) list.push_back(burn);
  return list;
}

/// Impulses; their propellant is in no posting, and the standard wants a mass that is lost.
std::vector<ccsds::Manoeuvre> manoeuvres(const Subject& subject, const PostedOrbit& state, Epoch start) {
  std::vector<ccsds::Manoeuvre> list;
  for (const PostedBurn& next : burns_after(subject, state))
    list.push_back({.ignition = epoch_of(next.burn.epoch, start), .delta_v_mps = next.burn.dv_mps});
  return list;
}

std::string opm(const Subject& subject, const LedgerStore& store, const LedgerRequest& request,
                const ccsds::Header& head, ccsds::Style style) {
  const auto chosen = chosen_record(subject, request.orbit);
  if (!chosen) return {};
  const auto& [record, seq] = *chosen;
  ccsds::Opm message{.header = head,
                     .object = object(subject, record.centre, store.start()),
                     .state = state_of(record, store.start()),
                     .mass_kg = mass_kg(subject),
                     .covariance = record.covariance,
                     .manoeuvres = manoeuvres(subject, *chosen, store.start())};
  message.object.comments = {origin_words(record, seq)};
  if (!message.manoeuvres.empty())
    message.object.comments.emplace_back(
        "manoeuvres are planned, impulses; propellant is not posted, MAN_DELTA_MASS stands for some");
  return ccsds::write(message, style);
}

/// Records of one kind in order of their epochs; of two for one epoch the later posting counts.
Track track_of(const Subject& subject, OrbitKind kind) {
  Track track;
  for (const Posting& posting : subject.life) {
    for (const OrbitRecord& record : posting.orbits)
      if (record.kind == kind) track[record.epoch.us] = {record, posting.seq};
  }
  return track;
}

/// Without a span a segment for each state: readers would interpolate within one.
std::string oem(const Subject& subject, const LedgerStore& store, const LedgerRequest& request,
                const ccsds::Header& head, ccsds::Style style) {
  OrbitKind kind = request.orbit.value_or(OrbitKind::definitive);
  Track track = track_of(subject, kind);
  if (track.empty() && !request.orbit) track = track_of(subject, kind = OrbitKind::predicted);
  if (track.empty()) return {};
  ccsds::Oem message{.header = head};
  if (request.span_s > 0.0) {
    const FlightRequest flight{.start = store.start(),
                               .span_s = request.span_s,
                               .step_s = request.step_s,
                               .burns = burns_after(subject, track.begin()->second)};
    message.segments = flown_segments(track, flight, [&](OrbitCentre centre) {
      ccsds::Object about = object(subject, centre, store.start());
      about.comments = {
          fmt::format("propagated from {} states of the ledger: lunar field to degree 8, Earth with "
                      "J2, Sun; no drag, no solar pressure; planned burns as impulses",
                      name(kind))};
      return about;
    });
    return ccsds::write(message, style);
  }
  for (const auto& [epoch_us, posted] : track) {
    const OrbitRecord& record = posted.orbit;
    ccsds::OemSegment segment{.object = object(subject, record.centre, store.start()),
                              .states = {state_of(record, store.start())}};
    segment.object.comments = {
        fmt::format("{} state as posted; nothing is computed between states", name(kind))};
    if (record.covariance)
      segment.covariances.push_back({epoch_of(record.epoch, store.start()), *record.covariance});
    message.segments.push_back(std::move(segment));
  }
  return ccsds::write(message, style);
}

std::string omm(const Subject& subject, const LedgerStore& store, const LedgerRequest& request,
                const ccsds::Header& head, ccsds::Style style) {
  const auto chosen = chosen_record(subject, request.orbit);
  if (!chosen) return {};
  const auto& [record, seq] = *chosen;
  constexpr const char* instead = "use --format opm or oem";
  if (record.centre != OrbitCentre::earth) {
    throw BadRequest(
        fmt::format("satellite {}: an OMM holds SGP4 elements, which are for orbits about the Earth; this "
                    "one is about the "
                    "{}: {}",
                    subject.state.serial, name(record.centre), instead));
  }
  const Epoch epoch = epoch_of(record.epoch, store.start());
  const Eigen::Matrix3d turn = orbit::R_teme_gcrf(epoch);
  const orbit::Sgp4Fit fit = orbit::fit_sgp4({.r_m = turn * record.r_m, .v_mps = turn * record.v_mps});
  if (!fit.problem.empty()) {
    throw BadRequest(
        fmt::format("satellite {}: no SGP4 elements: {}: {}", subject.state.serial, fit.problem, instead));
  }
  const orbit::Sgp4Elements& e = fit.elements;
  ccsds::Omm message{.header = head,
                     .object = object(subject, record.centre, store.start()),
                     .epoch = epoch,
                     .mean_motion_radps = e.mean_motion_radps,
                     .eccentricity = e.eccentricity,
                     .inclination_rad = e.inclination_rad,
                     .node_rad = e.node_rad,
                     .pericentre_rad = e.pericentre_rad,
                     .mean_anomaly_rad = e.mean_anomaly_rad,
                     .mass_kg = mass_kg(subject)};
  message.object.frame = ccsds::RefFrame::teme;
  message.object.time = orbit::TimeScale::utc;
  message.object.comments = {
      origin_words(record, seq),
      fmt::format("SGP4 gives this state at EPOCH to {:.1e} km, without drag; WGS-72", fit.residual_m * 1e-3),
      "NORAD_CAT_ID 0: no catalogue number was given out"};
  if (orbit::leap_seconds(epoch) == orbit::LeapSeconds::assumed)
    message.object.comments.emplace_back("UTC assumes that no leap second is announced before EPOCH");
  return ccsds::write(message, style);
}

std::string message_text(const Subject& subject, const LedgerStore& store, const LedgerRequest& request,
                         const std::string& created) {
  const ccsds::Header head = header(subject, store, request, created);
  const ccsds::Style style{request.encoding, request.version};
  switch (request.format) {
    case ExportFormat::opm:
      return opm(subject, store, request, head, style);
    case ExportFormat::oem:
      return oem(subject, store, request, head, style);
    case ExportFormat::omm:
      return omm(subject, store, request, head, style);
    case ExportFormat::csv:
      break;
  }
  return {};
}

const char* suffix(ExportFormat format) {
  return format == ExportFormat::opm ? "opm" : format == ExportFormat::oem ? "oem" : "omm";
}

}  // namespace

std::vector<CcsdsMessage> ccsds_messages(const LedgerStore& store, const LedgerRequest& request) {
  const Tick at = request.at ? to_tick(*request.at, store.start()) : never;
  std::optional<LifeState> state;
  if (!request.state.empty()) state = asked_state(request.state);
  if (request.serial != 0) (void)life_of(store, request.serial);  // says which satellites there are
  const std::string created = creation_date(request);
  std::vector<CcsdsMessage> messages;
  std::int64_t without = 0, unfit = 0;
  std::string why;
  const Snapshot states = store.states_at(at);
  states.each([&](const SatelliteState& s) {
    if ((request.serial != 0 && s.serial != request.serial) || (state && s.state != *state)) return;
    Subject subject{.product = states.name_of(s.product), .state = s};
    if (s.definitive_seq != 0 || s.predicted_seq != 0) {
      store.each(
          [&](const Posting& posting) {
            if (posting.tick <= at) subject.life.push_back(posting);
          },
          s.serial);
    }
    std::string text;
    try {
      text = message_text(subject, store, request, created);
    } catch (const BadRequest& error) {
      // One of many whose orbit this kind of message cannot hold.
      if (request.serial != 0) throw;
      if (unfit++ == 0) why = error.what();
      return;
    }
    if (text.empty()) {
      ++without;
      return;
    }
    const bool xml = request.encoding == ccsds::Encoding::xml;
    messages.push_back(
        {fmt::format("{}.{}{}", s.serial, suffix(request.format), xml ? ".xml" : ""), std::move(text)});
  });
  if (unfit != 0) {
    if (messages.empty()) throw BadRequest(why);
    fmt::print(std::cerr, "{} satellites left out; the first: {}\n", unfit, why);
  }
  if (without != 0) fmt::print(std::cerr, "{} satellites have no such orbit record\n", without);
  return messages;
}

}  // namespace lunafab::app
