#pragma once
#include "tests/validation/validation_page.hpp"

namespace lunafab::massdriver::test {

using lunafab::test::Row, lunafab::test::Section, lunafab::test::ValidationPage;

/// The validation of the mass driver, case by case.
const ValidationPage& driver_page();

}  // namespace lunafab::massdriver::test
