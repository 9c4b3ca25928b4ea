// What a web server says of a request in FastCGI parameters, which are strings "NAME=value" as in an
// environment. Pure; borrows the list, which ends with a null pointer.
#pragma once

#include "http/exchange.h"

#include <string_view>

namespace aiproject {

using Parameters = const char* const*;

// The value of the first one of that name, inside the list; null: there is none.
const char* parameterIn(Parameters parameters, std::string_view name) noexcept;

// Takes what it gets. Only the id is checked, and made here when nginx sent none that is safe to print.
Request requestOf(Parameters parameters);

}  // namespace aiproject
