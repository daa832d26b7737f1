// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <ostream>

#include "suan/multigrid/amg.hpp"

namespace suan {

namespace {

template <class Field>
double complexity(const std::vector<AmgLevel>& levels, Field AmgLevel::*field) {
  if (levels.empty() || levels.front().*field == 0) return 1;
  double sum = 0;
  for (const auto& level : levels) sum += static_cast<double>(level.*field);
  return sum / static_cast<double>(levels.front().*field);
}

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 200> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

std::string megabytes(std::int64_t bytes) {
  return formatted("%.1f MB", 1e-6 * static_cast<double>(bytes));
}

std::string memory_line(const AmgReport& report) {
  std::string line = "memory beside A: " + megabytes(report.memory.hierarchy);
  if (report.memory.peak > 0) line += ", at the peak " + megabytes(report.memory.peak);
  if (report.forecast.peak > 0) {
    line += "; forecast " + megabytes(report.forecast.hierarchy) + " and " +
            megabytes(report.forecast.peak);
  }
  return line + "\n";
}

}  // namespace

double AmgReport::operator_complexity() const { return complexity(levels, &AmgLevel::entries); }
double AmgReport::grid_complexity() const { return complexity(levels, &AmgLevel::rows); }

std::ostream& operator<<(std::ostream& out, const AmgReport& report) {
  out << formatted("%5s %11s %12s %8s %7s %7s %6s  %-14s %s\n", "level", "rows", "entries",
                   "per row", "ratio", "radius", "ranks", "solved by",
                   "ms: strength, coarse points, tentative, P, R, R A P, smoother");
  for (std::size_t k = 0; k < report.levels.size(); ++k) {
    const auto& level = report.levels[k];
    const double rows = static_cast<double>(level.rows);
    const double ratio =
        k + 1 < report.levels.size() ? rows / static_cast<double>(report.levels[k + 1].rows) : 0;
    out << formatted("%5zu %11lld %12lld %8.1f %7.1f %7.3f %6lld  %-14s", k,
                     static_cast<long long>(level.rows), static_cast<long long>(level.entries),
                     rows > 0 ? static_cast<double>(level.entries) / rows : 0.0, ratio,
                     level.radius, static_cast<long long>(level.ranks), level.smoother.c_str())
        << formatted(" %.1f %.1f %.1f %.1f %.1f %.1f %.1f\n", 1e3 * level.strength,
                     1e3 * level.aggregation, 1e3 * level.tentative, 1e3 * level.interpolation,
                     1e3 * level.restriction, 1e3 * level.product, 1e3 * level.smoothing);
  }
  out << formatted("operator complexity %.2f, grid complexity %.2f, set up in %.3f s\n",
                   report.operator_complexity(), report.grid_complexity(), report.seconds);
  if (report.memory.hierarchy > 0) out << memory_line(report);
  for (const auto& note : report.notes) out << note << '\n';
  return out;
}

std::ostream& operator<<(std::ostream& out, const AmgCheck& check) {
  out << "level  a cycle from here multiplies the residual by\n";
  for (std::size_t k = 0; k < check.factors.size(); ++k) {
    out << formatted("%5zu  %.3g\n", k, check.factors[k]);
  }
  for (const auto& note : check.notes) out << note << '\n';
  return out;
}

}  // namespace suan
