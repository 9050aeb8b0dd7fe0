#include "ui/panels.hpp"
#include <fmt/format.h>
#include <imgui.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include "ui/format.hpp"
#include "ui/plot.hpp"
#include "ui/tables.hpp"
#include "ui/theme.hpp"

namespace lunafab::ui {
namespace {

using campaign::Snapshot;

struct Speed {
  const char* label;
  double days_per_s;
};
constexpr std::array<Speed, 5> speeds{
    {{"0.1", 0.1}, {"1", 1.0}, {"10", 10.0}, {"100", 100.0}, {"max", unpaced}}};

const char* name(RunState run) {
  switch (run) {
    case RunState::preparing:
      return "preparing";
    case RunState::running:
      return "running";
    case RunState::paused:
      return "paused";
    case RunState::finished:
      return "finished";
    case RunState::failed:
      return "failed";
  }
  return "";
}

void coloured(ImU32 tint, const std::string& text) {
  ImGui::PushStyleColor(ImGuiCol_Text, tint);
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopStyleColor();
}

void draw_speeds(const Frame& frame, std::vector<Command>& commands) {
  const float em = ImGui::GetFontSize();
  for (const Speed& speed : speeds) {
    const bool chosen = frame.days_per_s == speed.days_per_s;
    ImGui::SameLine(0.0f, 0.3f * em);
    if (chosen) ImGui::PushStyleColor(ImGuiCol_Button, colour::fill);
    if (ImGui::Button(speed.label, {3.2f * em, 0.0f})) {
      commands.push_back({.kind = Command::Kind::speed, .days_per_s = speed.days_per_s});
    }
    if (chosen) ImGui::PopStyleColor();
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("simulated days a second");
  }
}

std::vector<Command> draw_controls(const Frame& frame) {
  std::vector<Command> commands;
  const float em = ImGui::GetFontSize();
  const bool over = frame.run == RunState::finished || frame.run == RunState::failed;
  const bool running = frame.run == RunState::running;
  ImGui::BeginDisabled(over);
  const bool space = !over && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Space), false);
  if (ImGui::Button(running ? "Pause" : "Play", {5.0f * em, 0.0f}) || space) {
    commands.push_back({.kind = running ? Command::Kind::pause : Command::Kind::play});
  }
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("or the space bar");
  ImGui::SameLine();
  if (ImGui::Button("Step", {4.0f * em, 0.0f})) commands.push_back({.kind = Command::Kind::step});
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("one window of the model, then pause");
  ImGui::SameLine(0.0f, 1.2f * em);
  ImGui::AlignTextToFramePadding();
  coloured(colour::dim, "days/s");
  draw_speeds(frame, commands);
  ImGui::EndDisabled();
  return commands;
}

float controls_width() {
  const float em = ImGui::GetFontSize();
  return 10.2f * em + ImGui::GetStyle().ItemSpacing.x + ImGui::CalcTextSize("days/s").x +
         static_cast<float>(speeds.size()) * 3.5f * em;
}

void draw_status(const Frame& frame) {
  const Snapshot& s = frame.snapshot;
  const float gap = 1.6f * ImGui::GetFontSize();
  if (!s.date.empty()) {
    ImGui::TextUnformatted((to_minute(s.date) + " TT").c_str());
    ImGui::SameLine(0.0f, gap);
  }
  ImGui::TextUnformatted(fmt::format("day {:.1f} of {:.1f}", days(s.now), days(s.end)).c_str());
  ImGui::SameLine(0.0f, gap);
  coloured(frame.run == RunState::failed ? colour::red : colour::dim, name(frame.run));
  if (!frame.error.empty()) {
    ImGui::SameLine(0.0f, gap);
    coloured(colour::red, frame.error);
  }
  if (!s.fidelity.empty()) {
    ImGui::SameLine(0.0f, gap);
    coloured(colour::amber, fmt::format("launch / insertion: {}", s.fidelity));
  }
  const std::string events = grouped(static_cast<std::int64_t>(s.events)) + " events";
  ImGui::SameLine(ImGui::GetContentRegionMax().x - ImGui::CalcTextSize(events.c_str()).x);
  coloured(colour::dim, events);
}

void draw_progress(const Snapshot& s) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = 0.3f * ImGui::GetFontSize();
  const float part = s.end > Tick{} ? static_cast<float>(days(s.now) / days(s.end)) : 0.0f;
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + width, at.y + height}, colour::track, 2.0f);
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + width * part, at.y + height}, colour::fill, 2.0f);
  ImGui::Dummy({width, height});
}

// Title and controls above, the state of the run below, then how far it is.
std::vector<Command> draw_header(const Frame& frame) {
  const float em = ImGui::GetFontSize(), controls = controls_width(), right = ImGui::GetContentRegionMax().x;
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  ImGui::PushFont(font(Font::large));
  ImGui::PushClipRect(corner, {corner.x + right - controls - 2.0f * em, corner.y + 3.0f * em}, true);
  ImGui::TextUnformatted(frame.snapshot.title.c_str());
  ImGui::PopClipRect();
  ImGui::PopFont();
  ImGui::SameLine(right - controls);
  std::vector<Command> commands = draw_controls(frame);
  draw_status(frame);
  draw_progress(frame.snapshot);
  return commands;
}

struct Figure {
  std::string label, value;
  ImU32 tint = colour::text;
};

std::vector<Figure> key_figures(const Frame& frame) {
  const Snapshot& s = frame.snapshot;
  std::vector<Figure> figures;
  if (s.has_space) {
    figures = {{"satellites ordered", grouped(s.ordered)},
               {"built", grouped(s.built)},
               {"queued for launch", grouped(s.queued)},
               {"launched", grouped(s.launched)},
               {"inserted", grouped(s.inserted)},
               {"lost", grouped(s.lost), s.lost > 0 ? colour::red : colour::text},
               {"active in orbit", amount(s.active_kW / 1e3) + " MW"}};
  } else {
    const auto busy = static_cast<std::size_t>(factory::Mode::busy);
    const auto busiest =
        std::max_element(s.stations.begin(), s.stations.end(),
                         [busy](const auto& a, const auto& b) { return a.share[busy] < b.share[busy]; });
    figures = {{"pieces shipped", grouped(s.shipped)},
               {"stations", grouped(static_cast<std::int64_t>(s.stations.size()))}};
    if (busiest != s.stations.end()) {
      figures.push_back({"busiest station",
                         fmt::format("{}  {} %", short_name(busiest->name), percent(busiest->share[busy]))});
    }
  }
  if (s.has_power) {
    figures.push_back({"power supply", amount(s.supply_MW) + " MW"});
    figures.push_back({"stored of " + amount(s.storage_MWh) + " MWh", amount(s.stored_MWh) + " MWh"});
  }
  return figures;
}

void draw_figures(const Frame& frame) {
  const std::vector<Figure> figures = key_figures(frame);
  const float em = ImGui::GetFontSize(), gap = 0.5f * em, pad = 0.7f * em, height = 3.9f * em;
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const float all = ImGui::GetContentRegionAvail().x;
  const float width = (all + gap) / static_cast<float>(figures.size()) - gap;
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const ImVec2 at{std::floor(corner.x + static_cast<float>(i) * (width + gap)), corner.y};
    const ImVec2 end{std::floor(at.x + width), at.y + height};
    list->AddRectFilled(at, end, colour::panel, 4.0f);
    list->PushClipRect(at, end, true);
    list->AddText({at.x + pad, at.y + 0.45f * em}, colour::dim, figures[i].label.c_str());
    ImFont* large = font(Font::large);
    list->AddText(large, large->FontSize, {at.x + pad, at.y + 1.75f * em}, figures[i].tint,
                  figures[i].value.c_str());
    list->PopClipRect();
  }
  ImGui::Dummy({all, height});
}

template <class Get>
std::vector<double> column(const std::vector<Sample>& history, Get get) {
  std::vector<double> values;
  values.reserve(history.size());
  for (const Sample& point : history) values.push_back(static_cast<double>(get(point)));
  return values;
}

Plot base_plot(const Frame& frame) {
  Plot plot;
  plot.x_unit = "day";
  plot.x = column(frame.history, [](const Sample& p) { return p.day; });
  if (frame.warmup_days > 0.0) plot.mark_x = frame.warmup_days;
  plot.mark_label = "warm-up ends";
  return plot;
}

Plot output_plot(const Frame& frame) {
  Plot plot = base_plot(frame);
  plot.counts = true;
  const auto add = [&](const char* label, ImU32 tint, auto get) {
    plot.curves.push_back(
        {.label = label, .colour = tint, .axis = Side::left, .y = column(frame.history, get)});
  };
  if (frame.snapshot.has_space) {
    plot.title = "Satellites so far";
    plot.left_unit = "satellites";
    add("built", IM_COL32(86, 180, 233, 255), [](const Sample& p) { return p.built; });
    add("launched", IM_COL32(230, 159, 0, 255), [](const Sample& p) { return p.launched; });
    add("inserted", IM_COL32(0, 158, 115, 255), [](const Sample& p) { return p.inserted; });
  } else {
    plot.title = "Pieces shipped since the warm-up";
    plot.left_unit = "pieces";
    add("shipped", IM_COL32(86, 180, 233, 255), [](const Sample& p) { return p.shipped; });
  }
  return plot;
}

Plot load_plot(const Frame& frame) {
  Plot plot = base_plot(frame);
  if (frame.snapshot.has_power) {
    plot.title = "Power";
    plot.left_unit = "MW";
    plot.right_unit = "MWh";
    plot.curves.push_back({.label = "supply",
                           .colour = IM_COL32(240, 228, 66, 255),
                           .axis = Side::left,
                           .y = column(frame.history, [](const Sample& p) { return p.supply_MW; })});
    plot.curves.push_back({.label = "stored (right)",
                           .colour = IM_COL32(204, 121, 167, 255),
                           .axis = Side::right,
                           .y = column(frame.history, [](const Sample& p) { return p.stored_MWh; })});
  } else {
    plot.title = "Busiest station, mean since the warm-up";
    plot.left_unit = "% busy";
    plot.left_top = 100.0;
    plot.curves.push_back({.label = "busy",
                           .colour = mode_colours[static_cast<std::size_t>(factory::Mode::busy)],
                           .axis = Side::left,
                           .y = column(frame.history, [](const Sample& p) { return 100.0 * p.busiest; })});
  }
  return plot;
}

void draw_plot(const char* id, const Plot& plot, ImVec2 size) {
  ImGui::BeginChild(id, size, false, ImGuiWindowFlags_AlwaysUseWindowPadding | ImGuiWindowFlags_NoScrollbar);
  draw(plot, ImGui::GetContentRegionAvail());
  ImGui::EndChild();
}

// A small plant leaves room for wide plots below its tables; a large one gets the whole height for its
// stations.
float draw_body(const Frame& frame) {
  const Snapshot& s = frame.snapshot;
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float gap = ImGui::GetStyle().ItemSpacing.x, em = ImGui::GetFontSize();
  const float wanted = std::min(std::max(0.62f * room.x, 54.0f * em), 64.0f * em);
  const float left = std::floor(std::min(wanted, 0.75f * room.x)), right = room.x - left - gap;
  const float tables = std::max(stations_height(s), stores_height(s, right));
  float hidden = 0.0f;
  if (tables <= 0.6f * room.y) {
    hidden = draw_stations(s, {left, tables});
    ImGui::SameLine(0.0f, gap);
    hidden = std::max(hidden, draw_stores(s, {right, tables}));
    const ImVec2 half{std::floor((room.x - gap) / 2.0f), ImGui::GetContentRegionAvail().y};
    draw_plot("output", output_plot(frame), half);
    ImGui::SameLine(0.0f, gap);
    draw_plot("load", load_plot(frame), half);
    return hidden;
  }
  hidden = draw_stations(s, {left, room.y});
  ImGui::SameLine(0.0f, gap);
  ImGui::BeginGroup();
  const float stores = std::min(stores_height(s, right), room.y - 28.0f * em);
  const float plot = std::floor((room.y - stores) / 2.0f - gap);
  draw_plot("output", output_plot(frame), {right, plot});
  draw_plot("load", load_plot(frame), {right, plot});
  hidden = std::max(hidden, draw_stores(s, {right, ImGui::GetContentRegionAvail().y}));
  ImGui::EndGroup();
  return hidden;
}

}  // namespace

PanelResult draw_panels(const Frame& frame) {
  PanelResult result;
  ImGui::SetNextWindowPos({0.0f, 0.0f});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  constexpr ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                     ImGuiWindowFlags_NoSavedSettings |
                                     ImGuiWindowFlags_NoBringToFrontOnFocus;
  ImGui::Begin("lunafab", nullptr, flags);
  result.commands = draw_header(frame);
  draw_figures(frame);
  result.hidden_px = draw_body(frame);
  ImGui::End();
  return result;
}

}  // namespace lunafab::ui
