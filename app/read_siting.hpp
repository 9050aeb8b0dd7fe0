#pragma once
#include <string>
#include <vector>
#include "orbit/siting.hpp"

namespace lunafab::app {

/// A siting study with what is printed of its file.
struct SitingFile {
  std::string title;
  std::string muzzle_source;  ///< where speeds and errors are from
  orbit::SitingStudy study;
};

/// Reads a siting study (`lunafab: siting/1`: dates, grid, orbit, driver or speeds and muzzle_error,
/// destinations, mix), strictly, after `path=value` settings.
/// @throws InputError with every finding.
SitingFile read_siting(const std::string& path, const std::vector<std::string>& settings);

}  // namespace lunafab::app
