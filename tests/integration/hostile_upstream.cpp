// spark_chat against servers that break HTTP and RFC 6455: each call ends by itself or by its
// deadline, with a status and a reason, and lets go of the connection.
#include "support/iflytek_calls.h"
#include "support/raw_upstream.h"
#include "support/spec.h"
#include "support/time_factor.h"

using namespace aiproject;
using namespace aiproject::test;

namespace {

using namespace std::string_literals;

std::string frame(unsigned char first, const std::string& payload) {
    return std::string{static_cast<char>(first), static_cast<char>(payload.size())} + payload;
}

struct HostileUpstream : CppUnit::TestCase {
    static void expect(const Script& script, ModelStatus status, const std::string& explanation,
                       const Timeouts& timeouts = kPatientTimeouts) {
        const RawUpstream server(script);
        PluginUnderTest plugin("spark_chat", settingsFor(server.url("/v3.5/chat")));
        const auto question = Question::text("?");
        test::expect(plugin.ask(question, timeouts), status, explanation);
        ASSERT_EVENTUALLY(server.clientHasGone());
    }
    static void expectAfterUpgrade(const std::string& bytes, ModelStatus status, const std::string& explanation) {
        expect({"", bytes, ""}, status, explanation);
    }
};

}  // namespace

SPEC(HostileUpstream, that_speaks_no_http_is_unavailable) {
    expect({"SSH-2.0-OpenSSH_9.2\r\n", "", ""}, ModelStatus::unavailable, "handshake");
    expect({"HTTP/1.1 ", "", std::string(4096, 'x')}, ModelStatus::unavailable, "handshake");
}

SPEC(HostileUpstream, whose_header_never_ends_is_given_up) {
    expect({"HTTP/1.1 100 Continue\r\n\r\n", "", "HTTP/1.1 100 Continue\r\n\r\n"}, ModelStatus::unavailable,
           "not asked for");
    expect({"HTTP/1.1 101 Switching Protocols\r\n", "", "A: b\r\n"}, ModelStatus::unavailable, "handshake");
}

SPEC(HostileUpstream, that_upgrades_without_the_proof_is_unavailable) {
    expect({"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: AAAA\r\n\r\n",
            "", ""},
           ModelStatus::unavailable, "Sec-WebSocket-Accept");
}

SPEC(HostileUpstream, that_refuses_without_end_is_read_only_at_the_beginning) {
    expect({"HTTP/1.1 503 Trouble\r\n\r\n", "", std::string(4096, 'x')}, ModelStatus::unavailable, "HTTP 503");
    // Its reason is waited for, but not until the time for connecting is over.
    expect({"HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\nshort", "", ""}, ModelStatus::misconfigured, "HTTP 401",
           {std::uint32_t(6'000 * timeFactor()), 600'000, 600'000, 600'000});
}

SPEC(HostileUpstream, that_refuses_is_quoted_however_its_words_are_framed) {
    for (const char* answer : {"Content-Length: 4\r\n\r\nbusy", "Content-Length: 4\r\n\r\nbusy, and more",
                               "Transfer-Encoding: chunked\r\n\r\n2\r\nbu\r\n2\r\nsy\r\n0\r\n\r\n"})
        expect({"HTTP/1.1 503 Trouble\r\n"s + answer, "", ""}, ModelStatus::unavailable, "it said: busy");
    for (const char* status : {"204 Nothing", "304 As Before", "102 Wait"})
        expect({"HTTP/1.1 "s + status + "\r\nContent-Length: 4\r\n\r\nbusy", "", ""}, ModelStatus::misconfigured,
               "no such service there; check url");
    expect({"HTTP/1.1 503 Trouble\r\nContent-Length: many\r\n\r\nbusy", "", ""}, ModelStatus::unavailable,
           "Syntax error");
}

SPEC(HostileUpstream, that_upgrades_to_something_else_is_unavailable) {
    for (const char* lines :
         {"Upgrade: h2c\r\nConnection: Upgrade\r\n", "Upgrade: websocket\r\nConnection: close\r\n", ""})
        expect({"HTTP/1.1 101 Switching Protocols\r\n"s + lines + "\r\n", "", ""}, ModelStatus::unavailable,
               "handshake");
}

SPEC(HostileUpstream, that_repeats_our_authorization_is_quoted_without_it) {
    const std::string apiKey = settingsFor("").at("api_key"), padding(2'000, '.');
    for (const std::string& repeated : {"@AUTHORIZATION@"s, apiKey, apiKey.substr(0, apiKey.size() - 1)}) {
        const RawUpstream server({"HTTP/1.1 401 No\r\n\r\n", "not you: " + repeated + padding, ""});
        PluginUnderTest plugin("spark_chat", settingsFor(server.url("/v3.5/chat")));
        const auto question = Question::text("?");
        const std::string explanation = plugin.ask(question, kPatientTimeouts).explanation;
        CPPUNIT_ASSERT_MESSAGE(explanation, explanation.find("not you: [secret]") != std::string::npos);
        for (const char* word : {"YXBpX2tl", "c2lnbmF0dXJl"})  // api_key, signature
            CPPUNIT_ASSERT_MESSAGE(explanation, explanation.find(word) == std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(explanation, explanation.find(apiKey.substr(0, 8)) == std::string::npos);
    }
}

SPEC(HostileUpstream, that_sends_frames_with_its_upgrade_is_understood) {
    expectAfterUpgrade(frame(0x81, R"({"header":{"code":11202,"message":"m","sid":"s","status":2}})"),
                       ModelStatus::busy, "11202");
}

SPEC(HostileUpstream, that_breaks_the_framing_is_refused) {
    expectAfterUpgrade(frame(0xC1, "{}"), ModelStatus::failed, "reserved bits");
    expectAfterUpgrade(frame(0x80, "{}"), ModelStatus::failed, "had not begun");
    expectAfterUpgrade(frame(0x01, "{") + frame(0x81, "}"), ModelStatus::failed, "inside another");
    expectAfterUpgrade(frame(0x83, ""), ModelStatus::failed, "unknown kind");
    expectAfterUpgrade(frame(0x82, "{}"), ModelStatus::failed, "binary");
    expectAfterUpgrade(frame(0x81, "\xED\xA0\x80"), ModelStatus::failed, "UTF-8");
    expectAfterUpgrade("\x81\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s, ModelStatus::failed, "larger");
    expectAfterUpgrade("\x81\x7F\x00\x00\x00\x01\x00\x00\x00\x00"s, ModelStatus::failed, "larger");
}

SPEC(HostileUpstream, that_masks_its_frames_or_sends_large_pings_is_refused) {
    expectAfterUpgrade("\x81\x82\0\0\0\0{}"s, ModelStatus::failed, "masked");
    expectAfterUpgrade("\x89\x7f\0\0\0\0\0\x03\x0d\x40"s + std::string(200'000, 'p'), ModelStatus::failed, "125 bytes");
    expectAfterUpgrade(frame(0x09, "p"), ModelStatus::failed, "in fragments");
}

SPEC(HostileUpstream, that_uses_an_extension_or_protocol_nobody_asked_for_is_unavailable) {
    for (const std::string header : {"Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Protocol: chat"})
        expect({"", "", "", header + "\r\n"}, ModelStatus::unavailable, "which was not asked for");
}

SPEC(HostileUpstream, whose_first_frame_comes_with_its_header_in_one_piece_or_many_is_understood) {
    const std::string error = frame(0x81, R"({"header":{"code":11202,"message":"m","sid":"s","status":2}})");
    expect({"", frame(0x89, "p") + error, "", "X-More: a\r\n"}, ModelStatus::busy, "11202");
}

SPEC(HostileUpstream, that_sends_odd_close_frames_has_closed) {
    expectAfterUpgrade(frame(0x88, ""), ModelStatus::unavailable, "closed with no code");
    expectAfterUpgrade(frame(0x88, "\x03"), ModelStatus::unavailable, "closed with no code");
    expectAfterUpgrade(frame(0x88, "\x03\xE8\xFF\xFE"), ModelStatus::unavailable, "code 1000 before");
    expectAfterUpgrade(frame(0x88, "\x03\xE8\xFF\xFE"), ModelStatus::unavailable, "is no UTF-8");
    for (const std::string& code : {"\x03\xE7"s, "\x03\xED"s, "\x03\xEE"s, "\x03\xF7"s, "\x13\x88"s})
        expectAfterUpgrade(frame(0x88, code), ModelStatus::unavailable, "may not have that code");
}

SPEC(HostileUpstream, whose_empty_messages_are_no_end_of_the_connection) {
    expectAfterUpgrade(frame(0x89, "") + frame(0x81, ""), ModelStatus::failed, "not a JSON object");
}

SPEC(HostileUpstream, that_floods_with_what_is_no_message_does_not_win_time) {
    expect({"", "", frame(0x89, "ping")}, ModelStatus::timedOut, "first_frame_ms", kShortFirstFrame);
    expect({"", "", frame(0x8A, "")}, ModelStatus::timedOut, "first_frame_ms", kShortFirstFrame);
    expect({"", frame(0x01, ""), frame(0x00, "")}, ModelStatus::timedOut, "first_frame_ms", kShortFirstFrame);
    expect({"", frame(0x01, ""), frame(0x00, std::string(120, 'x'))}, ModelStatus::failed, "larger");
}

SPEC(HostileUpstream, that_floods_with_frames_of_nothing_is_stopped_by_the_total_time) {
    expect({"", "", frame(0x81, R"({"header":{"code":0,"message":"","sid":"s","status":1}})")}, ModelStatus::timedOut,
           "total_ms", {20'000, 20'000, 20'000, 1'000});
}
