#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "orbit/correction.hpp"

namespace lunafab::orbit {

/// A planned burn, counted from the launch.
struct PlannedBurn {
  double after_s = 0.0;
  std::array<double, 3> dv_mps{};  ///< GCRF axes

  static void visit_fields(auto& self, auto&& visit) {
    visit("after_s", self.after_s), visit("dv_mps", self.dv_mps);
  }
};

/// The transfer that a launch at one instant begins, and its corrections, as numbers.
struct WindowNode {
  std::uint8_t found = 0;
  double speed_mps = 0.0;                  ///< at the muzzle
  double insertion_mps = 0.0;              ///< planned burns
  double transfer_s = 0.0;                 ///< muzzle to arrival
  double correction_p95_mps = 0.0;         ///< at the muzzle covariance the table was built for
  std::array<double, 9> gain{};            ///< [3×3 row-major] first correction by muzzle error
  std::array<double, 9> knowledge_root{};  ///< [3×3] root of the first correction's covariance from tracking
  std::array<double, 9> second_root{};     ///< [3×3] the same of the second correction
  std::array<std::array<double, 9>, 2> trim_roots{};  ///< the same of both corrections after an aimed burn
  Body arrival_centre = Body::moon;
  std::array<double, 6> arrival{};  ///< r, v after the last planned burn; m, m/s, GCRF axes
  std::uint8_t burn_count = 0;
  std::array<PlannedBurn, 3> burns{};

  static void visit_fields(auto& self, auto&& visit) {
    visit("found", self.found), visit("speed_mps", self.speed_mps),
        visit("insertion_mps", self.insertion_mps);
    visit("transfer_s", self.transfer_s), visit("correction_p95_mps", self.correction_p95_mps);
    visit("gain", self.gain), visit("knowledge_root", self.knowledge_root),
        visit("second_root", self.second_root), visit("trim_roots", self.trim_roots);
    visit("arrival_centre", self.arrival_centre), visit("arrival", self.arrival);
    visit("burn_count", self.burn_count), visit("burns", self.burns);
  }
};

/// Transfers to one destination over the dates of a run, at equal distances.
struct WindowTable {
  Epoch first;
  double step_s = 0.0;
  std::vector<WindowNode> nodes;

  static void visit_fields(auto& self, auto&& visit) {
    visit("first", self.first), visit("step_s", self.step_s), visit("nodes", self.nodes);
  }
};

/// One row of the launch-window study: a node with its date and, where there is no transfer, the reason.
struct Window {
  Epoch at;
  WindowNode node;
  std::string reason;

  static void visit_fields(auto& self, auto&& visit) {
    visit("at", self.at), visit("node", self.node), visit("reason", self.reason);
  }
};

/// Solves one instant in full.
Window solve_window(const TransferSetting& setting, const Destination& destination,
                    const Eigen::Matrix3d& muzzle_m2ps2, const Navigation& navigation, Epoch at);

/// Solves `count` instants from `first` on, over all cores, each from its neighbour where that helps: cheaper
/// than, and at least about as good as, each by itself. The result does not depend on the number of threads.
std::vector<Window> solve_windows(const TransferSetting& setting, const Destination& destination,
                                  const Eigen::Matrix3d& muzzle_m2ps2, const Navigation& navigation,
                                  Epoch first, double step_s, std::size_t count);

/// The state after the last planned burn of a launch at `launch`.
Craft arrival_of(const WindowNode& node, Epoch launch);
/// Local mean time of the ascending node in that state; nothing where it is not about the Earth.
std::optional<double> arrival_node_time_h(const WindowNode& node, Epoch launch);

/// Between nodes linear (of the arrival and the burns, the directions turn and the lengths are linear), where
/// both were found and belong to one family of transfers: speeds within 3 m/s, planes and places of arrival
/// within half a radian; not found elsewhere.
WindowNode window_at(const WindowTable& table, Epoch at);

/// Whether the budget covers planned burns and the 95th percentile of the corrections.
bool is_open(const WindowNode& node, double budget_mps);

/// The first node at or after an instant at which `is_open` holds; nothing where the table has none.
std::optional<Epoch> next_open(const WindowTable& table, double budget_mps, Epoch from);

}  // namespace lunafab::orbit
