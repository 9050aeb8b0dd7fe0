#pragma once
#include <string>
#include "campaign/scenario.hpp"

namespace lunafab::ui {

struct ViewOptions {
  std::string screenshot;          ///< PNG to write; empty: open a window
  double until_days = -1;          ///< where the run pauses, or the screenshot is taken; negative: the end
  int width = 1280, height = 800;  ///< px; a screenshot grows in height where its tables need more
};

/// Runs replication 0 of a scenario and shows it, in a window or as one picture without any display.
/// Returns the exit code: 0 done, 2 where there is nothing to draw on or the picture cannot be written.
/// @throws whatever the model throws
int view(const campaign::Scenario& scenario, const ViewOptions& options);

}  // namespace lunafab::ui
