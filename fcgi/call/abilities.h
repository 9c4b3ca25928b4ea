// What a request needs of its model beyond plain text turns. Pure.
#pragma once

#include "aiproject/imodel.h"

#include <cstdint>
#include <string>

namespace aiproject {

// A mask of Ability.
std::uint64_t abilitiesFor(const ModelRequest& request);

// "tools, pictures": for the client.
std::string namesOf(std::uint64_t abilities);

}  // namespace aiproject
