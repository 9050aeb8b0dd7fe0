#include <fmt/format.h>
#include <fmt/ostream.h>
#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <iostream>
#include <numbers>
#include <vector>
#include "app/ledger_tools.hpp"
#include "orbit/dynamics.hpp"
#include "orbit/osculating.hpp"
#include "orbit/snapshot.hpp"

namespace lunafab::app {
namespace {

using orbit::LedgerStore, orbit::OrbitCentre, orbit::OrbitKind, orbit::OrbitRecord, orbit::Posting,
    orbit::SatelliteState, orbit::Snapshot;

/// A satellite's orbit record and the posting it stands in.
struct KnownOrbit {
  OrbitRecord record;
  std::int64_t seq = 0;
};

std::optional<KnownOrbit> latest_orbit(const std::vector<Posting>& life, OrbitKind kind) {
  std::optional<KnownOrbit> latest;
  for (const Posting& posting : life) {
    for (const OrbitRecord& record : posting.orbits)
      if (record.kind == kind) latest = {record, posting.seq};
  }
  return latest;
}

double centre_gm(OrbitCentre centre) {
  const orbit::BodyGm gm;
  switch (centre) {
    case OrbitCentre::earth:
      return gm.earth;
    case OrbitCentre::moon:
      return gm.moon;
    case OrbitCentre::sun:
      return gm.sun;
    case OrbitCentre::earth_moon_barycentre:
      break;
  }
  return gm.earth + gm.moon;
}

/// One-sigma along the radius, along the track and across it: three of position, three of velocity.
std::array<double, 6> sigmas(const OrbitRecord& orbit) {
  Eigen::Matrix<double, 6, 6> c;
  for (int row = 0, term = 0; row < 6; ++row) {
    for (int column = 0; column <= row; ++column, ++term)
      c(row, column) = c(column, row) = (*orbit.covariance)[static_cast<std::size_t>(term)];
  }
  const Eigen::Vector3d radial = orbit.r_m.normalized(), across = orbit.r_m.cross(orbit.v_mps).normalized();
  const std::array<Eigen::Vector3d, 3> axes{radial, across.cross(radial), across};
  std::array<double, 6> sigma{};
  for (std::size_t i = 0; i < 3; ++i) {
    sigma[i] = std::sqrt(std::max(0.0, axes[i].dot(c.topLeftCorner<3, 3>() * axes[i])));
    sigma[i + 3] = std::sqrt(std::max(0.0, axes[i].dot(c.bottomRightCorner<3, 3>() * axes[i])));
  }
  return sigma;
}

void print_orbit(const KnownOrbit& known, Epoch start) {
  const OrbitRecord& o = known.record;
  constexpr double deg = 180.0 / std::numbers::pi;
  const auto e = orbit::osculating_elements(o.r_m, o.v_mps, centre_gm(o.centre));
  std::ostream& out = std::cout;
  fmt::print(out, "{} orbit about the {} at {} (TT), posting {}\n", name(o.kind), name(o.centre),
             format_date(start, o.epoch), known.seq);
  fmt::print(out,
             "  a {:.3f} km  e {:.6f}  i {:.4f} deg  node {:.4f} deg  pericentre {:.4f} deg  true anomaly "
             "{:.4f} deg\n",
             e.semi_major_axis_m * 1e-3, e.eccentricity, e.inclination_rad * deg, e.node_rad * deg,
             e.pericentre_rad * deg, e.true_anomaly_rad * deg);
  fmt::print(out, "  r {:.3f} {:.3f} {:.3f} km  v {:.6f} {:.6f} {:.6f} km/s  (GCRF axes)\n", o.r_m.x() * 1e-3,
             o.r_m.y() * 1e-3, o.r_m.z() * 1e-3, o.v_mps.x() * 1e-3, o.v_mps.y() * 1e-3, o.v_mps.z() * 1e-3);
  if (!o.covariance) return;
  const auto s = sigmas(o);
  fmt::print(out,
             "  1 sigma, radial / along / across: {:.3g} / {:.3g} / {:.3g} m, {:.3g} / {:.3g} / {:.3g} m/s\n",
             s[0], s[1], s[2], s[3], s[4], s[5]);
}

Json orbit_json(const KnownOrbit& known, Epoch start) {
  const OrbitRecord& o = known.record;
  const auto e = orbit::osculating_elements(o.r_m, o.v_mps, centre_gm(o.centre));
  Json json{{"posting", known.seq},
            {"epoch", format_date(start, o.epoch)},
            {"centre", name(o.centre)},
            {"semi_major_axis_m", e.semi_major_axis_m},
            {"eccentricity", e.eccentricity},
            {"inclination_rad", e.inclination_rad},
            {"node_rad", e.node_rad},
            {"pericentre_rad", e.pericentre_rad},
            {"true_anomaly_rad", e.true_anomaly_rad}};
  if (!o.covariance) return json;
  const auto s = sigmas(o);
  json["sigma_radial_along_across_m"] = {s[0], s[1], s[2]};
  json["sigma_radial_along_across_mps"] = {s[3], s[4], s[5]};
  return json;
}

void print_numbers(const Snapshot& states, const SatelliteState& s, const std::vector<Posting>& life,
                   const LedgerStore& store) {
  std::ostream& out = std::cout;
  if (s.provenance_seq != 0) {
    for (const Posting& posting : life) {
      if (posting.seq != s.provenance_seq) continue;
      fmt::print(out, "made from  regolith batch {}, chip lot {}\n", posting.provenance->regolith_batch,
                 posting.provenance->chip_lot);
    }
  }
  if (s.has_slot)
    fmt::print(out, "slot       shell {}, plane {}, {}\n", states.name_of(s.shell), s.plane,
               s.place < 0 ? "a spare" : fmt::format("place {}", s.place));
  fmt::print(out, "mass       {:.3f} kg\n", static_cast<double>(s.mass_mg) * 1e-6);
  fmt::print(out, "power      {:.3f} kW as posted\n", static_cast<double>(s.power_W) * 1e-3);
  if (s.capacity) {
    const orbit::CapacityNow now = orbit::capacity_at(s, s.latest);
    fmt::print(out, "capacity   {:.3f} kW and {:.4g} FLOP/s on {}; {:.3f} kW from {}, {:g} % less a year\n",
               now.power_W * 1e-3, now.compute_flops, format_date(store.start(), s.latest),
               static_cast<double>(s.capacity->power_W) * 1e-3, format_date(store.start(), s.capacity_from),
               100.0 * s.capacity->fade_per_year);
  }
  const std::string left =
      s.delta_v_left_mmps ? fmt::format("{:.3f} m/s left", static_cast<double>(*s.delta_v_left_mmps) * 1e-3)
                          : "left: not posted";
  fmt::print(out, "delta-v    {:.3f} m/s spent, {}\n", static_cast<double>(s.delta_v_spent_mmps) * 1e-3,
             left);
  if (s.dose_Gy) fmt::print(out, "dose       {:.3g} Gy\n", *s.dose_Gy);
}

/// Planned burns of the latest posting that has some.
void print_burns(const std::vector<Posting>& life, Epoch start) {
  for (auto posting = life.rbegin(); posting != life.rend(); ++posting) {
    if (posting->burns.empty()) continue;
    fmt::print(std::cout, "planned burns, posting {}\n", posting->seq);
    for (const orbit::BurnRecord& burn : posting->burns) {
      fmt::print(std::cout, "  {}  {:.3f} m/s: {:.4f} {:.4f} {:.4f}  (GCRF axes)\n",
                 format_date(start, burn.epoch), burn.dv_mps.norm(), burn.dv_mps.x(), burn.dv_mps.y(),
                 burn.dv_mps.z());
    }
    return;
  }
}

std::string days_words(Ticks span) {
  return fmt::format("{:.3f}", seconds(span) / 86400.0);
}

void print_life(const std::vector<Posting>& life, Epoch start) {
  fmt::print(std::cout, "{:<19}  {:>10}  {:<11}  {:>10}  {:>10}  {:>10}  {:>9}  {}\n", "date (TT)",
             "after [d]", "state", "mass [kg]", "power [kW]", "dv [m/s]", "seq", "note");
  for (std::size_t i = 0; i < life.size(); ++i) {
    const Posting& p = life[i];
    fmt::print(std::cout, "{:<19}  {:>10}  {:<11}  {:>10.3f}  {:>10.1f}  {:>10.3f}  {:>9}  {}\n",
               format_date(start, p.tick), i == 0 ? "" : days_words(p.tick - life[i - 1].tick),
               p.kind == orbit::PostingKind::note ? "(note)" : orbit::name(p.state),
               static_cast<double>(p.mass_mg) * 1e-6, static_cast<double>(p.power_W) * 1e-3,
               static_cast<double>(p.delta_v_mmps) * 1e-3, p.seq, p.note);
  }
}

void print_json(const std::vector<Posting>& life, const LedgerRequest& request, Epoch start) {
  Json json{{"serial", request.serial}};
  for (const OrbitKind kind : {OrbitKind::definitive, OrbitKind::predicted}) {
    if (const auto known = latest_orbit(life, kind))
      json[std::string(name(kind))] = orbit_json(*known, start);
  }
  Json postings = Json::array();
  for (const Posting& posting : life) postings.push_back(to_json(posting, start));
  json["postings"] = postings;
  fmt::print(std::cout, "{}\n", dump(json, 2));
}

}  // namespace

int show_satellite(const LedgerStore& store, const LedgerRequest& request) {
  const std::vector<Posting> life = life_of(store, request.serial);
  if (request.json) {
    print_json(life, request, store.start());
    return fine;
  }
  Snapshot states;
  for (const Posting& posting : life) states.fold(posting);
  const SatelliteState& s = *states.find(request.serial);
  fmt::print(std::cout, "satellite {}: {} for {}, {} since {} (TT)\n\n", s.serial, states.name_of(s.product),
             states.name_of(s.destination), orbit::name(s.state), format_date(store.start(), s.since));
  print_numbers(states, s, life, store);
  for (const OrbitKind kind : {OrbitKind::definitive, OrbitKind::predicted})
    if (const auto known = latest_orbit(life, kind)) print_orbit(*known, store.start());
  print_burns(life, store.start());
  fmt::print(std::cout, "\n");
  print_life(life, store.start());
  return fine;
}

}  // namespace lunafab::app
