#pragma once
#include <vector>
#include "tests/validation/validation_page.hpp"

namespace lunafab::test {

/// Lines without a closed form against models written elsewhere in other words, with random numbers of their
/// own: a recursion in NumPy, and SimPy. The tolerance is the 99.9 % interval of the difference (Welch).
std::vector<Row> independent_rows();

}  // namespace lunafab::test
