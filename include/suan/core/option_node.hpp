// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A node of a tree of options that names its type: a component (a solver, a preconditioner, a
// smoother) and the options that it is given. As a member of a struct of options it says which
// component to make.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace suan {

using OptionValue = std::variant<bool, std::int64_t, double, std::string>;
/// Values by their dotted names, such as "preconditioner.smoother.degree".
using OptionValues = std::vector<std::pair<std::string, OptionValue>>;

/// The name of a type, and values by their dotted names below this node. Whether the type has such
/// options is checked where the node is used, with the names of the whole tree.
///
///     options.preconditioner = "jacobi";
///     options.solver = {"gmres", suan::GmresOptions{.restart = 50}};
///     options.preconditioner.set("smoother", "chebyshev").set("smoother.degree", 3);
class OptionNode {
 public:
  struct Value {
    std::string name;
    OptionValue value;
    /// Given for whichever type has it, as by its last name alone: not used by a type without it.
    bool loose = false;
  };

  OptionNode() = default;
  OptionNode(std::string type) : type_(std::move(type)) {}  // NOLINT: a name stands for its node
  OptionNode(const char* type) : type_(type) {}             // NOLINT
  /// Those of the type's options that differ from their defaults.
  template <class S>
  OptionNode(std::string type, const S& options) : type_(std::move(type)) {
    S::table().write_to(*this, options);
  }

  const std::string& type() const noexcept { return type_; }
  /// Another type, with the values kept as loose ones: those that it does not have are not used.
  void set_type(std::string type);
  /// Sets or replaces a value; "type" is the type of this node, "smoother.type" the same as
  /// "smoother".
  OptionNode& set(std::string_view name, OptionValue value, bool loose = false);
  void erase(std::string_view name);

  const std::vector<Value>& values() const noexcept { return values_; }
  /// Null when there is no such value.
  const OptionValue* find(std::string_view name) const;
  /// The node of that name below this one; without type or values if none was given.
  OptionNode child(std::string_view name) const;

  /// Its dotted name in the tree, for messages; empty for the root.
  const std::string& path() const noexcept { return path_; }
  void set_path(std::string path) { path_ = std::move(path); }

  friend bool operator==(const OptionNode& node, std::string_view type) {
    return node.type_ == type;
  }

 private:
  std::string type_;
  std::vector<Value> values_;
  std::string path_;
};

/// Writes the type.
std::ostream& operator<<(std::ostream& out, const OptionNode& node);

/// "a.b" for "a" and "b", and "b" when the first is empty.
std::string dotted(const std::string& path, const std::string& name);

}  // namespace suan
