#include "core/tick.hpp"
#include <fmt/format.h>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include "core/contract.hpp"

namespace lunafab {
namespace {

constexpr std::chrono::sys_days j2000_midnight =
    std::chrono::year{2000} / std::chrono::January / 1;  // the epoch itself is 12 h later

}  // namespace

Ticks ticks_from_seconds(double span_s) {
  expects(std::isfinite(span_s) && std::abs(span_s) <= longest_span_s,
          "ticks: span must be finite and below 29,000 yr");
  return {std::llround(span_s * 1e6)};
}

Epoch parse_epoch(const std::string& text) {
  int year = 0, hour = 0, minute = 0, second = 0, used = 0;
  unsigned month = 0, day = 0;
  const char* s = text.c_str();
  bool ok = std::sscanf(s, "%4d-%2u-%2u%n", &year, &month, &day, &used) == 3;  // NOLINT(cert-err34-c)
  if (ok && s[used] != '\0') {
    int more = 0;
    ok = std::sscanf(s + used, "T%2d:%2d:%2d%n", &hour, &minute, &second, &more) ==
             3 &&  // NOLINT(cert-err34-c)
         s[used + more] == '\0';
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  ok = ok && date.ok() && year >= 1900 && year <= 3000 && hour >= 0 && hour < 24 && minute >= 0 &&
       minute < 60 && second >= 0 && second < 60;
  if (!ok) throw std::invalid_argument("not a date: " + text);
  const auto whole_days = (std::chrono::sys_days{date} - j2000_midnight).count();
  return {static_cast<double>(whole_days) - 0.5 + (hour * 3600 + minute * 60 + second) / 86400.0};
}

std::string format_date(Epoch start, Tick since) {
  const auto start_s = std::llround((start.tt_days_since_j2000 + 0.5) * 86400.0);
  auto total_s = start_s + since.us / microseconds_per_second;
  const auto day_number = total_s >= 0 ? total_s / 86400 : (total_s - 86399) / 86400;
  total_s -= day_number * 86400;
  const std::chrono::year_month_day date{j2000_midnight + std::chrono::days{day_number}};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), total_s / 3600,
                     total_s / 60 % 60, total_s % 60);
}

}  // namespace lunafab
