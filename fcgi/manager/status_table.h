// The status (manager/status.h) for people, as text of 80 columns.
#pragma once

#include <Poco/JSON/Object.h>

#include <string>

namespace aiproject {

std::string statusTable(const Poco::JSON::Object& status);

}  // namespace aiproject
