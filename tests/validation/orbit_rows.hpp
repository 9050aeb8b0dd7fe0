#pragma once
#include "tests/validation/validation_page.hpp"

namespace lunafab::orbit::test {

/// The validation of trajectories, case by case.
const lunafab::test::ValidationPage& orbit_page();

}  // namespace lunafab::orbit::test
