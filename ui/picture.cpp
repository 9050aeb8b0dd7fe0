#include "ui/picture.hpp"
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>
#include <algorithm>
#include <cmath>
#include "ui/panels.hpp"
#include "ui/theme.hpp"

namespace lunafab::ui {
namespace {

// ImGui sizes tables by what they held the frame before.
constexpr int settling_frames = 3;
constexpr int tallest_px = 8192;

float render(const Frame& frame, int width, int height) {
  float hidden_px = 0.0f;
  for (int i = 0; i < settling_frames; ++i) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    io.DeltaTime = 1.0f / 60.0f;
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    hidden_px = draw_panels(frame).hidden_px;
    ImGui::Render();
  }
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  return hidden_px;
}

}  // namespace

Image picture(OffscreenContext& context, const Frame& frame, int width, int height) {
  const Gui gui(1.0f);
  context.resize(width, height);
  const float hidden_px = render(frame, width, height);
  if (hidden_px > 0.0f && height < tallest_px) {
    height = std::min(height + static_cast<int>(std::ceil(hidden_px)), tallest_px);
    context.resize(width, height);
    render(frame, width, height);
  }
  return context.read();
}

}  // namespace lunafab::ui
