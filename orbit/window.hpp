#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "orbit/correction.hpp"

namespace lunafab::orbit {

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

  static void visit_fields(auto& self, auto&& visit) {
    visit("found", self.found), visit("speed_mps", self.speed_mps),
        visit("insertion_mps", self.insertion_mps);
    visit("transfer_s", self.transfer_s), visit("correction_p95_mps", self.correction_p95_mps);
    visit("gain", self.gain), visit("knowledge_root", self.knowledge_root),
        visit("second_root", self.second_root);
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

/// Between nodes linear, where both were found and belong to one family of transfers (speeds within 3 m/s);
/// not found elsewhere.
WindowNode window_at(const WindowTable& table, Epoch at);

/// Whether the budget covers planned burns and the 95th percentile of the corrections.
bool is_open(const WindowNode& node, double budget_mps);

/// The first node at or after an instant at which `is_open` holds; nothing where the table has none.
std::optional<Epoch> next_open(const WindowTable& table, double budget_mps, Epoch from);

}  // namespace lunafab::orbit
