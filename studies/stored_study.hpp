#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include "studies/study.hpp"

namespace lunafab::studies {

/// What the manifest of a directory says; nothing where there is none.
/// @throws std::runtime_error where it is not that of a study.
std::optional<nlohmann::json> read_manifest(const std::string& directory);

/// The same. @throws std::runtime_error where there is none, too.
nlohmann::json manifest_of(const std::string& directory);

/// The study as the directory keeps it. Findings name the files that it was read from.
/// @throws std::runtime_error where it is not the one of the manifest.
Study stored_study(const std::string& directory, const nlohmann::json& manifest);

}  // namespace lunafab::studies
