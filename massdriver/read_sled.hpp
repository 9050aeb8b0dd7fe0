#pragma once
#include "core/reader.hpp"
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

/// Reads the optional blocks `sled`, `survey` and `spread` of a driver design into it. The rest of the design
/// must have been read: masses, coil geometry, stage pitch, drift and brake are taken from there.
void read_sled(MapReader& root, DriverDesign& design);

/// Distance of two coils, each with half the thrust, that turn with the bucket as its coils do: of equal mean
/// square place along the bore. The spacing itself for two coils.
double equivalent_coil_spacing_m(const BucketCoils& coils);

/// Surface gravity of the Moon, GM/R².
double lunar_gravity_mps2();

}  // namespace lunafab::massdriver
