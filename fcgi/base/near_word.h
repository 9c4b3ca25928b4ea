// "Did you mean": the known word that a mistyped one is nearest to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

// The nearest of the known words, in upper or lower case: at most a third of its letters, from one to three, are
// missing, added, changed, or swapped with their neighbour. Empty: none is near, or `written` is too long to be a slip
// of the hand.
std::string nearestWord(std::string_view written, const std::vector<std::string>& known);

// " (did you mean 'list'?)", to be added to a sentence; empty: nothing is near.
std::string didYouMean(std::string_view written, const std::vector<std::string>& known);

}  // namespace aiproject
