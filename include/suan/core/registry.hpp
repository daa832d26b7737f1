// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Components by name: programs add their own beside those of the library.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "suan/core/options.hpp"

namespace suan {

namespace detail {
/// @throws InvalidArgument unless the name has small letters, digits and underscores and is not
/// "auto", and no option is called "type".
void require_addable(const std::string& kind, const OptionType& type);
/// @throws InvalidArgument when one of `types` has the name.
void require_new(const std::string& kind, const std::string& name,
                 const std::vector<OptionType>& types);
/// Adds those of `more` whose names `all` does not have: components may exist for some scalars
/// only.
void add_types(std::vector<OptionType>& all, std::vector<OptionType> more);
[[noreturn]] void throw_unknown_component(const std::string& kind, const OptionNode& node,
                                          const std::vector<OptionType>& types);
}  // namespace detail

/// Makes objects of the class `Interface` from the nodes that name them. Its functions can be
/// called by several threads at a time.
///
/// With several ranks, all must add the same: a name that a rank does not know is an error on that
/// rank alone.
template <class Interface, class... Context>
class Registry {
 public:
  /// Makes a component from what it is for (a preconditioner from its matrix) and from its node,
  /// which has only values that its options allow. A component inside of another one is made from
  /// node.child(name), by this registry or another one.
  using Factory = std::function<std::unique_ptr<Interface>(Context..., const OptionNode&)>;

  /// `kind` is what its components are called in messages, such as "solver".
  explicit Registry(std::string kind) : kind_(std::move(kind)) {}

  /// The sentence and the options appear in help. @throws InvalidArgument when there is a component
  /// of this name, or it cannot be a name.
  void add(std::string name, std::string sentence, const OptionSchema& options, Factory factory) {
    OptionType type{std::move(name), std::move(sentence),
                    std::make_shared<const OptionSchema>(options)};
    detail::require_addable(kind_, type);
    if (!factory) throw InvalidArgument(message("the ", kind_, " ", type.name, " has no factory"));
    const std::lock_guard lock(mutex_);
    detail::require_new(kind_, type.name, types_);
    factories_.reserve(factories_.size() + 1);
    types_.push_back(std::move(type));
    factories_.push_back(std::move(factory));
  }

  /// Checks the values of the node and calls the factory that its type names. Values that were
  /// given for other types by their short names are left out.
  /// @throws InvalidArgument for an unknown type, naming the nearest, and for a value that it does
  /// not allow; and like the factory.
  std::unique_ptr<Interface> make(Context... context, const OptionNode& node) const {
    const auto [schema, factory] = found(node);
    schema->check(node);
    auto made = factory(std::forward<Context>(context)..., schema->known_part(node));
    if (!made) throw InternalError(message("the factory of ", kind_, " ", node, " made nothing"));
    return made;
  }

  /// The options of a component. @throws InvalidArgument for an unknown type.
  std::shared_ptr<const OptionSchema> options(const OptionNode& node) const {
    return found(node).first;
  }
  std::vector<OptionType> types() const {
    const std::lock_guard lock(mutex_);
    return types_;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& type : types()) all.push_back(type.name);
    return all;
  }

 private:
  std::pair<std::shared_ptr<const OptionSchema>, Factory> found(const OptionNode& node) const {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < types_.size(); ++i) {
      if (types_[i].name == node.type()) return {types_[i].schema, factories_[i]};
    }
    detail::throw_unknown_component(kind_, node, types_);
  }

  std::string kind_;
  mutable std::mutex mutex_;
  std::vector<OptionType> types_;
  std::vector<Factory> factories_;  // one for each type
};

}  // namespace suan
