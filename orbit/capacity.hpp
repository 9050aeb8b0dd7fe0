#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>
#include "core/tick.hpp"
#include "orbit/radiation.hpp"

// Compute capacity by date, and what of its results the links can carry.
namespace lunafab::orbit {

/// Whether losses are those that happened or those to be expected.
enum class LossAccount : std::uint8_t { actual, expected };

/// Input: one kind of satellite in one shell.
struct CapacityModel {
  double compute_W = 0.0;        ///< when it enters service
  double compute_per_J = 0.0;    ///< units of compute (any) for a joule
  double lit_fraction = 1.0;     ///< share of time at work: below 1 where compute pauses in the shadow
  double fade_per_year = 0.025;  ///< of power; compute is throttled along (no oversized array)
  Reliability reliability{};     ///< for expected losses
  double dose_Gy_per_year = 0.0;
  double bits_per_compute = 0.0;  ///< results sent down for a unit of compute
  double link_bps = 0.0;          ///< of one satellite, mean over time
};

struct Service {
  Tick entry{};
  std::optional<Tick> end{};  ///< failed, retired; with expected losses: planned ends only
};

struct CapacityRow {
  Epoch at;  ///< first of the month, 0 h
  std::int64_t entered = 0;
  double active = 0.0;  ///< satellites; expected number, or count
  double compute_W = 0.0;
  double compute_per_s = 0.0;
  double results_bps = 0.0;      ///< what they produce
  double link_bps = 0.0;         ///< what their links carry
  double delivered_per_s = 0.0;  ///< compute whose results get down
};

/// One row a calendar month from the first one after `start`, ticks counting from `start`. Ages are taken to
/// the day. A million satellites over ten years: under a second.
std::vector<CapacityRow> capacity_by_month(const CapacityModel& model, std::span<const Service> services,
                                           Epoch start, int months, LossAccount losses);
/// Rows of several shells added up; they must be of the same months.
std::vector<CapacityRow> sum_rows(std::span<const std::vector<CapacityRow>> shells);

}  // namespace lunafab::orbit
