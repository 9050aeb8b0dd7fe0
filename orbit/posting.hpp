#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "core/tick.hpp"

namespace lunafab::orbit {

/// Life of a satellite. The order is part of the store's format: add at the end only.
enum class LifeState : std::uint8_t {
  ordered,
  building,
  built,
  queued,
  launched,
  coasting,
  inserting,
  operational,
  degraded,
  failed,
  disposing,
  retired,
  decayed,
  lost,
  scrapped
};
inline constexpr std::size_t life_state_count = 15;
std::string_view name(LifeState state);
/// The state of this name, if there is one.
std::optional<LifeState> life_state(std::string_view name);

/// Measured or planned. The order is part of the store's format, as is that of the centres.
enum class OrbitKind : std::uint8_t { definitive, predicted };
enum class OrbitCentre : std::uint8_t { earth, moon, sun, earth_moon_barycentre };
inline constexpr std::size_t orbit_centre_count = 4;
std::string_view name(OrbitKind kind);
std::string_view name(OrbitCentre centre);

/// Where a satellite is, or will be, and how well that is known. GCRF axes through `centre`.
struct OrbitRecord {
  OrbitKind kind = OrbitKind::definitive;
  OrbitCentre centre = OrbitCentre::earth;
  Tick epoch{};  ///< of the state; need not be the posting's
  Eigen::Vector3d r_m = Eigen::Vector3d::Zero();
  Eigen::Vector3d v_mps = Eigen::Vector3d::Zero();
  /// Of (r, v): the lower triangle by rows, 21 terms; m², m²/s, m²/s².
  std::optional<std::array<double, 21>> covariance{};

  static void visit_fields(auto& self, auto&& visit) {
    visit("kind", self.kind), visit("centre", self.centre), visit("epoch_us", self.epoch);
    visit("x_m", self.r_m[0]), visit("y_m", self.r_m[1]), visit("z_m", self.r_m[2]);
    visit("vx_mps", self.v_mps[0]), visit("vy_mps", self.v_mps[1]), visit("vz_mps", self.v_mps[2]);
    visit("covariance", self.covariance);
  }
};

/// A burn that is planned, as an impulse.
struct BurnRecord {
  Tick epoch{};
  Eigen::Vector3d dv_mps = Eigen::Vector3d::Zero();  ///< GCRF axes

  static void visit_fields(auto& self, auto&& visit) {
    visit("epoch_us", self.epoch);
    visit("dvx_mps", self.dv_mps[0]), visit("dvy_mps", self.dv_mps[1]), visit("dvz_mps", self.dv_mps[2]);
  }
};

/// The place in the constellation.
struct SlotRecord {
  std::string shell{};
  std::int64_t plane = 0;
  std::int64_t place = 0;  ///< within the plane; −1: a spare of the plane

  static void visit_fields(auto& self, auto&& visit) {
    visit("shell", self.shell), visit("plane", self.plane), visit("place", self.place);
  }
};

/// What the satellite can do from the posting's tick on, and how that fades.
struct Capacity {
  std::int64_t power_W = 0;
  double compute_flops = 0.0;  ///< floating-point operations a second, at this power
  double fade_per_year = 0.0;  ///< part of power and compute lost each Julian year, compounded; below 1

  static void visit_fields(auto& self, auto&& visit) {
    visit("power_W", self.power_W), visit("compute_flops", self.compute_flops);
    visit("fade_per_year", self.fade_per_year);
  }
};
/// What is left of 1 after `years` of fade.
double faded(double fade_per_year, Ticks span);

/// What wears out. What is not given stays as it was.
struct Reserve {
  std::optional<std::int64_t> delta_v_left_mmps{};
  std::optional<double> dose_Gy{};  ///< absorbed since launch, in silicon

  static void visit_fields(auto& self, auto&& visit) {
    visit("delta_v_left_mmps", self.delta_v_left_mmps), visit("dose_Gy", self.dose_Gy);
  }
};

/// What the satellite was made from, in the poster's own names.
struct Provenance {
  std::string regolith_batch{};
  std::string chip_lot{};

  static void visit_fields(auto& self, auto&& visit) {
    visit("regolith_batch", self.regolith_batch), visit("chip_lot", self.chip_lot);
  }
};

/// A step enters a state; a note tells something new of a satellite that stays in its state.
enum class PostingKind : std::uint8_t { step, note };

/// One line of the constellation ledger: satellite `serial` enters `state` at `tick`, or is told of. In a
/// note the store fills in the state, and what is left at its default stays as it was: product, destination,
/// mass and power.
struct Posting {
  std::int64_t seq = 0;  ///< 1, 2, 3 … without gaps
  Tick tick{};
  std::uint64_t serial = 0;  ///< from 1
  LifeState state = LifeState::ordered;
  PostingKind kind = PostingKind::step;
  std::string product{};  ///< design that was built
  std::string destination{};
  std::int64_t mass_mg = 0;       ///< now
  std::int64_t power_W = 0;       ///< compute power it carries now, as told; see `capacity` for fade by date
  std::int64_t delta_v_mmps = 0;  ///< spent on reaching this state, or since the posting before
  std::string note{};             ///< why: order name, loss reason, fidelity

  // What most postings do not carry.
  std::vector<OrbitRecord> orbits{};  ///< at most one definitive and one predicted, in this order
  std::optional<SlotRecord> slot{};
  std::optional<Capacity> capacity{};
  std::optional<Reserve> reserve{};
  std::optional<Provenance> provenance{};
  std::vector<BurnRecord> burns{};  ///< planned from here on, each later than the one before

  static void visit_fields(auto& self, auto&& visit) {
    visit("seq", self.seq), visit("tick", self.tick), visit("serial", self.serial);
    visit("state", self.state), visit("kind", self.kind);
    visit("product", self.product), visit("destination", self.destination), visit("mass_mg", self.mass_mg);
    visit("power_W", self.power_W), visit("delta_v_mmps", self.delta_v_mmps), visit("note", self.note);
    visit_parts(self, visit);
  }
  /// The parts alone; their order gives their bits in `parts`.
  static void visit_parts(auto& self, auto&& visit) {
    visit("orbits", self.orbits), visit("slot", self.slot), visit("capacity", self.capacity);
    visit("reserve", self.reserve), visit("provenance", self.provenance), visit("burns", self.burns);
  }
};

/// One bit for each part the posting carries.
std::uint8_t parts(const Posting& posting);
/// SQLite keeps no sign of a zero; nothing here needs one.
void drop_negative_zeros(Posting& posting);
/// What is wrong with the values of a posting by itself; "" if nothing.
std::string value_problem(const Posting& posting);

}  // namespace lunafab::orbit
