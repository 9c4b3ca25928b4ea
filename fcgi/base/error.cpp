#include "base/error.h"

#include <Poco/Exception.h>

namespace aiproject {

std::string describe(const std::exception& e) {
    const auto* poco = dynamic_cast<const Poco::Exception*>(&e);
    return poco ? poco->displayText() : e.what();
}

std::string describeCurrent() {
    try {
        throw;
    } catch (const std::exception& e) {
        return describe(e);
    } catch (...) {
        return "a type outside std::exception was thrown";
    }
}

}  // namespace aiproject
