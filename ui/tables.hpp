#pragma once
#include <imgui.h>
#include "campaign/snapshot.hpp"

namespace lunafab::ui {

/// Height at which the table shows every station, with heading and legend.
float stations_height(const campaign::Snapshot& snapshot);
/// The same for the stores, in as many columns as `width` holds.
float stores_height(const campaign::Snapshot& snapshot, float width);

/// What every station does now and has done since the warm-up; sorted by a click on a heading. Returns the
/// height that did not fit and has to be scrolled to.
float draw_stations(const campaign::Snapshot& snapshot, ImVec2 size);

/// Level of every store. Returns the height that did not fit.
float draw_stores(const campaign::Snapshot& snapshot, ImVec2 size);

}  // namespace lunafab::ui
