#pragma once
#include <cstdint>
#include <string>
#include <string_view>

// Numbers and names as the window writes them.
namespace lunafab::ui {

/// `lines.melt.stations.cells` as `melt.cells`; likewise stores, depots and routes.
std::string short_name(std::string_view path);

/// 1234567 as `1,234,567`; from a hundred million on as `123.5 M`, `1,234 G`.
std::string grouped(std::int64_t number);

/// Three significant digits or whole units, whichever is more: `0.0123`, `4.56`, `78.9`, `1,235`.
std::string amount(double value);

/// A share in percent, `12.3`; "-" for none at all.
std::string percent(double share);

/// `2030-07-02T06:30:00` as `2030-07-02 06:30`.
std::string to_minute(std::string_view date);

}  // namespace lunafab::ui
