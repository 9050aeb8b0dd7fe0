#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>
#include "core/muzzle.hpp"
#include "core/random.hpp"
#include "orbit/correction.hpp"
#include "orbit/destination.hpp"
#include "orbit/plane_gate.hpp"
#include "orbit/window.hpp"

namespace lunafab::orbit {

/// What is above the muzzle, at the fidelity of a campaign. At `ideal` only `destinations` counts.
struct OrbitModel {
  Fidelity fidelity = Fidelity::ideal;
  Epoch start;  ///< of the clock
  std::vector<Destination> destinations;
  std::shared_ptr<const Ephemeris> sky;
  std::shared_ptr<const GravityField> field;
  TransferSetting setting;  ///< points into `sky` and `field`
  Navigation navigation;
  Eigen::Matrix3d muzzle_m2ps2 = Eigen::Matrix3d::Zero();  ///< what corrections are planned for
  std::vector<WindowTable> windows;                        ///< by destination
  std::vector<std::optional<PlaneGate>> gates;             ///< by destination, or empty
  std::int64_t audit = 0;  ///< at `table`: one serial number in so many is solved in full as well
};

/// What a launch at an instant would have to do.
struct PlannedTransfer {
  /// There is a transfer, the budget covers it with the 95th percentile of its corrections, and where
  /// launches wait for a plane, one is near enough.
  bool open = false;
  double speed_mps = 0.0;
  double insertion_mps = 0.0;
  double correction_p95_mps = 0.0;
};
/// @param free slots by plane of the destination's gate: only planes with some count, where any has; empty:
/// all count
PlannedTransfer planned_transfer(const OrbitModel& model, std::size_t destination, Tick at,
                                 std::span<const std::int32_t> free = {});
/// The first instant from `from` on at which a launch is planned open: at `ideal` at once; `never` where the
/// windows end.
Tick next_open(const OrbitModel& model, std::size_t destination, Tick from,
               std::span<const std::int32_t> free = {});

/// The fastest launch planned to a destination over the run.
double fastest_launch_mps(const OrbitModel& model, std::size_t destination);

struct InsertionOrder {
  std::uint64_t serial = 0;
  MuzzleState muzzle{};
  double nominal_speed_mps = 0.0;  ///< the launch speed planned
};

enum class InsertionOutcome : std::uint8_t { inserted, lost_correction, lost_impact, lost_arrival };
constexpr const char* name(InsertionOutcome outcome) {
  constexpr const char* names[] = {"inserted", "correction beyond budget", "impact on the Moon",
                                   "arrival failure"};
  return names[static_cast<int>(outcome)];
}

/// One insertion. The burns are those needed, also where the satellite could not pay them.
struct InsertionResult {
  InsertionOrder order{};
  InsertionOutcome outcome = InsertionOutcome::inserted;
  Fidelity fidelity = Fidelity::ideal;
  Tick arrival{};  ///< of the satellite, or of its loss
  double correction_mps = 0.0;
  double insertion_mps = 0.0;
  double margin_mps = 0.0;          ///< budget − correction − insertion; negative: lost
  double flight_time_s = 0.0;       ///< muzzle to arrival or loss
  double correction_rms_mps = 0.0;  ///< root mean square expected from the muzzle covariance
  bool audited = false;
  double audit_mps =
      0.0;  ///< correction and insertion of the table less those of the full solution, same errors
};

/// Inserts at the model's fidelity: pure; draws keyed by the entity `destinations.<name>` and the satellite's
/// serial. A satellite that can pay correction and insertion does so promptly and arrives, unless it fails on
/// arrival. One that cannot falls back
/// (`lost_impact`) where its two-body path returns to the mean sphere before any burn could help: for lunar
/// orbit at once, when slower than circular; otherwise after one revolution, when the apoapsis lies in the
/// Moon's sphere of influence. Elsewhere it is stranded (`lost_correction`), dated by the flight time.
/// - `ideal`: the correction is gain × |launch velocity error|; flight time and burns are the destination's.
/// - `table`: speed, burns, flight time and the gains of both corrections from the windows; errors of
/// tracking drawn.
/// - `solve`: flown in the full model with the same errors: tracking, first correction, second correction,
/// burns (`fly`).
/// @throws ContractError unless the order was planned for this destination (at `ideal`: at its speed).
InsertionResult insert(const OrbitModel& model, std::size_t destination, const InsertionOrder& order,
                       std::uint64_t seed, std::uint32_t replication);

}  // namespace lunafab::orbit
