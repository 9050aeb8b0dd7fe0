#include "studies/stored_study.hpp"
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace lunafab::studies {

using Json = nlohmann::json;

std::optional<Json> read_manifest(const std::string& directory) {
  std::ifstream file(directory + "/manifest.json");
  if (!file) return std::nullopt;
  Json json = Json::parse(file, nullptr, false);
  if (json.is_discarded() || json.value("kind", "") != "study")
    throw std::runtime_error(directory + " holds something else than the results of a study");
  return json;
}

Json manifest_of(const std::string& directory) {
  auto manifest = read_manifest(directory);
  if (!manifest) throw std::runtime_error(directory + " has no manifest.json: no directory of a sweep");
  return std::move(*manifest);
}

Study stored_study(const std::string& directory, const Json& manifest) {
  Node document = load_document(directory + "/study.yaml");
  document.mark.file = manifest.at("study_file");
  Node base = load_document(directory + "/scenario.yaml");
  base.mark.file = manifest.at("scenario_file");
  Study study = read_study(std::move(document), std::move(base));
  if (study_hash(study) != manifest.at("study_hash"))
    throw std::runtime_error(directory + " was written by another model version, or changed since");
  return study;
}

}  // namespace lunafab::studies
