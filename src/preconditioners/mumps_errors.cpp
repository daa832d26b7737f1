// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "preconditioners/mumps_errors.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "core/free_memory.hpp"
#include "suan/core/error.hpp"

namespace suan::detail {

namespace {

constexpr std::array<std::pair<const char*, int>, 7> orderings = {
    {{"amd", 0}, {"amf", 2}, {"scotch", 3}, {"pord", 4}, {"metis", 5}, {"qamd", 6}, {"auto", 7}}};

/// Numbers that do not fit are given as millions, with a minus.
double count_in(int detail) { return detail < 0 ? -1e6 * detail : detail; }

}  // namespace

bool is_short_of_workspace(int code) {
  return code == -8 || code == -9 || code == -11 || code == -12 || code == -14 || code == -15 ||
         code == -17 || code == -18 || code == -20;
}

void throw_mumps_error(int code, int detail, std::int64_t rows) {
  if (code == -6) {
    throw InvalidArgument(
        message("direct: A is singular whatever its values are: entries in different rows and "
                "columns exist "
                "for ",
                detail, " of its ", rows,
                " rows; look for rows or columns that depend on too few "
                "others, or set singular to one_solution"));
  }
  if (code == -10) {
    throw InvalidArgument(message("direct: A is singular to rounding: after ", detail, " of ", rows,
                                  " pivots no row has an entry left; set singular to one_solution "
                                  "if the right-hand side is consistent"));
  }
  if (is_short_of_workspace(code)) {
    throw OutOfMemory(message(
        "direct: the factors do not fit the memory that was forecast, even with "
        "a margin (MUMPS: error ",
        code, ", ", count_in(detail), "); the matrix needs much pivoting: lower pivot_threshold"));
  }
  if (code == -5 || code == -7 || code == -13 || code == -19 || code == -23 || code == -29) {
    throw OutOfMemory(message("direct: MUMPS could not allocate ", count_in(detail),
                              code == -19 ? " MB" : " numbers",
                              "; use more nodes, a solver with preconditioner amg, or free some "
                              "memory (MUMPS: error ",
                              code, ")"));
  }
  if (code == -51 || code == -52) {
    throw NotSupported(
        message("direct: the graph of A is too large for this ordering, which numbers "
                "its edges in 32 bits (MUMPS: error ",
                code, "); use ordering amd"));
  }
  throw InternalError(message("direct: MUMPS reports error ", code, ", ", detail));
}

std::string mumps_ordering(int number) {
  for (const auto& [name, of_name] : orderings) {
    if (of_name == number) return name;
  }
  return number == 1 ? "given" : message("number ", number);
}

int mumps_ordering(const std::string& name) {
  for (const auto& [of_number, number] : orderings) {
    if (name == of_number) return number;
  }
  throw InternalError(message("direct: no number belongs to the ordering ", name));
}

}  // namespace suan::detail
