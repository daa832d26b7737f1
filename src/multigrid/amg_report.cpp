// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
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
std::int64_t AmgReport::bytes() const {
  std::int64_t sum = 0;
  for (const auto& level : levels) sum += level.bytes;
  return sum;
}

std::string AmgReport::to_json(int indent) const {
  nlohmann::ordered_json json;
  json["operator_complexity"] = operator_complexity();
  json["grid_complexity"] = grid_complexity();
  json["bytes"] = bytes();
  json["seconds"] = seconds;
  json["levels"] = nlohmann::ordered_json::array();
  for (const auto& level : levels) {
    nlohmann::ordered_json entry;
    entry["rows"] = level.rows;
    entry["entries"] = level.entries;
    entry["interpolation_entries"] = level.interpolation_entries;
    entry["bytes"] = level.bytes;
    entry["ranks"] = level.ranks;
    entry["radius"] = level.radius;
    entry["smoother"] = level.smoother;
    auto& of_steps = entry["seconds"];
    of_steps["strength"] = level.strength;
    of_steps["aggregation"] = level.aggregation;
    of_steps["tentative"] = level.tentative;
    of_steps["interpolation"] = level.interpolation;
    of_steps["restriction"] = level.restriction;
    of_steps["product"] = level.product;
    of_steps["smoothing"] = level.smoothing;
    json["levels"].push_back(std::move(entry));
  }
  const auto add_memory = [&json](const char* name, const AmgMemory& bytes) {
    if (bytes.hierarchy == 0) return;
    json[name]["hierarchy"] = bytes.hierarchy;
    json[name]["peak"] = bytes.peak;
  };
  add_memory("memory", memory);
  add_memory("forecast", forecast);
  json["notes"] = notes;
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::ostream& operator<<(std::ostream& out, const AmgReport& report) {
  out << formatted("%5s %11s %12s %8s %7s %6s %9s %7s %6s  %-14s %s\n", "level", "rows", "entries",
                   "per row", "ratio", "of A", "MB", "radius", "ranks", "solved by",
                   "ms: strength, coarse points, tentative, P, R, R A P, smoother");
  const auto& levels = report.levels;
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const auto& level = levels[k];
    const double rows = static_cast<double>(level.rows);
    const double entries = static_cast<double>(level.entries);
    const auto of_a = static_cast<double>(levels.front().entries);
    const bool is_last = k + 1 == levels.size();
    const double ratio = is_last ? 0 : rows / static_cast<double>(levels[k + 1].rows);
    out << formatted("%5zu %11lld %12lld %8.1f %7s %6.3f %9.3g %7.3f %6lld  %-14s", k,
                     static_cast<long long>(level.rows), static_cast<long long>(level.entries),
                     rows > 0 ? entries / rows : 0.0,
                     is_last ? "" : formatted("%.1f", ratio).c_str(),
                     of_a > 0 ? entries / of_a : 1.0, static_cast<double>(level.bytes) / 1e6,
                     level.radius, static_cast<long long>(level.ranks), level.smoother.c_str())
        << formatted(" %.1f %.1f %.1f %.1f %.1f %.1f %.1f\n", 1e3 * level.strength,
                     1e3 * level.aggregation, 1e3 * level.tentative, 1e3 * level.interpolation,
                     1e3 * level.restriction, 1e3 * level.product, 1e3 * level.smoothing);
  }
  out << formatted("operator complexity %.2f, grid complexity %.2f, %.3g MB, set up in %.3f s\n",
                   report.operator_complexity(), report.grid_complexity(),
                   static_cast<double>(report.bytes()) / 1e6, report.seconds);
  if (report.memory.hierarchy > 0) out << memory_line(report);
  for (const auto& note : report.notes) out << note << '\n';
  return out;
}

std::ostream& operator<<(std::ostream& out, const AmgCheck& check) {
  out << "level  a cycle from here multiplies the residual by";
  if (!check.asymmetry.empty()) out << "; its asymmetry";
  out << "; what P misses of the near null space\n";
  for (std::size_t k = 0; k < check.factors.size(); ++k) {
    out << formatted("%5zu  %-10.3g", k, check.factors[k]);
    if (k < check.asymmetry.size()) out << formatted("  %-10.3g", check.asymmetry[k]);
    if (k < check.interpolation.size()) out << formatted("  %.3g", check.interpolation[k]);
    out << '\n';
  }
  for (const auto& note : check.notes) out << note << '\n';
  return out;
}

}  // namespace suan
