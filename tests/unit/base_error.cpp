// What is said of an exception, to whom.
#include "base/error.h"

#include "support/spec.h"

#include <Poco/Exception.h>

#include <stdexcept>
#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct ErrorText : CppUnit::TestCase {};

template <class Thrown>
std::string described(const Thrown& thrown) {
    try {
        throw thrown;
    } catch (...) {
        return describeCurrent();
    }
}

SPEC(ErrorText, of_poco_has_the_message_and_not_only_the_class) {
    CPPUNIT_ASSERT_EQUAL("Not found: the key"s, describe(Poco::NotFoundException("the key")));
    CPPUNIT_ASSERT_EQUAL("Not found: the key"s, described(Poco::NotFoundException("the key")));
}

SPEC(ErrorText, of_the_standard_library_is_its_message) {
    CPPUNIT_ASSERT_EQUAL("broken"s, describe(std::runtime_error("broken")));
    CPPUNIT_ASSERT_EQUAL("broken"s, described(std::runtime_error("broken")));
}

SPEC(ErrorText, of_any_other_type_says_so) {
    CPPUNIT_ASSERT_EQUAL("a type outside std::exception was thrown"s, described(42));
}

SPEC(ErrorText, for_the_log_is_not_for_the_client) {
    const Error error(ErrorKind::internal, "disk /data is full");
    CPPUNIT_ASSERT_EQUAL("disk /data is full"s, std::string(error.what()));
    CPPUNIT_ASSERT(error.forClient().empty());
}

SPEC(ErrorText, of_a_refusal_is_for_both) {
    const Error error = refusal(ErrorKind::badRequest, "the body lacks 'dialog'");
    CPPUNIT_ASSERT_EQUAL("the body lacks 'dialog'"s, std::string(error.what()));
    CPPUNIT_ASSERT_EQUAL("the body lacks 'dialog'"s, error.forClient());
}

}  // namespace
