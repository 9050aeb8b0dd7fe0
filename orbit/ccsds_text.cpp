#include "orbit/ccsds_text.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"

namespace lunafab::orbit::ccsds {
namespace {

/// Printable ASCII on one line.
std::string plain(const std::string& text) {
  std::string clean;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      clean += ' ';
    } else if (byte < 0x80) {
      clean += c;
    } else if ((byte & 0xc0u) != 0x80u) {
      clean += '?';  // once a character of UTF-8
    }
  }
  return clean;
}

std::string xml_text(const std::string& text) {
  std::string escaped;
  for (const char c : plain(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

void write_kvn(const Block& block, std::string& out) {
  if (!block.begin.empty()) out.append(block.begin).append("\n");
  for (const std::string& line : block.lines) out.append(line).append("\n");
  if (block.lines.empty()) {
    for (const auto& item : block.contents) {
      if (const auto* inner = std::get_if<Block>(&item)) {
        write_kvn(*inner, out);
      } else if (const auto& field = std::get<Field>(item); field.keyword == "COMMENT") {
        out += fmt::format("COMMENT {}\n", plain(field.value));
      } else {
        out += fmt::format("{} = {}{}\n", field.keyword, plain(field.value),
                           field.units.empty() ? "" : fmt::format(" [{}]", field.units));
      }
    }
  }
  if (!block.end.empty()) out.append(block.end).append("\n");
}

void write_xml(const Block& block, int depth, std::string& out) {
  const std::string indent(static_cast<std::size_t>(2 * depth), ' ');
  out += fmt::format("{}<{}>\n", indent, block.tag);
  for (const auto& item : block.contents) {
    if (const auto* inner = std::get_if<Block>(&item)) {
      write_xml(*inner, depth + 1, out);
      continue;
    }
    const auto& field = std::get<Field>(item);
    const std::string units = field.units.empty() ? "" : fmt::format(" units=\"{}\"", field.units);
    out += fmt::format("{}  <{}{}>{}</{}>\n", indent, field.keyword, units, xml_text(field.value),
                       field.keyword);
  }
  out += fmt::format("{}</{}>\n", indent, block.tag);
}

const char* version_text(Version version) {
  return version == Version::v2 ? "2.0" : "3.0";
}

/// The schemas that 505.0-B-2 and 502.0-B-3 name.
std::string schema(Version version) {
  return fmt::format(
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:noNamespaceSchemaLocation=\"https://sanaregistry.org/r/ndmxml_unqualified/ndmxml-{}\"",
      version == Version::v2 ? "2.0.0-master-2.0.xsd" : "3.0.0-master-3.0.xsd");
}
constexpr const char* xml_declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

const char* centre_name(OrbitCentre centre) {
  constexpr const char* names[] = {"EARTH", "MOON", "SUN", "EARTH BARYCENTER"};
  return names[static_cast<std::size_t>(centre)];
}
}  // namespace

void Block::add_comments(const std::vector<std::string>& comments) {
  constexpr std::size_t longest = 240;
  for (std::string rest : comments) {
    while (rest.size() > longest) {
      const std::size_t blank = rest.rfind(' ', longest), cut = blank == std::string::npos ? longest : blank;
      add("COMMENT", rest.substr(0, cut));
      rest.erase(0, blank == std::string::npos ? cut : cut + 1);
    }
    add("COMMENT", rest);
  }
}

std::string encode(const std::string& tag, const std::string& keyword,
                   const std::vector<Block>& header_and_body, Style style) {
  std::string out;
  if (style.encoding == Encoding::kvn) {
    out = fmt::format("{} = {}\n", keyword, version_text(style.version));
    for (const Block& block : header_and_body) write_kvn(block, out);
    return out;
  }
  out = fmt::format("{}<{} {} id=\"{}\" version=\"{}\">\n", xml_declaration, tag, schema(style.version),
                    keyword, version_text(style.version));
  for (const Block& block : header_and_body) write_xml(block, 1, out);
  return out + fmt::format("</{}>\n", tag);
}

std::string combine(std::span<const std::string> messages, Version version) {
  std::string out = fmt::format("{}<ndm {}>\n", xml_declaration, schema(version));
  const std::string own = " " + schema(version);
  for (std::string message : messages) {
    expects(message.starts_with(xml_declaration), "ndm: only messages in XML can be combined");
    message.erase(0, std::char_traits<char>::length(xml_declaration));
    const std::size_t at = message.find(own);
    expects(at != std::string::npos, "ndm: the messages are of another version");
    out += message.erase(at, own.size());
  }
  return out + "</ndm>\n";
}

const char* name(RefFrame frame) {
  constexpr const char* names[] = {"GCRF", "ICRF", "EME2000", "TEME"};
  return names[static_cast<std::size_t>(frame)];
}

std::string number(double value) {
  expects(std::isfinite(value), "ccsds: numbers are finite");
  const double size = std::abs(value);
  if (value == 0.0) return "0.0";
  if (size < 1e-3 || size >= 1e15) return fmt::format("{:.14E}", value);
  const int whole_digits = size < 1.0 ? 1 : static_cast<int>(std::floor(std::log10(size))) + 1;
  return fmt::format("{:.{}f}", value, std::clamp(15 - whole_digits, 1, 12));
}

std::string degrees(double angle_rad) {
  return number(angle_rad * 180.0 / std::numbers::pi);
}

std::string date(Epoch epoch, TimeScale scale) {
  return format_time(epoch, scale, 6);
}

Block header_block(const Header& header, Version version) {
  Block block{.tag = "header"};
  block.add_comments(header.comments);
  block.add("CREATION_DATE", header.creation_date);
  block.add("ORIGINATOR", header.originator);
  if (version == Version::v3 && !header.message_id.empty()) block.add("MESSAGE_ID", header.message_id);
  return block;
}

Block metadata_block(const Object& object) {
  expects(object.frame != RefFrame::gcrf || object.centre == OrbitCentre::earth,
          "ccsds: GCRF is centred on the Earth");
  Block block{.tag = "metadata"};
  block.add_comments(object.comments);
  block.add("OBJECT_NAME", object.name);
  block.add("OBJECT_ID", object.id);
  block.add("CENTER_NAME", centre_name(object.centre));
  block.add("REF_FRAME", name(object.frame));
  block.add("TIME_SYSTEM", name(object.time));
  return block;
}

Block state_block(const State& state, TimeScale scale) {
  Block block{.tag = "stateVector"};
  block.add("EPOCH", date(state.epoch, scale));
  constexpr const char* axes[] = {"X", "Y", "Z"};
  for (int i = 0; i < 3; ++i) block.add(axes[i], number(1e-3 * state.r_m[i]), "km");
  for (int i = 0; i < 3; ++i) block.add(std::string(axes[i]) + "_DOT", number(1e-3 * state.v_mps[i]), "km/s");
  return block;
}

void add_covariance(Block& block, const Covariance& covariance) {
  constexpr const char* axes[] = {"X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"};
  constexpr const char* units[] = {"km**2", "km**2/s", "km**2/s**2"};
  for (int row = 0, term = 0; row < 6; ++row) {
    for (int column = 0; column <= row; ++column, ++term) {
      block.add(fmt::format("C{}_{}", axes[row], axes[column]),
                number(1e-6 * covariance[static_cast<std::size_t>(term)]), units[row / 3 + column / 3]);
    }
  }
}

}  // namespace lunafab::orbit::ccsds
