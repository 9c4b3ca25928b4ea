// Prints the factor, for ctest; see tests/limits/.
#include "support/time_factor.h"

#include <iostream>

int main() { std::cout << aiproject::test::timeFactor(); }
