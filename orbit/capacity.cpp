#include "orbit/capacity.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <string>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

constexpr double day_s = 86400.0, year_days = 365.25;

/// Firsts of the months after `start`.
std::vector<Epoch> month_firsts(Epoch start, int months) {
  const std::string date = format_date(start, Tick{});
  int year = std::stoi(date.substr(0, 4)), month = std::stoi(date.substr(5, 2));
  std::vector<Epoch> out;
  while (static_cast<int>(out.size()) < months) {
    if (++month > 12) month = 1, ++year;
    out.push_back(parse_epoch(fmt::format("{:04}-{:02}-01", year, month)));
  }
  return out;
}

struct Change {
  Tick at;
  std::size_t day;  ///< of entry
  int sign;
};

std::vector<Change> changes(std::span<const Service> services) {
  std::vector<Change> out;
  for (const Service& s : services) {
    expects(s.entry.us >= 0 && (!s.end || *s.end >= s.entry),
            "service must begin after 0 and before its end");
    const auto day = static_cast<std::size_t>(seconds(s.entry) / day_s);
    out.push_back({s.entry, day, 1});
    if (s.end) out.push_back({*s.end, day, -1});
  }
  std::stable_sort(out.begin(), out.end(), [](const Change& a, const Change& b) { return a.at < b.at; });
  return out;
}

void require(const CapacityModel& m) {
  expects(m.compute_W >= 0.0 && m.compute_per_J >= 0.0 && m.bits_per_compute >= 0.0 && m.link_bps >= 0.0,
          "capacities must not be negative");
  expects(m.lit_fraction >= 0.0 && m.lit_fraction <= 1.0, "lit fraction must be in [0, 1]");
  expects(m.fade_per_year >= 0.0 && m.fade_per_year < 1.0, "fade must be in [0, 1)");
}

/// From satellites by day of entry.
CapacityRow row_of(const CapacityModel& m, const std::vector<std::int64_t>& by_day, double now_days,
                   LossAccount losses) {
  CapacityRow row;
  for (std::size_t d = 0; d < by_day.size(); ++d) {
    if (by_day[d] == 0) continue;
    const double years = std::max(0.0, now_days - (static_cast<double>(d) + 0.5)) / year_days;
    const double alive =
        losses == LossAccount::expected ? survival(m.reliability, m.dose_Gy_per_year, years) : 1.0;
    const double satellites = static_cast<double>(by_day[d]) * alive;
    row.active += satellites;
    row.compute_W += satellites * m.compute_W * std::pow(1.0 - m.fade_per_year, years);
  }
  row.compute_per_s = row.compute_W * m.compute_per_J * m.lit_fraction;
  row.results_bps = row.compute_per_s * m.bits_per_compute;
  row.link_bps = row.active * m.link_bps;
  // All satellites are equal in kind, so that the share that gets down is common to them.
  row.delivered_per_s =
      row.results_bps > row.link_bps ? row.link_bps / m.bits_per_compute : row.compute_per_s;
  return row;
}

}  // namespace

std::vector<CapacityRow> capacity_by_month(const CapacityModel& model, std::span<const Service> services,
                                           Epoch start, int months, LossAccount losses) {
  require(model);
  expects(months >= 0, "months must not be negative");
  const std::vector<Change> events = changes(services);
  std::size_t days = 0, next = 0;
  for (const Change& c : events) days = std::max(days, c.day + 1);
  std::vector<std::int64_t> by_day(days, 0);
  std::vector<CapacityRow> rows;
  std::int64_t entered = 0;
  for (const Epoch& at : month_firsts(start, months)) {
    const double now_days = at.tt_days_since_j2000 - start.tt_days_since_j2000;
    const Tick now = Tick{} + ticks_from_seconds(now_days * day_s);
    for (; next < events.size() && events[next].at <= now; ++next) {
      by_day[events[next].day] += events[next].sign;
      if (events[next].sign > 0) ++entered;
    }
    CapacityRow row = row_of(model, by_day, now_days, losses);
    row.at = at, row.entered = entered;
    rows.push_back(row);
  }
  return rows;
}

std::vector<CapacityRow> sum_rows(std::span<const std::vector<CapacityRow>> shells) {
  std::vector<CapacityRow> sum;
  for (const std::vector<CapacityRow>& rows : shells) {
    if (sum.empty()) {
      sum = rows;
      continue;
    }
    expects(rows.size() == sum.size(), "tables must have the same months");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CapacityRow& s = sum[i];
      const CapacityRow& r = rows[i];
      expects(s.at.tt_days_since_j2000 == r.at.tt_days_since_j2000, "tables must have the same months");
      s.entered += r.entered, s.active += r.active, s.compute_W += r.compute_W;
      s.compute_per_s += r.compute_per_s, s.results_bps += r.results_bps;
      s.link_bps += r.link_bps, s.delivered_per_s += r.delivered_per_s;
    }
  }
  return sum;
}

}  // namespace lunafab::orbit
