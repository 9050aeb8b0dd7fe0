#pragma once
#include <string>
#include <variant>
#include <vector>
#include "orbit/ccsds.hpp"

// Messages as trees of fields, and the two encodings of a tree. Private to the writers.
namespace lunafab::orbit::ccsds {

struct Field {
  std::string keyword;
  std::string value;
  std::string units{};  ///< "" for none
};

/// A group of fields: an element in XML; in KVN the fields alone, between `begin` and `end` where they are
/// given. `lines`, where there are any, stand in KVN instead of the contents.
struct Block {
  std::string tag;
  std::vector<std::variant<Field, Block>> contents{};
  std::string begin{}, end{};
  std::vector<std::string> lines{};

  void add(const std::string& keyword, const std::string& value, const std::string& units = {}) {
    contents.emplace_back(Field{keyword, value, units});
  }
  /// Long ones become several: lines of KVN have 254 characters at most.
  void add_comments(const std::vector<std::string>& comments);
};

/// `keyword` names the kind and stands first: CCSDS_OPM_VERS.
std::string encode(const std::string& tag, const std::string& keyword,
                   const std::vector<Block>& header_and_body, Style style);

const char* name(RefFrame frame);
/// 15 digits, where twelve decimals show them: fixed; below 0.001 with an exponent.
std::string number(double value);
std::string degrees(double angle_rad);
/// To the microsecond.
std::string date(Epoch epoch, TimeScale scale);
Block header_block(const Header& header, Version version);
Block metadata_block(const Object& object);
/// Position and velocity, with the epoch.
Block state_block(const State& state, TimeScale scale);
/// The 21 terms as fields.
void add_covariance(Block& block, const Covariance& covariance);

}  // namespace lunafab::orbit::ccsds
