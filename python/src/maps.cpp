// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "maps.hpp"

#include "amg.hpp"
#include "direct.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::python {

namespace {

/// y = f(x) for a Python function f, which gets a new array that it may keep or change.
template <Scalar T>
void call_function(const char* name, nb::handle function, PendingException& pending,
                   const Vector<T>& x, Vector<T>& y) {
  std::unique_ptr<std::vector<T>> host;
  together(x.layout().comm(), [&] {
    host = std::make_unique<std::vector<T>>(x.to_host());
    const nb::gil_scoped_acquire gil;
    try {
      std::vector<T>* values = host.release();
      const nb::capsule owner(values,
                              [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
      const std::size_t shape[1] = {values->size()};
      const nb::ndarray<nb::numpy, NumpyScalar<T>> array(
          reinterpret_cast<NumpyScalar<T>*>(values->data()), 1, shape, owner);
      const nb::object result = function(array);
      y.assign(elements<T>(nb::cast<InputScalars>(result, false), name));
    } catch (const nb::python_error& error) {
      pending.keep_current();
      // What the other ranks raise; this one raises the exception itself.
      throw InvalidArgument(
          message("the function ", name, " raised ", nb::str(error.type().attr("__name__")).c_str(),
                  " on rank ", x.layout().comm().rank(), ": ", nb::str(error.value()).c_str()));
    }
  });
}

/// A matrix on all ranks from this rank's rows with global columns.
template <Scalar T>
DistributedMatrix<T> assemble_rows(const CsrArrays& a, const char* name, const Layout& layout) {
  together(layout.comm(), [&] {
    if (a.rows != layout.local_size()) {
      throw DimensionMismatch(message(name, " has ", a.rows, " rows on rank ", layout.comm().rank(),
                                      ", but that rank has ", layout.local_size(), " of A's"));
    }
    if (a.columns != layout.global_size()) {
      throw DimensionMismatch(message(name, " has ", a.columns, " columns on rank ",
                                      layout.comm().rank(), ", but the rows of all ranks are ",
                                      layout.global_size(),
                                      " together; its columns are numbered globally"));
    }
    if (a.indices.dtype() != nb::dtype<GlobalIndex>()) {
      throw InvalidArgument(message(name, ".indices is not of type int64"));
    }
  });
  const std::span indices(static_cast<const GlobalIndex*>(a.indices.data()), a.indices.size());
  return assemble<T>(layout, layout, {a.offsets.data(), a.offsets.size()}, indices,
                     elements<T>(a.values, name));
}

}  // namespace

Communicator communicator(std::optional<std::int64_t> handle) {
  if (!handle) return {};
#if SUAN_HAVE_MPI
  return Communicator(MPI_Comm_f2c(static_cast<MPI_Fint>(*handle)));
#else
  throw NotSupported(
      "comm= was given, but this build of Suan has no MPI; build it with SUAN_ENABLE_MPI=ON");
#endif
}

Map::Map(nb::handle given, const char* name) : name_(name) {
  if (nb::isinstance<CsrArrays>(given)) {
    arrays_ = nb::cast<CsrArrays>(given);
  } else if (nb::isinstance<KeptAmg>(given)) {
    multigrid_ = nb::cast<const KeptAmg&>(given).multigrid();
  } else if (nb::isinstance<KeptDirect>(given)) {
    factors_ = nb::cast<const KeptDirect&>(given).factors();
  } else if (PyCallable_Check(given.ptr()) == 0) {
    throw InvalidArgument(
        message(name, " is neither a CsrArrays, a KeptAmg, a KeptDirect nor a function"));
  }
}

template <Scalar T>
std::shared_ptr<const Operator<T>> Map::make(const Layout& layout, bool distributed,
                                             const std::shared_ptr<CallContext>& context,
                                             nb::handle CallContext::*function,
                                             std::vector<std::string>& copied) const {
  if (multigrid_) return operator_on<T>(multigrid_);
  if (factors_) return operator_on<T>(factors_);
  if (arrays_ && distributed) {
    return std::make_shared<DistributedMatrix<T>>(assemble_rows<T>(*arrays_, name_, layout));
  }
  if (arrays_) return std::make_shared<Csr<T>>(borrow_matrix<T>(*arrays_, copied, name_));
  return std::make_shared<FunctionOperator<T>>(
      layout, layout, [name = name_, context, function](const Vector<T>& x, Vector<T>& y) {
        call_function<T>(name, (*context).*function, *context->pending, x, y);
      });
}

template <Scalar T>
std::shared_ptr<const Operator<T>> as_users(std::shared_ptr<const Operator<T>> m) {
  const Layout rows = m->row_layout();
  const Layout columns = m->column_layout();
  return std::make_shared<FunctionOperator<T>>(
      rows, columns, [m = std::move(m)](const Vector<T>& x, Vector<T>& y) { m->apply(x, y); },
      "user");
}

#define SUAN_INSTANTIATE(T)                                                                \
  template std::shared_ptr<const Operator<T>> Map::make(                                   \
      const Layout&, bool, const std::shared_ptr<CallContext>&, nb::handle CallContext::*, \
      std::vector<std::string>&) const;                                                    \
  template std::shared_ptr<const Operator<T>> as_users(std::shared_ptr<const Operator<T>>);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::python
