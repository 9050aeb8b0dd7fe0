#pragma once

// A function compiled once for each CPU level; the loader takes the best that the CPU has. For plain loops
// over doubles and integers that GCC turns into vector instructions; the bits are the same at every level.
// The loader chooses before a sanitizer's runtime stands, so those builds do without.
#if defined(__SANITIZE_ADDRESS__)
#define LUNAFAB_CLONES
#else
#define LUNAFAB_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
