#include "ui/tables.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>
#include "ui/format.hpp"
#include "ui/theme.hpp"

namespace lunafab::ui {
namespace {

using campaign::Snapshot;
using campaign::StationView;
using campaign::StoreView;
using factory::Mode;

enum class Column { name, servers, now, busy, starved, blocked, down, unpowered, away, good, scrapped };

struct ColumnStyle {
  Column column;
  const char* heading;
  float width_em;  // zero: what is left
  const char* help;
};
constexpr std::array<ColumnStyle, 11> all_columns{{
    {Column::name, "station", 0.0f, "name in the file"},
    {Column::servers, "n", 1.6f, "servers side by side"},
    {Column::now, "now", 4.0f, "servers by what they do at this moment"},
    {Column::busy, "busy %", 4.6f, "share of server time since the warm-up"},
    {Column::starved, "starved", 3.8f, "% waiting for input"},
    {Column::blocked, "blocked", 3.8f, "% finished, but an output has no room"},
    {Column::down, "down", 3.0f, "% failed, under repair"},
    {Column::unpowered, "no power", 4.5f, "% not granted, held warm, frozen or thawing"},
    {Column::away, "away", 2.9f, "% vehicles on the road"},
    {Column::good, "good", 4.9f, "firings since the warm-up"},
    {Column::scrapped, "scrap", 4.2f, "failed firings since the warm-up"},
}};

double share(const StationView& station, Mode mode) {
  return station.share[static_cast<std::size_t>(mode)];
}

double value(const StationView& station, Column column) {
  switch (column) {
    case Column::servers:
      return station.servers;
    case Column::now:
      return static_cast<double>(station.now[static_cast<std::size_t>(Mode::busy)]) / station.servers;
    case Column::busy:
      return share(station, Mode::busy);
    case Column::starved:
      return share(station, Mode::starved);
    case Column::blocked:
      return share(station, Mode::blocked);
    case Column::down:
      return share(station, Mode::down);
    case Column::unpowered:
      return share(station, Mode::no_power) + share(station, Mode::held) + share(station, Mode::frozen) +
             share(station, Mode::thawing);
    case Column::away:
      return share(station, Mode::away);
    case Column::good:
      return static_cast<double>(station.good);
    case Column::scrapped:
      return static_cast<double>(station.scrapped);
    case Column::name:
      break;
  }
  return 0.0;
}

ImU32 tint(Column column) {
  switch (column) {
    case Column::busy:
      return mode_colours[static_cast<std::size_t>(Mode::busy)];
    case Column::starved:
      return mode_colours[static_cast<std::size_t>(Mode::starved)];
    case Column::blocked:
      return mode_colours[static_cast<std::size_t>(Mode::blocked)];
    case Column::down:
      return mode_colours[static_cast<std::size_t>(Mode::down)];
    case Column::unpowered:
      return mode_colours[static_cast<std::size_t>(Mode::no_power)];
    case Column::away:
      return mode_colours[static_cast<std::size_t>(Mode::away)];
    default:
      return colour::dim;
  }
}

/// What happens in this plant: what never happens needs neither a column nor a place in the legend.
std::array<bool, factory::mode_count> modes_seen(const Snapshot& snapshot) {
  std::array<bool, factory::mode_count> seen{};
  for (const Mode mode : {Mode::starved, Mode::busy, Mode::blocked, Mode::down}) {
    seen[static_cast<std::size_t>(mode)] = true;
  }
  for (const StationView& station : snapshot.stations) {
    for (std::size_t mode = 0; mode < seen.size(); ++mode) {
      seen[mode] = seen[mode] || station.now[mode] > 0 || station.share[mode] > 0.0;
    }
  }
  return seen;
}

std::vector<ColumnStyle> columns_of(const Snapshot& snapshot) {
  const bool vehicles = modes_seen(snapshot)[static_cast<std::size_t>(Mode::away)];
  std::vector<ColumnStyle> columns;
  for (const ColumnStyle& style : all_columns) {
    if (style.column == Column::unpowered && !snapshot.has_power) continue;
    if (style.column == Column::away && !vehicles) continue;
    columns.push_back(style);
  }
  return columns;
}

std::vector<std::size_t> sorted_rows(const Snapshot& snapshot) {
  std::vector<std::size_t> rows(snapshot.stations.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const ImGuiTableSortSpecs* specs = ImGui::TableGetSortSpecs();
  if (specs == nullptr || specs->SpecsCount == 0) return rows;  // order of the file: the flow
  const auto column = static_cast<Column>(specs->Specs[0].ColumnUserID);
  const bool falling = specs->Specs[0].SortDirection == ImGuiSortDirection_Descending;
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    const StationView& first = snapshot.stations[falling ? b : a];
    const StationView& second = snapshot.stations[falling ? a : b];
    if (column == Column::name) return short_name(first.name) < short_name(second.name);
    return value(first, column) < value(second, column);
  });
  return rows;
}

float row_height() {
  return ImGui::GetFontSize() + 2.0f * ImGui::GetStyle().CellPadding.y + 2.0f;
}
float heading_height() {
  return 1.6f * ImGui::GetFontSize();
}

void text_right(const std::string& text) {
  const float room = ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(text.c_str()).x;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0f, room));
  ImGui::TextUnformatted(text.c_str());
}

void swatch(ImU32 tone, const char* label) {
  const float em = ImGui::GetFontSize();
  ImVec2 at = ImGui::GetCursorScreenPos();
  at.y += ImGui::GetStyle().FramePadding.y + 0.15f * em;  // as the label, which is aligned to the heading
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + 0.8f * em, at.y + 0.8f * em}, tone, 2.0f);
  ImGui::Dummy({0.8f * em, em});
  ImGui::SameLine(0.0f, 0.35f * em);
  ImGui::TextUnformatted(label);
}

std::string readable(const char* mode_name) {
  std::string name(mode_name);
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

void draw_legend(const Snapshot& snapshot) {
  const std::array<bool, factory::mode_count> seen = modes_seen(snapshot);
  const float em = ImGui::GetFontSize();
  float width = 0.0f;
  for (std::size_t mode = 0; mode < seen.size(); ++mode) {
    if (seen[mode]) width += 2.0f * em + ImGui::CalcTextSize(factory::mode_names[mode]).x;
  }
  ImGui::SameLine(std::max(7.0f * em, ImGui::GetContentRegionMax().x - width));
  ImGui::PushStyleColor(ImGuiCol_Text, colour::dim);
  for (std::size_t mode = 0; mode < seen.size(); ++mode) {
    if (!seen[mode]) continue;
    swatch(mode_colours[mode], readable(factory::mode_names[mode]).c_str());
    ImGui::SameLine(0.0f, 0.85f * em);
  }
  ImGui::NewLine();
  ImGui::PopStyleColor();
}

void tell_modes(const StationView& station) {
  if (!ImGui::IsItemHovered()) return;
  std::string text = station.name + "\nmode: servers now, share since the warm-up";
  for (std::size_t mode = 0; mode < factory::mode_count; ++mode) {
    if (station.now[mode] == 0 && station.share[mode] <= 0.0) continue;
    text += fmt::format("\n{}: {}, {} %", readable(factory::mode_names[mode]), station.now[mode],
                        percent(station.share[mode]));
  }
  ImGui::SetTooltip("%s", text.c_str());
}

void draw_now(const StationView& station) {
  const float width = ImGui::GetContentRegionAvail().x, height = ImGui::GetFontSize();
  ImVec2 at = ImGui::GetCursorScreenPos();
  at.y += 1.0f;
  ImDrawList* list = ImGui::GetWindowDrawList();
  float from = 0.0f;
  for (std::size_t mode = 0; mode < factory::mode_count; ++mode) {
    if (station.now[mode] == 0) continue;
    const float to =
        from + width * static_cast<float>(station.now[mode]) / static_cast<float>(station.servers);
    list->AddRectFilled({at.x + from, at.y}, {at.x + to - (to < width ? 1.0f : 0.0f), at.y + height},
                        mode_colours[mode]);
    from = to;
  }
  ImGui::Dummy({width, height});
  tell_modes(station);
}

void draw_busy(const StationView& station) {
  const float width = ImGui::GetContentRegionAvail().x, height = ImGui::GetFontSize();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float filled = width * static_cast<float>(share(station, Mode::busy));
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled({at.x, at.y + 1.0f}, {at.x + width, at.y + 1.0f + height}, colour::track);
  list->AddRectFilled({at.x, at.y + 1.0f}, {at.x + filled, at.y + 1.0f + height},
                      with_alpha(tint(Column::busy), 170));
  text_right(percent(share(station, Mode::busy)) + " ");
  tell_modes(station);
}

void draw_cell(const StationView& station, Column column) {
  switch (column) {
    case Column::name:
      ImGui::TextUnformatted(short_name(station.name).c_str());
      tell_modes(station);
      return;
    case Column::servers:
      return text_right(fmt::format("{}", station.servers));
    case Column::now:
      return draw_now(station);
    case Column::busy:
      return draw_busy(station);
    case Column::good:
      return text_right(grouped(station.good));
    case Column::scrapped:
      return text_right(station.scrapped == 0 ? "-" : grouped(station.scrapped));
    default:
      break;
  }
  const double part = value(station, column);
  const auto alpha = static_cast<unsigned>(std::clamp(part > 0.0 ? 25.0 + 110.0 * part : 0.0, 0.0, 135.0));
  if (alpha > 0) ImGui::TableSetBgColor(ImGuiTableBgTarget_CellBg, with_alpha(tint(column), alpha));
  ImGui::PushStyleColor(ImGuiCol_Text, part > 0.0 ? colour::text : colour::dim);
  text_right(percent(part));
  ImGui::PopStyleColor();
}

void draw_headings(const std::vector<ColumnStyle>& columns) {
  ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    ImGui::TableSetColumnIndex(static_cast<int>(i));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float room = ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(columns[i].heading).x;
    // ImGui's own headings stand left; numbers and theirs stand right, but for the arrow of the sorted
    // column.
    const bool sorted = (ImGui::TableGetColumnFlags() & ImGuiTableColumnFlags_IsSorted) != 0;
    const float arrow = sorted ? ImGui::GetFontSize() : 0.0f;
    const float indent = columns[i].width_em > 0.0f ? std::max(0.0f, room - arrow) : 0.0f;
    ImGui::TableHeader(("##" + std::string(columns[i].heading)).c_str());
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", columns[i].help);
    ImGui::GetWindowDrawList()->AddText({std::floor(at.x + indent), at.y}, colour::text, columns[i].heading);
  }
}

void draw_heading(const char* title) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(title);
}

std::size_t store_columns(float width) {
  return static_cast<std::size_t>(std::max(1.0f, std::floor(width / (16.0f * ImGui::GetFontSize()))));
}

std::string level(const StoreView& store) {
  const bool limited = store.capacity >= 0.0;
  const bool small = !store.counted && (limited ? store.capacity : store.amount) < 1.0;
  const char* unit = store.counted ? "" : small ? " kg" : " t";
  const auto number = [&](double value) {
    return store.counted ? grouped(std::llround(value)) : amount(small ? 1e3 * value : value);
  };
  return number(store.amount) + (limited ? " / " + number(store.capacity) : "") + unit;
}

void draw_store(const StoreView& store) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float em = ImGui::GetFontSize(), width = ImGui::GetContentRegionAvail().x, height = em + 2.0f;
  const double fill = store.capacity > 0.0 ? std::clamp(store.amount / store.capacity, 0.0, 1.0) : 0.0;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 end{at.x + width, at.y + height};
  if (store.capacity >= 0.0) list->AddRectFilled(at, end, colour::track, 2.0f);
  const ImU32 tone = fill > 0.999 ? mode_colours[static_cast<std::size_t>(Mode::blocked)] : colour::fill;
  if (fill > 0.0) {
    list->AddRectFilled(at, {at.x + std::max(2.0f, width * static_cast<float>(fill)), end.y},
                        with_alpha(tone, 190), 2.0f);
  }
  const std::string text = level(store);
  const float text_at = end.x - ImGui::CalcTextSize(text.c_str()).x - 0.4f * em;
  list->AddText({text_at, at.y + 1.0f}, store.amount > 0.0 ? colour::text : colour::dim, text.c_str());
  list->PushClipRect(at, {text_at - 0.4f * em, end.y}, true);
  list->AddText({at.x + 0.4f * em, at.y + 1.0f}, colour::text, short_name(store.name).c_str());
  list->PopClipRect();
  ImGui::Dummy({width, height});
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip("%s\n%s: %s", store.name.c_str(), store.material.c_str(), text.c_str());
  }
}

constexpr ImGuiTableFlags table_flags =
    ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingFixedFit;

}  // namespace

float stations_height(const Snapshot& snapshot) {
  const auto rows = static_cast<float>(snapshot.stations.size() + 1);
  return heading_height() + ImGui::GetStyle().WindowPadding.y * 2.0f + (rows + 0.5f) * row_height();
}

float stores_height(const Snapshot& snapshot, float width) {
  const std::size_t columns = store_columns(width);
  const std::size_t rows = (snapshot.stores.size() + columns - 1) / columns;
  return heading_height() + ImGui::GetStyle().WindowPadding.y * 2.0f +
         (static_cast<float>(rows) + 0.5f) * row_height();
}

float draw_stations(const Snapshot& snapshot, ImVec2 size) {
  float hidden = 0.0f;
  ImGui::BeginChild("stations", size, false, ImGuiWindowFlags_AlwaysUseWindowPadding);
  draw_heading("Stations");
  draw_legend(snapshot);
  const std::vector<ColumnStyle> columns = columns_of(snapshot);
  const ImGuiTableFlags flags = table_flags | ImGuiTableFlags_Sortable | ImGuiTableFlags_SortTristate;
  if (ImGui::BeginTable("table", static_cast<int>(columns.size()), flags)) {
    ImGui::TableSetupScrollFreeze(0, 1);
    for (const ColumnStyle& style : columns) {
      const bool fixed = style.width_em > 0.0f;
      ImGui::TableSetupColumn(
          style.heading, fixed ? ImGuiTableColumnFlags_WidthFixed : ImGuiTableColumnFlags_WidthStretch,
          fixed ? style.width_em * ImGui::GetFontSize() : 1.0f, static_cast<ImGuiID>(style.column));
    }
    draw_headings(columns);
    for (const std::size_t row : sorted_rows(snapshot)) {
      ImGui::TableNextRow(ImGuiTableRowFlags_None, row_height());
      for (const ColumnStyle& style : columns) {
        ImGui::TableNextColumn();
        draw_cell(snapshot.stations[row], style.column);
      }
    }
    hidden = ImGui::GetScrollMaxY();
    ImGui::EndTable();
  }
  ImGui::EndChild();
  return hidden;
}

float draw_stores(const Snapshot& snapshot, ImVec2 size) {
  float hidden = 0.0f;
  ImGui::BeginChild("stores", size, false, ImGuiWindowFlags_AlwaysUseWindowPadding);
  draw_heading("Stores");
  ImGui::SameLine();
  ImGui::TextColored(ImGui::ColorConvertU32ToFloat4(colour::dim),
                     "level / capacity, mass or pieces; orange: full");
  // No more columns than the height calls for.
  const float fitting = std::max(1.0f, std::floor(ImGui::GetContentRegionAvail().y / row_height()));
  const auto wanted =
      static_cast<std::size_t>(std::ceil(static_cast<float>(snapshot.stores.size()) / fitting));
  const std::size_t columns = std::clamp<std::size_t>(wanted, 1, store_columns(size.x));
  if (ImGui::BeginTable("table", static_cast<int>(columns),
                        table_flags | ImGuiTableFlags_SizingStretchSame)) {
    const std::size_t rows = (snapshot.stores.size() + columns - 1) / columns;
    for (std::size_t i = 0; i < rows * columns; ++i) {
      ImGui::TableNextColumn();
      const std::size_t index = i % columns * rows + i / columns;  // down the columns
      if (index < snapshot.stores.size()) draw_store(snapshot.stores[index]);
    }
    hidden = ImGui::GetScrollMaxY();
    ImGui::EndTable();
  }
  ImGui::EndChild();
  return hidden;
}

}  // namespace lunafab::ui
