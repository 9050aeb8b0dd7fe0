#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>
#include "core/tick.hpp"
#include "orbit/shells.hpp"

// How arriving satellites get into the slots of a shell, and who replaces the failed. A satellite arrives on
// a circular parking orbit of the shell's inclination; the difference of nodal drift turns its plane to the
// shell's; it is raised and then phased to its place. About the Moon a burn turns the plane. Impulses, J2
// secular drift.
namespace lunafab::orbit {

/// Time until the node of a drifting orbit meets another that is `ahead_rad` ahead of it, at a difference of
/// nodal rates (drifting − other); infinite where it never does.
double drift_time_s(double ahead_rad, double relative_radps);

/// Two burns on a circle that change the argument of latitude by an angle (positive: to a place ahead, by a
/// lower and shorter orbit) in whole revolutions of the phasing orbit.
struct Phasing {
  double delta_v_mps = 0.0;  ///< of both burns
  double duration_s = 0.0;
  double lowest_m = 0.0;  ///< radius
};
/// @throws ContractError where the phasing orbit would be open or meet the centre.
Phasing phase(double gm_m3ps2, double radius_m, double ahead_rad, int revolutions);
/// The same, the long way round where the short one dips below `floor_m` (radius).
Phasing phase_above(double gm_m3ps2, double radius_m, double ahead_rad, int revolutions, double floor_m);

/// Δv and time of a Hohmann transfer between circles.
struct Hohmann {
  double delta_v_mps = 0.0, duration_s = 0.0;
};
Hohmann hohmann(double gm_m3ps2, double from_m, double to_m);

/// Input: how slots are filled.
struct SlotPolicy {
  double parking_altitude_m = 0.0;
  double floor_altitude_m = 0.0;  ///< phasing orbits stay above
  double longest_drift_s = 365.25 * 86400.0;
  double most_turn_mps = 30.0;  ///< about the Moon; there the parking orbit is at the shell's altitude
  int phasing_revolutions = 15;
  int spares_per_plane = 0;  ///< kept at the shell's altitude, beyond the slots
};

struct Arrival {
  std::uint64_t serial = 0;
  Tick at{};
  double node_rad = 0.0;      ///< of the parking orbit, at the arrival
  double argument_rad = 0.0;  ///< of latitude, at the arrival
};
struct Failure {
  std::uint64_t serial = 0;
  Tick at{};
};

enum class SlotMove : std::uint8_t {
  placed,    ///< an arrival takes a slot
  spare,     ///< an arrival waits in a plane
  promoted,  ///< a spare takes the slot of a failed satellite
  refused    ///< no slot and no spare's place within the longest drift
};
struct Placement {
  std::uint64_t serial = 0;
  SlotMove move = SlotMove::placed;
  Slot slot{};  ///< of a spare: the plane; place −1
  Tick decided{}, ready{};
  double drift_s = 0.0;
  double delta_v_mps = 0.0;   ///< raising and phasing
  double phasing_mps = 0.0;   ///< the part of it for phasing
  double turn_mps = 0.0;      ///< beside it, into the plane
  double argument_rad = 0.0;  ///< of latitude, of a spare when ready
};

/// A satellite that waits in a plane, at the shell's altitude.
struct Spare {
  std::uint64_t serial = 0;
  Tick ready{};
  double argument_rad = 0.0;  ///< of latitude, at `ready`
  static void visit_fields(auto& self, auto&& visit) {
    visit("serial", self.serial), visit("ready", self.ready), visit("argument_rad", self.argument_rad);
  }
};

/// Who holds the slots of a shell: plain data.
struct SlotBook {
  std::vector<std::uint64_t> holder;       ///< [planes × per_plane], places of plane 0 first; 0: free
  std::vector<std::int32_t> free;          ///< by plane
  std::vector<std::vector<Spare>> spares;  ///< by plane, in the order they came
  static void visit_fields(auto& self, auto&& visit) {
    visit("holder", self.holder), visit("free", self.free), visit("spares", self.spares);
  }
};

/// Decides for a shell, one event after another; what it decided stands in the book. An arrival takes the
/// free slot whose plane it meets first (then the place that is cheapest to phase to); with all slots taken
/// it becomes a spare where one is missing. A failed satellite's slot goes to its plane's first ready spare,
/// or is free for the next arrival.
class SlotDesk {
 public:
  /// @throws ContractError for an impossible shell or policy.
  SlotDesk(const Shell& shell, Epoch epoch, const SlotPolicy& policy);

  const Shell& shell() const { return shell_; }
  SlotBook empty_book() const;
  /// A satellite that holds nothing yet.
  Placement arrive(SlotBook& book, const Arrival& arrival) const;
  /// The same where a burn turns the orbit into a plane: the nearest with a free slot, within the policy's
  /// most.
  /// @param turns_mps [planes]
  Placement arrive(SlotBook& book, const Arrival& arrival, const std::vector<double>& turns_mps) const;
  /// Frees what a satellite holds (a spare's place is −1); the spare that takes it, if one does.
  std::optional<Placement> release(SlotBook& book, const Slot& held, const Failure& failure) const;

 private:
  double drift_to(int plane, const Arrival& arrival) const;
  double argument_of(const Slot& slot, double time_s) const;
  double argument_when_raised(const Arrival& arrival, double drift_s) const;
  Phasing phasing(double ahead_rad) const;
  std::size_t index(int plane, int place) const;
  /// Of the free places next to an argument of latitude, the one that is cheaper to phase to.
  std::pair<int, Phasing> cheapest(const SlotBook& book, int plane, double argument_rad, double time_s) const;
  Placement place(SlotBook& book, const Arrival& arrival, int plane, double drift_s) const;
  Placement keep(SlotBook& book, const Arrival& arrival, int plane, double drift_s) const;
  bool is_full(const SlotBook& book) const;
  /// The plane with a free slot and the least effort, or for a spare; −1 where none is within `most`.
  int plane_for(const SlotBook& book, const std::vector<double>& efforts, double most) const;
  /// The plane for a spare, −1 if there is none: of those within `most` the one with fewest, then least
  /// effort.
  int plane_for_spare(const SlotBook& book, const std::vector<double>& efforts, double most) const;
  std::optional<Placement> promote(SlotBook& book, const Slot& slot, Tick at) const;

  struct PlaneStart {
    double node_rad, argument_rad;  ///< of place 0, at the epoch
  };
  Shell shell_;
  SlotPolicy policy_;
  double gm_, radius_m_, floor_m_ = 0.0;
  double node_radps_ = 0.0, relative_radps_ = 0.0, parking_radps_ = 0.0, slot_radps_ = 0.0;
  Hohmann raise_;
  std::vector<PlaneStart> planes_;
};

/// Assigns in order of time, failures before arrivals at the same tick, then by serial. Pure and
/// deterministic. Failures of satellites that hold nothing count for nothing.
/// @throws ContractError for an impossible shell or policy, or a serial that arrives twice.
std::vector<Placement> assign_slots(const Shell& shell, Epoch epoch, const SlotPolicy& policy,
                                    std::span<const Arrival> arrivals, std::span<const Failure> failures);

/// Probability that more than `spares` satellites fail before the next supply, Poisson with that mean.
double stockout_probability(double mean_failures, int spares);
/// Fewest spares for a probability of stockout of at most `probability`.
int spares_for(double mean_failures, double probability);

}  // namespace lunafab::orbit
