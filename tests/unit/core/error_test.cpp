// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/error.hpp"

#include <gtest/gtest.h>

#include <new>
#include <typeinfo>

namespace {

using suan::ErrorKind;

TEST(Error, EachKindIsThrownAsItsOwnClass) {
  EXPECT_THROW(suan::throw_error(ErrorKind::invalid_argument, "x"), suan::InvalidArgument);
  EXPECT_THROW(suan::throw_error(ErrorKind::dimension_mismatch, "x"), suan::DimensionMismatch);
  EXPECT_THROW(suan::throw_error(ErrorKind::not_supported, "x"), suan::NotSupported);
  EXPECT_THROW(suan::throw_error(ErrorKind::io_error, "x"), suan::IoError);
  EXPECT_THROW(suan::throw_error(ErrorKind::device_error, "x"), suan::DeviceError);
  EXPECT_THROW(suan::throw_error(ErrorKind::mpi_error, "x"), suan::MpiError);
  EXPECT_THROW(suan::throw_error(ErrorKind::out_of_memory, "x"), suan::OutOfMemory);
  EXPECT_THROW(suan::throw_error(ErrorKind::internal, "x"), suan::InternalError);
}

TEST(Error, MessageJoinsItsParts) {
  EXPECT_EQ(suan::message("row ", 3, " of ", 2.5), "row 3 of 2.5");
}

template <class Exception>
ErrorKind kind_of(const Exception& exception, std::string& text) {
  try {
    throw exception;
  } catch (...) {
    return suan::current_error(text);
  }
}

TEST(Error, CurrentErrorKnowsOwnAndForeignExceptions) {
  std::string text;
  EXPECT_EQ(kind_of(suan::IoError("no file"), text), ErrorKind::io_error);
  EXPECT_EQ(text, "no file");
  EXPECT_EQ(
      kind_of(std::runtime_error("Kokkos ERROR: Host memory space failed to allocate 12.87 GiB "
                                 "(label=\"suan::Csr::offsets\")."),
              text),
      ErrorKind::out_of_memory);
  EXPECT_EQ(text,
            "not enough memory: 12.87 GiB for suan::Csr::offsets could not be allocated; use a "
            "smaller problem, more ranks or more machines");
  EXPECT_EQ(kind_of(std::bad_alloc(), text), ErrorKind::out_of_memory);
  EXPECT_NE(text.find("memory"), std::string::npos);
  EXPECT_EQ(kind_of(std::runtime_error("foreign"), text), ErrorKind::internal);
  EXPECT_EQ(text, "foreign");
  EXPECT_EQ(kind_of(7, text), ErrorKind::internal);
  EXPECT_FALSE(text.empty());
}

// An empty text is easily taken for no error.
TEST(Error, CurrentErrorHasWordsForAnErrorWithoutAny) {
  std::string text;
  EXPECT_EQ(kind_of(suan::InvalidArgument(""), text), ErrorKind::invalid_argument);
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(kind_of(std::runtime_error(""), text), ErrorKind::internal);
  EXPECT_FALSE(text.empty());
}

// std::terminate prints it before the text.
TEST(Error, ItsClassHasAReadableName) {
  EXPECT_NE(std::string(typeid(suan::InvalidArgument).name()).find("InvalidArgument"),
            std::string::npos);
}

}  // namespace
