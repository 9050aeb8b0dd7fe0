#pragma once
#include <imgui.h>
#include <array>
#include "factory/state.hpp"

// Colours and fonts, the same in a window and in a picture.
namespace lunafab::ui {

namespace colour {
inline constexpr ImU32 text = IM_COL32(222, 226, 233, 255);
inline constexpr ImU32 dim = IM_COL32(146, 154, 168, 255);
inline constexpr ImU32 background = IM_COL32(17, 20, 26, 255);
inline constexpr ImU32 panel = IM_COL32(26, 30, 38, 255);
inline constexpr ImU32 track = IM_COL32(46, 52, 64, 255);
inline constexpr ImU32 grid = IM_COL32(52, 58, 70, 255);
inline constexpr ImU32 fill = IM_COL32(47, 92, 133, 255);
inline constexpr ImU32 amber = IM_COL32(255, 183, 40, 255);
inline constexpr ImU32 red = IM_COL32(242, 100, 70, 255);
}  // namespace colour

/// Okabe and Ito's palette, which the common colour-blindnesses tell apart, by factory::Mode.
/// @source Okabe & Ito, Color Universal Design (2008)
inline constexpr std::array<ImU32, factory::mode_count> mode_colours{
    IM_COL32(108, 116, 130, 255),  // starved: grey, it only waits
    IM_COL32(0, 158, 115, 255),    // busy
    IM_COL32(230, 159, 0, 255),    // blocked
    IM_COL32(213, 94, 0, 255),     // down
    IM_COL32(204, 121, 167, 255),  // no power
    IM_COL32(240, 228, 66, 255),   // held
    IM_COL32(0, 114, 178, 255),    // frozen
    IM_COL32(86, 180, 233, 255),   // thawing
    IM_COL32(205, 210, 218, 255),  // away
    IM_COL32(148, 103, 189, 255),  // set-up
    IM_COL32(188, 128, 64, 255),   // no resource
    IM_COL32(255, 187, 120, 255),  // maintenance
    IM_COL32(64, 70, 82, 255),     // off: nearly the ground
};

constexpr ImU32 with_alpha(ImU32 rgba, unsigned alpha) {
  return (rgba & ~IM_COL32_A_MASK) | alpha << IM_COL32_A_SHIFT;
}

enum class Font { text, large };
ImFont* font(Font which);

/// An ImGui context with the theme, drawing through the OpenGL context that is current.
class Gui {
 public:
  explicit Gui(float scale);
  ~Gui();
  Gui(const Gui&) = delete;
  Gui& operator=(const Gui&) = delete;
};

}  // namespace lunafab::ui
