#include "app/print_siting.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include "core/tick.hpp"

namespace lunafab::app {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t shown_ranks = 20, shown_sites = 3;

double degrees(double rad) {
  // Angles are typed in degrees: what conversion leaves is no news.
  constexpr double digits = 1e9;
  return std::round(rad * 180.0 / std::numbers::pi * digits) / digits;
}

std::string place(const orbit::Muzzle& m) {
  return fmt::format("{:>8g} {:>9g} {:>7g}", degrees(m.site.latitude_rad), degrees(m.site.longitude_rad),
                     degrees(m.azimuth_rad));
}

const orbit::SitingCase& case_of(const SitingReport& r, std::size_t muzzle, std::size_t destination) {
  return r.cases[muzzle * r.file.study.destinations.size() + destination];
}

std::string header(const SitingReport& r) {
  const orbit::SitingStudy& s = r.file.study;
  std::string out = fmt::format(
      "{}\n{} sites and azimuths, {} dates from {} (TT), {:g} d apart; speeds {:.0f} to {:.0f} m/s\n"
      "Muzzle: {}\n",
      r.file.title, s.muzzles.size(), s.dates.count, format_date(s.dates.first, Tick{}),
      s.dates.step_s / 86400.0, s.destinations.front().speeds.slowest_mps,
      s.destinations.front().speeds.fastest_mps, r.file.muzzle_source);
  for (std::size_t i = 0; i < s.destinations.size(); ++i) {
    const orbit::Destination& d = s.destinations[i];
    out += fmt::format("  {:<18} {:5.1f} % of the mix, {}\n", d.name, 100.0 * s.shares[i],
                       std::isfinite(d.correction_budget_mps)
                           ? fmt::format("budget {:g} m/s", d.correction_budget_mps)
                           : "no budget");
  }
  return out;
}

std::string ranking(const SitingReport& r) {
  const orbit::SitingStudy& s = r.file.study;
  std::string out = fmt::format(
      "\nShare of the dates on which the budget suffices, best {} of {} first\n"
      "{:>4} {:>8} {:>9} {:>7} {:>8} {:>8}",
      std::min(shown_ranks, r.ranks.size()), r.ranks.size(), "", "lat/deg", "lon/deg", "az/deg", "served",
      "m/s");
  for (const orbit::Destination& d : s.destinations)
    out += fmt::format(" {:>{}}", d.name, std::max<std::size_t>(d.name.size(), 7));
  out += "\n";
  for (std::size_t i = 0; i < std::min(shown_ranks, r.ranks.size()); ++i) {
    const orbit::SiteRank& rank = r.ranks[i];
    out += fmt::format("{:>4} {} {:>6.1f} % {:>8.2f}", i + 1, place(s.muzzles[rank.muzzle]),
                       100.0 * rank.served, rank.spent_mps);
    for (std::size_t d = 0; d < s.destinations.size(); ++d)
      out += fmt::format(" {:>{}.1f} %", 100.0 * case_of(r, rank.muzzle, d).summary.open_share(),
                         std::max<std::size_t>(s.destinations[d].name.size(), 7) - 2);
    out += "\n";
  }
  return out;
}

std::string three(const std::optional<orbit::Spread>& s, int digits) {
  if (!s) return "-";
  return fmt::format("{:.{}f} / {:.{}f} / {:.{}f}", s->least, digits, s->median, digits, s->most, digits);
}

std::string details(const SitingReport& r, const orbit::SiteRank& rank) {
  const orbit::SitingStudy& s = r.file.study;
  const orbit::Muzzle& m = s.muzzles[rank.muzzle];
  std::string out = fmt::format(
      "\nLatitude {:g}, longitude {:g}, azimuth {:g} deg: least / median / most of the dates with a "
      "transfer\n"
      "  {:<18} {:>7} {:>7} {:>25} {:>24} {:>9} {:>23}\n",
      degrees(m.site.latitude_rad), degrees(m.site.longitude_rad), degrees(m.azimuth_rad), "", "open",
      "found", "launch m/s", "burns m/s", "p95 corr.", "days");
  for (std::size_t d = 0; d < s.destinations.size(); ++d) {
    const orbit::SitingCase& one = case_of(r, rank.muzzle, d);
    const orbit::WindowSummary& sum = one.summary;
    out += fmt::format("  {:<18} {:>5.1f} % {:>5.1f} %", s.destinations[d].name, 100.0 * sum.open_share(),
                       100.0 * sum.found_share());
    out += sum.found == 0 ? fmt::format(" {}\n", one.reason)
                          : fmt::format(" {:>25} {:>24} {:>9.2f} {:>23}\n", three(sum.speed_mps, 1),
                                        three(sum.planned_mps, 2), sum.correction_p95_mps->median,
                                        three(sum.transfer_d, 2));
  }
  return out;
}

Json spread_json(const std::optional<orbit::Spread>& s) {
  if (!s) return nullptr;
  return {{"min", s->least}, {"median", s->median}, {"max", s->most}};
}

Json place_json(const orbit::Muzzle& m) {
  return {{"latitude_deg", degrees(m.site.latitude_rad)},
          {"longitude_deg", degrees(m.site.longitude_rad)},
          {"azimuth_deg", degrees(m.azimuth_rad)}};
}

Json case_json(const SitingReport& r, const orbit::SitingCase& one) {
  const orbit::WindowSummary& sum = one.summary;
  Json row{{"destination", r.file.study.destinations[one.destination].name},
           {"share_open", sum.open_share()},
           {"share_found", sum.found_share()},
           {"longest_wait_d", sum.longest_wait_d},
           {"speed_mps", spread_json(sum.speed_mps)},
           {"planned_mps", spread_json(sum.planned_mps)},
           {"correction_p95_mps", spread_json(sum.correction_p95_mps)},
           {"transfer_d", spread_json(sum.transfer_d)}};
  if (!one.reason.empty()) row["reason"] = one.reason;
  return row;
}

}  // namespace

std::string siting_summary(const SitingReport& r) {
  std::string out = header(r) + ranking(r);
  for (std::size_t i = 0; i < std::min(shown_sites, r.ranks.size()); ++i) out += details(r, r.ranks[i]);
  return out;
}

std::string siting_json(const SitingReport& r) {
  const orbit::SitingStudy& s = r.file.study;
  Json out{{"title", r.file.title},
           {"first_date_tt", format_date(s.dates.first, Tick{})},
           {"step_s", s.dates.step_s},
           {"dates", s.dates.count},
           {"muzzle", r.file.muzzle_source}};
  out["destinations"] = Json::array();
  for (std::size_t i = 0; i < s.destinations.size(); ++i) {
    const orbit::Destination& d = s.destinations[i];
    Json one{{"name", d.name},
             {"share", s.shares[i]},
             {"slowest_mps", d.speeds.slowest_mps},
             {"fastest_mps", d.speeds.fastest_mps},
             {"budget_mps", nullptr}};
    if (std::isfinite(d.correction_budget_mps)) one["budget_mps"] = d.correction_budget_mps;
    out["destinations"].push_back(std::move(one));
  }
  out["sites"] = Json::array();  // the best first
  for (const orbit::SiteRank& rank : r.ranks) {
    Json site = place_json(s.muzzles[rank.muzzle]);
    site["served"] = rank.served, site["spent_mps"] = rank.spent_mps;
    site["destinations"] = Json::array();
    for (std::size_t d = 0; d < s.destinations.size(); ++d)
      site["destinations"].push_back(case_json(r, case_of(r, rank.muzzle, d)));
    out["sites"].push_back(std::move(site));
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string siting_csv(const SitingReport& r) {
  const orbit::SitingStudy& s = r.file.study;
  std::string out =
      "latitude_deg,longitude_deg,azimuth_deg,destination,share_open,share_found,longest_wait_d,"
      "speed_min_mps,speed_median_mps,speed_max_mps,planned_min_mps,planned_median_mps,planned_max_mps,"
      "correction_p95_min_mps,correction_p95_median_mps,correction_p95_max_mps,"
      "transfer_min_d,transfer_median_d,transfer_max_d,reason\n";
  for (const orbit::SitingCase& one : r.cases) {
    const orbit::Muzzle& m = s.muzzles[one.muzzle];
    const orbit::WindowSummary& sum = one.summary;
    out += fmt::format("{:g},{:g},{:g},{},{:.6f},{:.6f},{:g}", degrees(m.site.latitude_rad),
                       degrees(m.site.longitude_rad), degrees(m.azimuth_rad),
                       s.destinations[one.destination].name, sum.open_share(), sum.found_share(),
                       sum.longest_wait_d);
    for (const auto& spread : {sum.speed_mps, sum.planned_mps, sum.correction_p95_mps, sum.transfer_d})
      out +=
          spread ? fmt::format(",{:.4f},{:.4f},{:.4f}", spread->least, spread->median, spread->most) : ",,,";
    std::string reason = one.reason;
    std::ranges::replace(reason, '"', '\'');
    out += reason.empty() ? ",\n" : fmt::format(",\"{}\"\n", reason);
  }
  return out;
}

}  // namespace lunafab::app
