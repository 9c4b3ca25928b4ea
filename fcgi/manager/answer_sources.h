// Where the answers of each kind come from, as the boards of the pools say it.
#pragma once

#include "manager/reload.h"

#include <string>
#include <vector>

namespace aiproject {

struct AnswerSource {
    std::string kind, model, origin;
};

// By kind; of one that has a route, the route's models in its order, else all that serve it. Where a documented path
// has no model, one source without any says so.
std::vector<AnswerSource> answerSources(const Pools& pools, const Generation& generation);

}  // namespace aiproject
