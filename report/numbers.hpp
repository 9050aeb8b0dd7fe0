#pragma once
#include <string>

namespace lunafab::report {

/// `15.15 GJ`: four significant digits and the prefix that leaves one to three before the point, from f to P.
/// Prefixes belong to units without a power: not to kg, m2.
std::string with_prefix(double value, const std::string& unit);

/// `97.3 %`; shares below a thousandth in scientific form.
std::string percent(double share);

/// Four significant digits without a prefix.
std::string plain(double value, const std::string& unit);

}  // namespace lunafab::report
