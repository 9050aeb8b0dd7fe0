#pragma once
#include <vector>
#include "ui/frame.hpp"

namespace lunafab::ui {

/// What one drawing asks for.
struct PanelResult {
  std::vector<Command> commands;  ///< for the model, from buttons and keys
  float hidden_px = 0.0f;         ///< height the tables lack
};

/// Draws a frame over the whole display.
PanelResult draw_panels(const Frame& frame);

}  // namespace lunafab::ui
