#pragma once
#include <string>
#include <vector>
#include "massdriver/sizing.hpp"

namespace lunafab::massdriver {

/// A driver study, `lunafab: driver-study/1`; docs/study.md lists the keys. `technology` holds the body of a
/// driver file without what the search finds.
/// @throws InputError with every finding.
DriverStudy read_study_document(const Node& document);

/// A file, after `path=value` settings.
/// @throws InputError with every finding.
DriverStudy load_study(const std::string& path, const std::vector<std::string>& settings = {});

/// `technology` with the values of a design at the keys that the search finds: the body of a driver file.
Node driver_body(const Node& technology, const DriverDesign& design);

}  // namespace lunafab::massdriver
