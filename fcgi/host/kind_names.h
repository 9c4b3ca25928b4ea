// The names of kinds, as commands, clients and configuration write them.
#pragma once

#include "aiproject/imodel.h"

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace aiproject {

constexpr std::array<std::pair<Kind, const char*>, 5> kKindNames{{{Kind::text, "text"},
                                                                  {Kind::voice, "voice"},
                                                                  {Kind::picture, "picture"},
                                                                  {Kind::embedding, "embedding"},
                                                                  {Kind::speech, "speech"}}};

// Its place there.
inline int indexOf(Kind kind) noexcept {
    int index = 0;
    while (index + 1 < int(kKindNames.size()) && kKindNames.at(std::size_t(index)).first != kind) ++index;
    return index;
}

inline std::vector<std::string> kindNamesOf(std::uint32_t kinds) {
    std::vector<std::string> names;
    names.reserve(kKindNames.size());
    for (const auto& [kind, name] : kKindNames)
        if ((kinds & std::uint32_t(kind)) != 0) names.emplace_back(name);
    return names;
}

}  // namespace aiproject
