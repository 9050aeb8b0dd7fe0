#pragma once
#include <stdexcept>
#include <string>

namespace lunafab {

/// A promise between two parts of the program was broken: a defect, never bad input.
class ContractError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// @throws ContractError naming the contract unless `ok`.
inline void expects(bool ok, const char* contract) {
  if (!ok) throw ContractError(contract);
}

}  // namespace lunafab
