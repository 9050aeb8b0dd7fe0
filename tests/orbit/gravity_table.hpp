#pragma once
#include <fstream>
#include <sstream>
#include <string>
#include "orbit/gravity.hpp"

namespace lunafab::orbit::test {

/// A table `n,m,C,S` with `# GM_m3_s2=…` and `# reference_radius_m=…`; degree 0: the file is absent.
inline GravityField read_table(const std::string& path, int degree) {
  GravityField field{.name = path};
  std::ifstream stream(path);
  if (!stream) return field;
  field.degree = degree;
  field.c.assign(GravityField::index(degree + 1, 0), 0.0);
  field.s = field.c;
  for (std::string line; std::getline(stream, line);) {
    const auto value = [&](const std::string& key, double& to) {
      if (line.rfind("# " + key + "=", 0) == 0) to = std::stod(line.substr(key.size() + 3));
    };
    value("GM_m3_s2", field.gm_m3ps2);
    value("reference_radius_m", field.radius_m);
    int n = 0, m = 0;
    double c = 0.0, s = 0.0;
    char comma = 0;
    std::istringstream words(line);
    if (!(words >> n >> comma >> m >> comma >> c >> comma >> s) || n > degree) continue;
    field.c[GravityField::index(n, m)] = c, field.s[GravityField::index(n, m)] = s;
  }
  return field;
}

}  // namespace lunafab::orbit::test
