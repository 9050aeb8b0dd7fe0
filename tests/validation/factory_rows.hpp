#pragma once
#include "tests/validation/validation_page.hpp"

namespace lunafab::test {

/// The validation of lines and shops, case by case.
const ValidationPage& factory_page();

}  // namespace lunafab::test
