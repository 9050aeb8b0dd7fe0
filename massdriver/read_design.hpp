#pragma once
#include <string>
#include <vector>
#include "core/document.hpp"
#include "core/reader.hpp"
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

/// Reads the body of a driver design; docs/driver.md lists the keys. The caller calls `finish()`.
DriverDesign read_design(MapReader& map);

/// Findings that only the whole shows: coils that do not fit into each other, a speed that the track, the
/// limits or the store cannot give, firings that cannot work. Uses closed formulas only; what a launch really
/// does is the solver's. A check is left out where one of its values already has a finding.
/// `body`: the map the design was read from, for places (an empty node where there is no file); `path`: that
/// map's path.
void check_design(const DriverDesign& design, const Node& body, const std::string& path, Findings& findings);

/// A stand-alone document: `lunafab: driver/1` and the body.
/// @throws InputError with every finding.
DriverDesign read_design_document(const Node& document);

/// The body of a design inside another document; `path`: its place there.
/// @throws InputError with every finding.
DriverDesign read_design_node(const Node& body, const std::string& path);

/// A stand-alone document without its header, to stand in another file.
Node design_body(Node document, Findings& findings);

/// A stand-alone file, after `path=value` settings.
/// @throws InputError with every finding.
DriverDesign load_design(const std::string& path, const std::vector<std::string>& settings = {});

}  // namespace lunafab::massdriver
