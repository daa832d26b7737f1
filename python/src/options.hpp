// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Keyword arguments as the library's options.
#pragma once

#include <nanobind/nanobind.h>

#include <string>
#include <utility>

#include "suan/core/options.hpp"

namespace suan::python {

namespace nb = nanobind;

nb::object to_python(const OptionValue& value);
/// @throws InvalidArgument naming the option when `value` is not a bool, int, float or str.
OptionValue to_option_value(const std::string& name, nb::handle value);

/// The options of S with those in `keywords`, by their short or dotted names, set.
/// @throws InvalidArgument for an unknown name, a wrong type or a value out of range.
template <class S>
S options_from(const nb::dict& keywords) {
  OptionValues values;
  for (const auto& [key, value] : keywords) {
    auto name = nb::cast<std::string>(key);
    auto known = to_option_value(name, value);
    values.emplace_back(std::move(name), std::move(known));
  }
  S options;
  S::table().set(options, values);
  return options;
}

}  // namespace suan::python
