// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// solve() on NumPy's arrays: a matrix of this process, the rows of one rank, or a function.
#include "suan/solvers/solve.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <optional>
#include <sstream>

#include "arrays.hpp"
#include "bindings.hpp"
#include "options.hpp"
#include "suan/core/timer.hpp"
#include "suan/distributed/assembly.hpp"

namespace suan::python {

namespace {

/// Tells a Python function about each iteration and lets Ctrl-C end a solve. On several ranks the
/// solve goes on after an exception, because the other ranks do not know of it.
class PythonLogger final : public EventLogger {
 public:
  /// Keeps references: the callback's count is not touched without the global lock.
  PythonLogger(nb::handle callback, PendingException& pending, bool may_stop)
      : callback_(callback), pending_(pending), may_stop_(may_stop) {}

  void iteration_finished(std::int64_t iteration, double residual_norm) override {
    if (callback_.is_none()) {
      if (may_stop_ && since_check_.seconds() > 0.1) look_for_interrupt();
    } else if (!pending_.occurred()) {
      const nb::gil_scoped_acquire gil;
      try {
        callback_(iteration, residual_norm);
        if (PyErr_CheckSignals() != 0) throw nb::python_error();
      } catch (...) {
        pending_.keep_current();
      }
    }
    if (may_stop_ && pending_.occurred()) throw InternalError("stopped by a Python exception");
  }

 private:
  void look_for_interrupt() {
    const nb::gil_scoped_acquire gil;
    since_check_ = Timer();
    try {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
    } catch (...) {
      pending_.keep_current();
    }
  }

  nb::handle callback_;
  PendingException& pending_;
  bool may_stop_;
  Timer since_check_;
};

/// y = f(x) with f a Python function of an array of its own, so that f may keep or change it.
template <Scalar T>
void call_function(nb::handle function, PendingException& pending, const Vector<T>& x,
                   Vector<T>& y) {
  auto host = std::make_unique<std::vector<T>>(x.to_host());
  together(x.layout().comm(), [&] {
    const nb::gil_scoped_acquire gil;
    try {
      std::vector<T>* values = host.release();
      const nb::capsule owner(values,
                              [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
      const std::size_t shape[1] = {values->size()};
      const nb::ndarray<nb::numpy, NumpyScalar<T>> array(
          reinterpret_cast<NumpyScalar<T>*>(values->data()), 1, shape, owner);
      const nb::object result = function(array);
      y.assign(elements<T>(nb::cast<InputScalars>(result, false), "the result of A"));
    } catch (const nb::python_error& error) {
      pending.keep_current();
      // What the other ranks raise; this one raises the exception itself.
      throw InvalidArgument(
          message("the function A raised ", nb::str(error.type().attr("__name__")).c_str(),
                  " on rank ", x.layout().comm().rank(), ": ", nb::str(error.value()).c_str()));
    }
  });
}

Communicator communicator(std::optional<std::int64_t> handle) {
  if (!handle) return {};
#if SUAN_HAVE_MPI
  return Communicator(MPI_Comm_f2c(static_cast<MPI_Fint>(*handle)));
#else
  throw NotSupported(
      "comm= was given, but this build of Suan has no MPI; build it with SUAN_ENABLE_MPI=ON");
#endif
}

nb::dict to_python(const SolveReport& report, const std::vector<std::string>& copied) {
  nb::dict fields;
  fields["reason"] = to_string(report.reason);
  fields["converged"] = report.converged();
  fields["advice"] = advice(report.reason);
  fields["detail"] = report.detail;
  fields["solver"] = report.solver;
  fields["preconditioner"] = report.preconditioner;
  fields["choice"] = report.choice;
  fields["format"] = report.format;
  fields["path"] = report.path;
  fields["scalar"] = report.scalar;
  fields["unknowns"] = report.unknowns;
  fields["iterations"] = report.iterations;
  fields["true_relative_residual"] = report.true_relative_residual();
  fields["right_hand_side_norm"] = report.right_hand_side_norm;
  fields["initial_residual_norm"] = report.initial_residual_norm;
  fields["residual_norm"] = report.residual_norm;
  fields["true_residual_norm"] = report.true_residual_norm;
  fields["setup_seconds"] = report.setup_seconds;
  fields["solve_seconds"] = report.solve_seconds;
  fields["bytes_moved"] = report.bytes_moved;
  fields["joules"] = report.joules < 0 ? nb::none() : nb::cast(report.joules);
  fields["ranks"] = report.ranks;
  fields["threads"] = report.threads;
  fields["space"] = report.space;
  fields["history"] = numpy_array<double>(report.history);
  fields["copied"] = nb::tuple(nb::cast(copied));
  std::ostringstream table;
  table << report;
  fields["text"] = table.str();
  fields["json"] = report.to_json();
  return fields;
}

/// The arguments that all three functions share, and the solve itself. With `columns`, b and x are
/// the rows of so many vectors side by side; without, they are one vector.
class Call {
 public:
  Call(const InputScalars& b, const OutputScalars& x, std::optional<std::int64_t> columns,
       const nb::dict& options, const nb::object& callback, bool one_rank)
      : b_(b),
        x_(x),
        columns_(columns),
        options_(options_from<SolveOptions>(options)),
        logger_(std::make_shared<PythonLogger>(callback, pending_, one_rank)) {
    if (x.dtype() != b.dtype()) throw InvalidArgument("x and b are not of the same type");
    if (columns && (*columns < 1 || b.size() % static_cast<std::size_t>(*columns) != 0)) {
      throw InvalidArgument(message("b has ", b.size(), " elements, not rows of ", *columns));
    }
    if (x.size() != b.size()) {
      throw DimensionMismatch(message("x has ", x.size(), " elements and b has ", b.size()));
    }
  }

  GlobalIndex rows() const { return static_cast<GlobalIndex>(b_.size()) / columns_.value_or(1); }

  PendingException& pending() noexcept { return pending_; }
  std::vector<std::string>& copied() noexcept { return copied_; }

  /// Calls body.operator()<T>() with the scalar type of b, and returns the reports.
  template <class Body>
  nb::list run(Body&& body) {
    without_gil(pending_, [&] { visit_scalar(b_.dtype(), std::forward<Body>(body)); });
    nb::list reports;
    for (const auto& report : reports_) reports.append(to_python(report, copied_));
    return reports;
  }

  template <Scalar T>
  void solve(const Operator<T>& a) {
    const Layout& layout = a.row_layout();
    const DeviceView<T> given = borrow<T>(elements<T>(b_, "b"), "b", copied_);
    const std::span<const T> start(static_cast<const T*>(x_.data()), x_.size());
    const DeviceView<T> solution = borrow<T>(start, "x", copied_);
    if (!columns_) {
      Vector<T> x(layout, solution);
      reports_ = {suan::solve(a, Vector<T>(layout, given), x, options_, logger_)};
    } else {
      const auto side_by_side = [&](const DeviceView<T>& array) {
        return MultiVector<T>(layout, RowMajor<T>(array.data(), static_cast<std::size_t>(rows()),
                                                  static_cast<std::size_t>(*columns_)));
      };
      auto x = side_by_side(solution);
      reports_ = suan::solve(a, side_by_side(given), x, options_, logger_);
    }
    if (solution.data() != start.data()) {
      const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), solution);
      std::memcpy(x_.data(), static_cast<const void*>(host.data()), start.size_bytes());
    }
  }

 private:
  const InputScalars& b_;
  const OutputScalars& x_;
  std::optional<std::int64_t> columns_;
  PendingException pending_;
  SolveOptions options_;
  std::shared_ptr<PythonLogger> logger_;
  std::vector<std::string> copied_;
  std::vector<SolveReport> reports_;
};

nb::list solve_csr(const CsrArrays& a, const InputScalars& b, const OutputScalars& x,
                   std::optional<std::int64_t> columns, const nb::dict& options,
                   const nb::object& callback) {
  Call call(b, x, columns, options, callback, true);
  return call.run([&]<Scalar T>() { call.solve<T>(borrow_matrix<T>(a, call.copied())); });
}

nb::list solve_rows(const CsrArrays& a, const InputScalars& b, const OutputScalars& x,
                    std::optional<std::int64_t> columns, const nb::dict& options,
                    const nb::object& callback, std::int64_t comm) {
  Call call(b, x, columns, options, callback, false);
  return call.run([&]<Scalar T>() {
    const Communicator ranks = communicator(comm);
    const Layout layout = Layout::from_local_size(a.rows, ranks);
    together(ranks, [&] {
      if (a.columns != layout.global_size()) {
        throw DimensionMismatch(message("A has ", a.columns, " columns on rank ", ranks.rank(),
                                        ", but the rows of all ranks are ", layout.global_size(),
                                        " together; its columns are numbered globally"));
      }
    });
    const std::span indices(static_cast<const GlobalIndex*>(a.indices.data()), a.indices.size());
    call.solve<T>(assemble<T>(layout, layout, {a.offsets.data(), a.offsets.size()}, indices,
                              elements<T>(a.values, "A.data")));
  });
}

nb::list solve_function(const nb::callable& function, const InputScalars& b, const OutputScalars& x,
                        std::optional<std::int64_t> columns, const nb::dict& options,
                        const nb::object& callback, std::optional<std::int64_t> comm) {
  Call call(b, x, columns, options, callback, !comm);
  return call.run([&]<Scalar T>() {
    const Communicator ranks = communicator(comm);
    const Layout layout = Layout::from_local_size(call.rows(), ranks);
    call.solve<T>(FunctionOperator<T>(layout, layout, [&](const Vector<T>& v, Vector<T>& y) {
      call_function<T>(function, call.pending(), v, y);
    }));
  });
}

}  // namespace

void bind_solvers(nb::module_& module) {
  module.def(
      "solve_options", [] { return SolveOptions::table().descriptions(); },
      "The keywords of solve().");
  module.def(
      "check_solve_options", [](const nb::dict& options) { options_from<SolveOptions>(options); },
      nb::arg("options"),
      nb::sig(signature("def check_solve_options(options: {options}) -> None").c_str()),
      "Raises what solve() would raise for these options.");
  module.def(
      "solve_csr", solve_csr, nb::arg("a"), nb::arg("b").noconvert(), nb::arg("x").noconvert(),
      nb::arg("columns").none(), nb::arg("options"), nb::arg("callback").none(),
      nb::sig(
          signature("def solve_csr(a: CsrArrays, b: {array}, x: {array}, "
                    "columns: int | None, options: {options}, callback: {callback}) -> {reports}")
              .c_str()),
      "Solves A x = b from the guess in x, which is overwritten; returns the report. With "
      "columns, b and x are the rows of so many vectors, each of which has a report.");
  module.def("solve_rows", solve_rows, nb::arg("a"), nb::arg("b").noconvert(),
             nb::arg("x").noconvert(), nb::arg("columns").none(), nb::arg("options"),
             nb::arg("callback").none(), nb::arg("comm"),
             nb::sig(signature("def solve_rows(a: CsrArrays, b: {array}, x: {array}, "
                               "columns: int | None, options: {options}, callback: {callback}, "
                               "comm: int) -> {reports}")
                         .c_str()),
             "As solve_csr, with this rank's rows and global columns; comm is a Fortran handle.");
  module.def("solve_function", solve_function, nb::arg("function"), nb::arg("b").noconvert(),
             nb::arg("x").noconvert(), nb::arg("columns").none(), nb::arg("options"),
             nb::arg("callback").none(), nb::arg("comm").none(),
             nb::sig(signature("def solve_function("
                               "function: collections.abc.Callable[[{array}], {array}], "
                               "b: {array}, x: {array}, columns: int | None, options: {options}, "
                               "callback: {callback}, comm: int | None) -> {reports}")
                         .c_str()),
             "As solve_csr, with A a function that returns an array of b's type and size.");
}

}  // namespace suan::python
