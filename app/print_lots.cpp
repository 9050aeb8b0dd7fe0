#include "app/print_lots.hpp"
#include <fmt/format.h>
#include <iterator>

namespace lunafab::app {
namespace {

template <class... Args>
void line(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  text += '\n';
}

std::string short_name(const std::string& path) {
  constexpr std::string_view prefix = "lines.";
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

}  // namespace

std::string explain_lots(const campaign::RoughLots& cut) {
  std::string text;
  line(text,
       "Rough cut of lots: visits from yields, rework and sampling; batches full, no set-ups, no "
       "variability.\n");
  line(text, "{:<34} {:>7} {:>11} {:>12} {:>10} {:>7}", "station", "servers", "lots per h", "work, h/h",
       "there", "load");
  for (std::size_t i = 0; i < cut.tools.size(); ++i) {
    const campaign::RoughTool& tool = cut.tools[i];
    line(text, "{:<34} {:>7} {:>11.4g} {:>12.4g} {:>8.1f} % {:>5.0f} %{}", short_name(tool.name),
         tool.servers, tool.steps_per_h, tool.work_h_per_h, 100 * tool.available, 100 * tool.load,
         i == cut.bottleneck ? "  <- bottleneck" : "");
  }
  line(text, "\n{:<34} {:>11} {:>16} {:>12}", "product", "lots per h", "raw process, h", "good");
  for (const campaign::RoughProduct& product : cut.products) {
    line(text, "{:<34} {:>11.4g} {:>16.4g} {:>10.1f} %", short_name(product.name), product.lots_per_h,
         product.raw_process_h, 100 * product.good);
  }
  line(text,
       "\nIn this mix r_b {:.4g} lots an hour; raw process time T0 {:.4g} h; critical WIP r_b T0 {:.3g} lots",
       cut.bound_per_h, cut.raw_process_h, cut.critical_wip);
  if (!cut.tools.empty() && cut.tools[cut.bottleneck].load > 1.0) {
    line(text, "More is let in than {} can do: queues will grow without end.",
         short_name(cut.tools[cut.bottleneck].name));
  }
  text += '\n';
  return text;
}

nlohmann::ordered_json lots_json(const campaign::RoughLots& cut) {
  nlohmann::ordered_json json{{"bound_per_h", cut.bound_per_h},
                              {"raw_process_time_h", cut.raw_process_h},
                              {"critical_wip", cut.critical_wip},
                              {"bottleneck", cut.tools.empty() ? "" : cut.tools[cut.bottleneck].name}};
  for (const campaign::RoughTool& tool : cut.tools) {
    json["stations"].push_back({{"name", tool.name},
                                {"servers", tool.servers},
                                {"lots_per_h", tool.steps_per_h},
                                {"work_h_per_h", tool.work_h_per_h},
                                {"available", tool.available},
                                {"load", tool.load}});
  }
  for (const campaign::RoughProduct& product : cut.products) {
    json["products"].push_back({{"name", product.name},
                                {"lots_per_h", product.lots_per_h},
                                {"raw_process_h", product.raw_process_h},
                                {"good", product.good}});
  }
  return json;
}

}  // namespace lunafab::app
