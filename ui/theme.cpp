#include "ui/theme.hpp"
#include <backends/imgui_impl_opengl3.h>
#include <filesystem>
#include "core/contract.hpp"

namespace lunafab::ui {
namespace {

// Nothing is embedded: a smooth font where the machine has it, else ImGui's own, which is sharp at 13 px
// only.
constexpr const char* smooth_font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
constexpr float smooth_px = 14.0f, own_px = 13.0f, large = 1.45f;

// Latin, Greek, dashes and quotes, raised and lowered digits: what titles and units use.
constexpr std::array<ImWchar, 9> glyphs{0x20, 0x17f, 0x370, 0x3ff, 0x2010, 0x2044, 0x2070, 0x209c, 0};

void load_fonts(float scale) {
  ImFontAtlas* atlas = ImGui::GetIO().Fonts;
  std::error_code ignored;
  const bool smooth = std::filesystem::exists(smooth_font, ignored);
  for (const float size : {1.0f, large}) {
    if (smooth) {
      atlas->AddFontFromFileTTF(smooth_font, smooth_px * scale * size, nullptr, glyphs.data());
    } else {
      ImFontConfig config;
      config.SizePixels = own_px * scale * size;
      atlas->AddFontDefault(&config);
    }
  }
}

void set_style(float scale) {
  ImGui::StyleColorsDark();
  ImGuiStyle& style = ImGui::GetStyle();
  style.WindowPadding = {12, 10};
  style.FramePadding = {8, 4};
  style.CellPadding = {4, 1};
  style.ItemSpacing = {8, 6};
  style.WindowRounding = style.WindowBorderSize = 0;
  style.FrameRounding = style.ChildRounding = 4;
  style.ScaleAllSizes(scale);
  const auto set = [&style](ImGuiCol which, ImU32 value) {
    style.Colors[which] = ImGui::ColorConvertU32ToFloat4(value);
  };
  set(ImGuiCol_Text, colour::text);
  set(ImGuiCol_WindowBg, colour::background);
  set(ImGuiCol_ChildBg, colour::panel);
  set(ImGuiCol_TableHeaderBg, colour::track);
  set(ImGuiCol_TableRowBgAlt, IM_COL32(255, 255, 255, 8));
  set(ImGuiCol_TableBorderLight, colour::grid);
  set(ImGuiCol_Button, colour::track);
}

}  // namespace

ImFont* font(Font which) {
  return ImGui::GetIO().Fonts->Fonts[static_cast<int>(which)];
}

Gui::Gui(float scale) {
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;  // leaves no file behind
  set_style(scale);
  load_fonts(scale);
  expects(ImGui_ImplOpenGL3_Init("#version 330 core"), "gui: an OpenGL context is current");
}

Gui::~Gui() {
  ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext();
}

}  // namespace lunafab::ui
