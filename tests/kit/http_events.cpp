// Server-sent events, however their bytes are cut.
#include "aiproject/http_events.h"

#include "support/spec.h"

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

// "type=data|" of each.
std::string eventsIn(const std::string& body, std::size_t piece) {
    http::EventReader reader;
    http::Event event;
    std::string all;
    const auto add = [&] { all += event.type + "=" + event.data + "|"; };
    for (std::size_t at = 0; at < body.size(); at += piece)
        for (std::string_view bytes = std::string_view(body).substr(at, piece); reader.take(bytes, event);) add();
    if (reader.takeRest(event)) add();
    return all;
}

struct KitEvents : CppUnit::TestCase {
    static void expect(const std::string& events, const std::string& body) {
        for (const std::size_t piece : {1UL, 2UL, 3UL, 1'000UL})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(body, events, eventsIn(body, piece));
    }
};

}  // namespace

SPEC(KitEvents, end_with_an_empty_line) {
    expect("=a|=b|", "data: a\n\ndata: b\n\n");
    expect("=a|=b|", "data: a\r\n\r\ndata: b\r\n\r\n");
    expect("=a|=b|", "data: a\r\rdata: b\r\r");
    expect("=a|",
           "\xEF\xBB\xBF"
           "data: a\n\n");
}

SPEC(KitEvents, have_a_type_and_lines) {
    expect("delta=a\nb\n|", "event: delta\ndata: a\ndata: b\ndata\n\n");
    expect("=a|=b|", "event: lost\n\ndata: a\n\ndata:b\n\n");
    expect("= a|", ": a comment\nid: 5\nretry: 10\ndata:  a\nunknown: x\n\n");
    expect("=|", "data:\n\n");
}

SPEC(KitEvents, at_the_end_need_no_empty_line) {
    expect("=a|=b|", "data: a\n\ndata: b");
    expect("=a|=b|", "data: a\n\ndata: b\n");
    expect("=a|", "data: a\n\n: bye");
}

SPEC(KitEvents, have_a_size) {
    http::EventReader reader;
    http::Event event;
    const std::string line = "data: " + std::string(300'000, 'x') + "\n";
    for (int i = 0; i < 4; ++i) {
        std::string_view bytes = line;
        CPPUNIT_ASSERT(!reader.take(bytes, event));
    }
    CPPUNIT_ASSERT(reader.isBroken());
}

SPEC(KitEvents, may_be_lines) {
    for (const std::size_t piece : {1UL, 2UL, 3UL, 1'000UL}) {
        const std::string body = "{\"a\":1}\r\n\n{\"b\":2}\nlast";
        http::LineReader reader;
        std::string line, all;
        for (std::size_t at = 0; at < body.size(); at += piece)
            for (std::string_view bytes = std::string_view(body).substr(at, piece); reader.take(bytes, line);)
                all += line + "|";
        if (reader.takeRest(line)) all += line + "|";
        CPPUNIT_ASSERT_EQUAL("{\"a\":1}|{\"b\":2}|last|"s, all);
        CPPUNIT_ASSERT(!reader.takeRest(line));
    }
    http::LineReader endless;
    std::string line;
    const std::string megabyte(http::kMostEventBytes, 'x');
    for (std::string_view bytes : {std::string_view(megabyte), std::string_view("x")})
        CPPUNIT_ASSERT(!endless.take(bytes, line));
    CPPUNIT_ASSERT(endless.isBroken());
}
