#pragma once
#include "ui/frame.hpp"
#include "ui/headless.hpp"

namespace lunafab::ui {

/// The window's content as a picture, at least `height` px high and as much more as its tables need.
Image picture(OffscreenContext& context, const Frame& frame, int width, int height);

}  // namespace lunafab::ui
