// A request out of the parameters that a web server sends, and out of those that it should not send.
#include "front/request_parameters.h"

#include "support/spec.h"

#include <string>
#include <vector>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct RequestParameters : CppUnit::TestCase {
    std::vector<std::string> entries;

    std::vector<const char*> list() const {
        std::vector<const char*> pointers;
        for (const std::string& entry : entries) pointers.push_back(entry.c_str());
        pointers.push_back(nullptr);
        return pointers;
    }
    Request request() const { return requestOf(list().data()); }
    std::string idOf(const std::string& sent) {
        entries = {"REQUEST_ID=" + sent};
        return request().id;
    }
};

SPEC(RequestParameters, are_found_by_their_whole_name) {
    entries = {"HTTP_UUID2=b", "HTTP_UUI=c", "HTTP_UUID", "", "=", "HTTP_UUID=a=b"};
    CPPUNIT_ASSERT_EQUAL("a=b"s, request().uuid.value());
    const auto pointers = list();
    CPPUNIT_ASSERT(!parameterIn(pointers.data(), "HTTP_"));
    CPPUNIT_ASSERT(!parameterIn(pointers.data(), "HTTP_USERNAME"));
}

SPEC(RequestParameters, count_the_first_time_they_come) {
    entries = {"REQUEST_METHOD=POST", "REQUEST_METHOD=GET"};
    CPPUNIT_ASSERT_EQUAL("POST"s, request().method);
}

SPEC(RequestParameters, of_a_trace_are_all_that_came_and_two_parents_are_not_one) {
    entries = {"HTTP_TRACEPARENT=a", "HTTP_TRACESTATE=x=1", "HTTP_TRACESTATE=y=2", "HTTP_TRACESTATES=z"};
    CPPUNIT_ASSERT_EQUAL("a"s, request().traceparent);
    CPPUNIT_ASSERT_EQUAL("x=1, y=2"s, request().tracestate);
    entries.push_back("HTTP_TRACEPARENT=b");
    CPPUNIT_ASSERT_EQUAL("a, b"s, request().traceparent);
    entries = {"HTTP_TRACESTATE=" + std::string(100'000, 'a'), "HTTP_TRACEPARENT=", "HTTP_TRACEPARENT"};
    CPPUNIT_ASSERT_EQUAL(""s, request().tracestate + request().traceparent);
}

SPEC(RequestParameters, become_a_request) {
    entries = {"REQUEST_ID=0123456789abcdef",
               "REQUEST_METHOD=POST",
               "DOCUMENT_URI=/textModel/chat",
               "REQUEST_URI=/textModel/chat?a=1",
               "CONTENT_TYPE=a/b",
               "HTTP_ACCEPT=text/event-stream",
               "REMOTE_ADDR=127.0.0.1",
               "HTTP_UUID=u",
               "HTTP_USERNAME=",
               "HTTP_ACCESS_CONTROL_REQUEST_HEADERS=a,b"};
    CPPUNIT_ASSERT_EQUAL("a,b"s, request().headersToAllow);
    const Request made = request();
    CPPUNIT_ASSERT_EQUAL("0123456789abcdef"s, made.id);
    CPPUNIT_ASSERT_EQUAL("POST"s, made.method);
    CPPUNIT_ASSERT_EQUAL("/textModel/chat"s, made.path);
    CPPUNIT_ASSERT_EQUAL("a/b"s, made.contentType);
    CPPUNIT_ASSERT_EQUAL("text/event-stream"s, made.accept);
    CPPUNIT_ASSERT_EQUAL("127.0.0.1"s, made.remoteAddress);
    CPPUNIT_ASSERT_EQUAL("u"s, made.uuid.value());
    CPPUNIT_ASSERT_EQUAL(""s, made.username.value());
}

SPEC(RequestParameters, may_all_be_missing) {
    const Request made = request();
    CPPUNIT_ASSERT(made.method.empty() && made.path.empty() && made.contentType.empty());
    CPPUNIT_ASSERT(!made.uuid && !made.username);
}

SPEC(RequestParameters, give_a_path_without_the_query) {
    entries = {"REQUEST_URI=/login?a=b?c"};
    CPPUNIT_ASSERT_EQUAL("/login"s, request().path);
    entries = {"DOCUMENT_URI=/a?b", "REQUEST_URI=/c"};
    CPPUNIT_ASSERT_EQUAL("/a"s, request().path);
}

SPEC(RequestParameters, give_an_id_that_is_safe_to_print) {
    CPPUNIT_ASSERT_EQUAL("a-B_9"s, idOf("a-B_9"));
    CPPUNIT_ASSERT_EQUAL(std::string(64, 'a'), idOf(std::string(64, 'a')));
    for (const std::string& unsafe : {""s, "a b"s, "a\nb"s, "\"><b"s, "\xc3\xa4"s, std::string(65, 'a')}) {
        const std::string id = idOf(unsafe);
        CPPUNIT_ASSERT_EQUAL(std::size_t(36), id.size());
        CPPUNIT_ASSERT_EQUAL(std::string::npos, id.find_first_not_of("0123456789abcdef-"));
        CPPUNIT_ASSERT(id != idOf(unsafe));
    }
}

}  // namespace
