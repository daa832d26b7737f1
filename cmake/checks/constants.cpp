// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Returns 0 if four constants, copied at once, are correct. GCC 12.2 makes them {1, 1, 1, 1} from
// -O2 on if it may use AVX-512.
#include <vector>

[[gnu::noinline]] std::vector<double> constants() { return std::vector<double>{1, 1, 1, 0}; }

int main() { return constants()[3] == 0 ? 0 : 1; }
