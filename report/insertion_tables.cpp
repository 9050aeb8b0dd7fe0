#include "report/insertion_tables.hpp"
#include <fmt/format.h>
#include <cmath>
#include <iterator>
#include "core/constants.hpp"
#include "core/version.hpp"
#include "orbit/ccsds.hpp"
#include "orbit/osculating.hpp"

namespace lunafab::report {
namespace {

using namespace orbit;
using Json = nlohmann::ordered_json;

constexpr double day_s = 86400.0, rad_to_deg = 57.29577951308232;

/// A number, or null where it is none.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}
Json vector(const Eigen::Vector3d& v) {
  return Json{v.x(), v.y(), v.z()};
}
Json matrix(const Eigen::Matrix3d& m) {
  return Json{vector(m.row(0)), vector(m.row(1)), vector(m.row(2))};
}
const char* name(Body body) {
  return body == Body::moon ? "moon" : "earth";
}

Json craft_json(const Craft& craft, const Dynamics& dynamics) {
  const double gm = craft.centre == Body::moon ? moon_gm_m3ps2(dynamics) : dynamics.gm.earth;
  const OsculatingElements e = osculating_elements(craft.r_m, craft.v_mps, gm);
  return {{"date_tt", date_text(craft.at)},
          {"centre", name(craft.centre)},
          {"r_m", vector(craft.r_m)},
          {"v_mps", vector(craft.v_mps)},
          {"semi_major_axis_m", number(e.semi_major_axis_m)},
          {"eccentricity", e.eccentricity},
          {"inclination_deg", e.inclination_rad * rad_to_deg},
          {"node_deg", e.node_rad * rad_to_deg},
          {"pericentre_deg", e.pericentre_rad * rad_to_deg},
          {"true_anomaly_deg", e.true_anomaly_rad * rad_to_deg}};
}

void add_model(Json& json, const InsertionReport& r) {
  const InsertionQuestion& q = r.asked;
  const Muzzle& m = q.model.setting.muzzle;
  Json model{{"description", model_line(r)}, {"frame", "GCRF axes"},        {"time_scale", "TT"},
             {"program", program_version},   {"revision", source_revision}, {"model_version", model_version}};
  if (q.model.sky) {
    model["field"] = q.model.field->name;
    model["degree"] = q.model.setting.dynamics.degree;
    model["ephemeris"] = q.model.sky->source();
    model["muzzle"] = {{"latitude_deg", m.site.latitude_rad * rad_to_deg},
                       {"longitude_deg", m.site.longitude_rad * rad_to_deg},
                       {"azimuth_deg", m.azimuth_rad * rad_to_deg},
                       {"elevation_deg", m.elevation_rad * rad_to_deg},
                       {"altitude_m", m.altitude_m}};
  }
  json["model"] = std::move(model);
  json["muzzle_covariance_m2ps2"] = matrix(q.model.muzzle_m2ps2);
  json["muzzle_covariance_source"] = q.muzzle_source;
}

void add_transfer(Json& json, const InsertionReport& r) {
  const Dynamics& dynamics = r.asked.model.setting.dynamics;
  const Transfer& t = *r.transfer;
  json["planned_speed_mps"] = t.speed_mps;
  for (const Burn& burn : t.burns) {
    json["burns"].push_back({{"name", burn.name},
                             {"date_tt", date_text(burn.before.at)},
                             {"dv_mps", burn.dv_mps.norm()},
                             {"dv_vector_mps", vector(burn.dv_mps)}});
  }
  json["start"] = craft_json(t.start, dynamics);
  json["arrival"] = craft_json(r.flown ? r.flown->arrival : t.arrival, dynamics);
  if (t.goal.demands.size() == 1 && t.goal.demands[0].quantity == Quantity::c3) {
    const Craft& end = r.flown ? r.flown->arrival : t.arrival;
    json["c3_m2ps2"] = value_of(Quantity::c3, Body::earth, end, dynamics);
  }
}

void add_corrections(Json& json, const InsertionReport& r) {
  const CorrectionPlan& plan = *r.plan;
  Json out{{"gain", matrix(plan.gain)},
           {"first_covariance_m2ps2", matrix(plan.first_m2ps2)},
           {"second_covariance_m2ps2", matrix(plan.second_m2ps2)}};
  if (plan.first) out["first_after_s"] = days_between(r.asked.launch, *plan.first) * day_s;
  if (plan.second) out["second_after_s"] = days_between(r.asked.launch, *plan.second) * day_s;
  if (plan.trims) {
    out["trim_after_s"] = {days_between(r.asked.launch, plan.trims->first) * day_s,
                           days_between(r.asked.launch, plan.trims->second) * day_s};
    out["trim_covariance_m2ps2"] = {matrix(plan.trims->first_m2ps2), matrix(plan.trims->second_m2ps2)};
  }
  if (r.flown) {
    out["first_flown_mps"] = r.flown->first_mps.norm();
    out["second_flown_mps"] = r.flown->second_mps.norm();
    if (plan.trims) out["trim_flown_mps"] = {r.flown->first_trim_mps.norm(), r.flown->second_trim_mps.norm()};
  }
  const Navigation& n = r.asked.model.navigation;
  out["knowledge_position_m"] = n.position_m;
  out["knowledge_velocity_mps"] = n.velocity_mps;
  out["execution_rel"] = n.execution_rel;
  json["corrections"] = std::move(out);
}

void add_outlook(Json& json, const InsertionReport& r) {
  constexpr const char* methods[] = {"chemical", "aerobraking", "low thrust"};
  if (r.earth) {
    json["perigee_altitude_m"] = r.earth->arrival.perigee_altitude_m;
    json["perigee_inclination_deg"] = r.earth->arrival.inclination_rad * rad_to_deg;
    json["perigee_node_time_h"] = r.earth->node_time_h;
    for (const ArrivalOption& option : r.earth->options) {
      json["arrival_options"].push_back(
          {{"method", methods[static_cast<int>(option.result.method)]},
           {"dv_mps", option.result.delta_v_mps},
           {"propellant_kg", option.result.propellant_kg},
           {"days", option.result.days},
           {"passes", option.result.passes},
           {"node_time_h", option.node_time_h},
           {"failure", option.result.failure ? Json(option.result.failure->reason) : Json(nullptr)}});
    }
  }
  if (r.sun) {
    const SunOrbit& orbit = r.sun->orbit.settled;
    json["perihelion_au"] = orbit.perihelion_m / constants::astronomical_unit_m;
    json["aphelion_au"] = orbit.aphelion_m / constants::astronomical_unit_m;
    json["ecliptic_inclination_deg"] = orbit.inclination_rad * rad_to_deg;
    json["period_d"] = orbit.period_s / day_s;
    if (r.sun->cruise.closest)
      json["closest_return"] = {{"years", r.sun->cruise.closest->days / 365.25},
                                {"distance_m", r.sun->cruise.closest->distance_m}};
  }
}

Json monte_carlo_json(const Dispersion& d, std::uint64_t seed) {
  Json out{{"launches", d.samples.size()},
           {"seed", seed},
           {"corrected", d.corrected},
           {"impacts", d.impacts},
           {"not_corrected", d.not_corrected},
           {"covariance_m2ps2", matrix(d.covariance_m2ps2)},
           {"rms_mps", d.rms_mps}};
  constexpr const char* keys[] = {"p50_mps", "p95_mps", "p99_mps"};
  for (std::size_t k = 0; k < Dispersion::levels.size(); ++k) {
    out[keys[k]] = d.cost_mps[k];
    out["linear"][keys[k]] = d.linear_mps[k];
  }
  return out;
}

}  // namespace

Json insertion_json(const InsertionReport& r) {
  const InsertionFigures& f = r.figures;
  const bool found = r.outcome != "no transfer";
  const auto figure = [&](double value) {
    return found ? number(value) : Json(nullptr);
  };
  Json json{{"title", r.asked.title},
            {"destination", r.destination().name},
            {"fidelity", lunafab::name(r.asked.model.fidelity)},
            {"launch_tt", date_text(r.asked.launch)},
            {"outcome", r.outcome},
            {"reasons", r.refusals},
            {"launch_speed_mps", figure(f.speed_mps)},
            {"transfer_days", figure(f.transfer_s / day_s)},
            {"insertion_dv_mps", figure(f.insertion_mps)},
            {"correction_dv_mps_p50", figure(f.p50_mps)},
            {"correction_dv_mps_p95", figure(f.p95_mps)},
            {"correction_dv_mps_p99", figure(f.p99_mps)},
            {"correction_dv_mps_rms", figure(f.correction_rms_mps)},
            {"budget_mps", r.destination().correction_budget_mps},
            {"margin_mps", figure(r.margin_mps())},
            {"overrun_probability", f.overrun_probability},
            {"arrival_loss_probability", r.destination().arrival_loss_probability},
            {"loss_probability", f.loss_probability}};
  if (r.transfer) add_transfer(json, r);
  if (r.plan) add_corrections(json, r);
  for (const InsertionEvent& e : r.timeline) {
    json["timeline"].push_back({{"date_tt", date_text(e.at)},
                                {"elapsed_d", days_between(r.asked.launch, e.at)},
                                {"event", e.name},
                                {"dv_mps", e.dv_mps},
                                {"correction_p95_mps", e.p95_mps ? Json(*e.p95_mps) : Json(nullptr)},
                                {"budget_left_mps", e.left_mps}});
  }
  if (r.plan) json["eclipses"] = r.eclipses;
  add_outlook(json, r);
  if (r.dispersion) json["monte_carlo"] = monte_carlo_json(*r.dispersion, r.asked.seed);
  add_model(json, r);
  json["confessions"] = r.confessions;
  return json;
}

std::string trajectory_csv(const InsertionReport& r) {
  std::string csv =
      "date_tt,elapsed_s,centre,x_m,y_m,z_m,vx_mps,vy_mps,vz_mps,moon_distance_m,earth_distance_m,"
      "moon_altitude_m\n";
  for (const TrajectoryPoint& p : r.trajectory) {
    const Eigen::Vector3d &x = p.craft.r_m, &v = p.craft.v_mps;
    fmt::format_to(std::back_inserter(csv),
                   "{},{:.6f},{},{:.4f},{:.4f},{:.4f},{:.7f},{:.7f},{:.7f},{:.3f},{:.3f},{:.3f}\n",
                   format_time(p.craft.at, TimeScale::tt, 3),
                   days_between(r.asked.launch, p.craft.at) * day_s, name(p.craft.centre), x.x(), x.y(),
                   x.z(), v.x(), v.y(), v.z(), p.moon_m, p.earth_m, p.moon_m - constants::moon_radius_m);
  }
  return csv;
}

std::string trajectory_oem(const InsertionReport& r) {
  ccsds::Oem message;
  message.header = {.comments = {"lunafab insert: " + r.destination().name, model_line(r)},
                    .creation_date = format_time(r.asked.launch, TimeScale::utc, 0),
                    .originator = "LUNAFAB",
                    .message_id = "insert-" + r.destination().name};
  const TrajectoryPoint* before = nullptr;
  for (const TrajectoryPoint& p : r.trajectory) {
    const bool earth = p.craft.centre == Body::earth;
    // A leg begins at the date at which the one before it ends.
    const bool later = before != nullptr && days_between(before->craft.at, p.craft.at) > 0.0;
    const bool joins = later && before->craft.centre == p.craft.centre;
    // Where the centre changes the state stands in both segments.
    if (later && !joins) {
      const Craft seen = about(p.craft, before->craft.centre, *r.asked.model.sky);
      message.segments.back().states.push_back({seen.at, seen.r_m, seen.v_mps});
    }
    if (!joins) {
      ccsds::OemSegment segment;
      segment.object = {.name = r.destination().name,
                        .id = ccsds::object_id(std::stoi(date_text(r.asked.launch).substr(0, 4)), 1),
                        .centre = earth ? OrbitCentre::earth : OrbitCentre::moon,
                        .frame = earth ? ccsds::RefFrame::gcrf : ccsds::RefFrame::icrf};
      message.segments.push_back(std::move(segment));
    }
    message.segments.back().states.push_back({p.craft.at, p.craft.r_m, p.craft.v_mps});
    before = &p;
  }
  return ccsds::write(message, {});
}

}  // namespace lunafab::report
