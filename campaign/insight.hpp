#pragma once
#include <optional>
#include <string>
#include <vector>
#include "campaign/factory_physics.hpp"
#include "campaign/scenario.hpp"
#include "campaign/state.hpp"

// Why a finished run came out as it did: how good the line could be, where its pieces wait and why, and what
// its beginning cost. All of it counts from the end of the warm-up.
namespace lunafab::campaign {

/// The line between its curves.
struct LinePlace {
  LineBounds bounds;  ///< of the rough cut
  double per_h = 0.0, cycle_h = 0.0;
  double wip = 0.0;               ///< by Little's law
  std::optional<double> place{};  ///< 0 practical worst case, 1 best case
};

/// A station's queue by Kingman's equation beside what was seen.
struct StationQueue {
  std::string name;
  Queue queue;
  double served_per_h = 0.0;
  std::optional<double> predicted_h{};  ///< mean wait; none where the equation says nothing
  std::optional<double> observed_h{};   ///< in the store or queue before it
  std::vector<std::string> reasons{};   ///< why the equation says nothing, or only roughly

  double predicted_pieces() const { return predicted_h.value_or(0.0) * served_per_h; }
};

/// How the line came to its steady output.
struct RampUp {
  double steady_from_h = 0.0;         ///< the warm-up, or where MSER-5 finds none
  double steady_per_h = 0.0;          ///< pieces shipped from then on
  double lost_pieces = 0.0;           ///< short of that rate by then
  std::optional<double> reached_h{};  ///< first time at 90 % of it; none within the warm-up
  double resolution_h = 0.0;          ///< … to this
};

struct Insight {
  const char* piece = "pieces";     ///< what the line's figures count: pieces, or lots
  std::optional<LinePlace> line{};  ///< none where `no_line` says why
  std::string no_line{};
  std::vector<StationQueue> stations;
  std::optional<RampUp> ramp_up;  ///< none without a steady state
  bool warmed_up = false;         ///< false: the figures hold the ramp-up
};

/// Of a plant without a site around it, at the end of its run; nothing otherwise.
std::optional<Insight> insight(const Scenario& scenario, const CampaignState& state);

/// Stations by longest predicted queue.
std::vector<std::size_t> longest_queues(const Insight& insight);

}  // namespace lunafab::campaign
