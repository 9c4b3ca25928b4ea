// A server's frames by RFC 6455: what is a message, and what ends the connection.
#include "upstream/websocket_frames.h"

#include "support/spec.h"

#include <malloc.h>

#include <string>
#include <vector>

using namespace aiproject::outbound;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

std::string frameOf(unsigned char first, const std::string& payload) {
    std::string bytes(1, char(first));
    const auto size = payload.size();
    if (size < 126)
        bytes += char(size);
    else if (size < 0x10000)
        bytes += {char(126), char(size >> 8), char(size)};
    else
        bytes += {char(127), 0, 0, 0, 0, char(size >> 24), char(size >> 16), char(size >> 8), char(size)};
    return bytes + payload;
}

const std::string kText(1, '\x81');

struct FrameDecoding : CppUnit::TestCase {
    // "text:a", "ping:b" …, and at last the fault.
    static std::vector<std::string> decoded(const std::string& input, std::size_t piece) {
        static constexpr const char* kinds[] = {"text:", "ping:", "pong:", "close:"};
        FrameDecoder decoder;
        std::vector<std::string> all;
        try {
            for (std::size_t at = 0; at < input.size(); at += piece) {
                const std::string copy = input.substr(at, piece);  // so that nothing behind it can be read
                for (std::string_view bytes = copy; !bytes.empty();)
                    if (const auto frame = decoder.take(bytes))
                        all.push_back(kinds[int(frame->kind)] + std::string(frame->payload));
            }
        } catch (const FrameFault& fault) {
            all.push_back(std::to_string(fault.closeCode()) + " " + fault.what());
        }
        return all;
    }
    static void assertGives(const std::vector<std::string>& expected, const std::string& input) {
        for (const std::size_t piece : {std::size_t(1), std::size_t(2), std::size_t(7), input.size()}) {
            const auto got = decoded(input, piece);
            CPPUNIT_ASSERT_EQUAL(expected.size(), got.size());
            for (std::size_t i = 0; i < got.size(); ++i) CPPUNIT_ASSERT_EQUAL(expected[i], got[i]);
        }
    }
    static void assertRefused(const std::string& start, const std::string& input) {
        const auto got = decoded(input, 1);
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), got.size());
        CPPUNIT_ASSERT_EQUAL(start, got[0].substr(0, start.size()));
    }
};

struct ClientFrames : CppUnit::TestCase {};

}  // namespace

SPEC(FrameDecoding, gives_whole_messages_however_the_bytes_are_cut) {
    for (const std::size_t size : {0, 1, 125, 126, 65'535, 65'536}) {
        const std::string payload(size, 'x');
        assertGives({"text:" + payload, "text:end"}, frameOf(0x81, payload) + frameOf(0x81, "end"));
    }
}

SPEC(FrameDecoding, joins_fragments_around_control_frames) {
    assertGives({"ping:p", "text:abc", "pong:", "text:"},
                frameOf(0x01, "a") + frameOf(0x89, "p") + frameOf(0x00, "") + frameOf(0x00, "b") + frameOf(0x80, "c") +
                    frameOf(0x8A, "") + frameOf(0x01, "") + frameOf(0x80, ""));
    // A character may be cut by a fragment.
    assertGives({"text:\u4f60"}, frameOf(0x01, "\xe4") + frameOf(0x80, "\xbd\xa0"));
}

SPEC(FrameDecoding, takes_control_frames_of_at_most_125_bytes_in_one_piece) {
    const std::string longest(125, 'p');
    assertGives({"ping:" + longest, "close:" + longest}, frameOf(0x89, longest) + frameOf(0x88, longest));
    for (const unsigned char opcode : {0x88, 0x89, 0x8A}) {
        assertRefused("1002 the upstream sent a ping, pong or close of more", frameOf(opcode, longest + "p"));
        assertRefused("1002 the upstream sent a ping, pong or close of more",
                      frameOf(opcode, std::string(200'000, 'p')));
        assertRefused("1002 the upstream sent a ping, pong or close in fragments", frameOf(opcode & 0x7f, "p"));
    }
}

SPEC(FrameDecoding, refuses_masks_reserved_bits_and_unknown_kinds) {
    for (const unsigned char first : {0x81, 0x89, 0x88, 0x01}) {
        assertRefused("1002 the upstream masked a frame", std::string{char(first), char(0x81), 1, 2, 3, 4, 'x'});
        for (const unsigned char bit : {0x40, 0x20, 0x10})
            assertRefused("1002 the upstream used reserved bits", frameOf(first | bit, "x"));
    }
    for (unsigned char opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
        assertRefused("1002 the upstream sent a frame of an unknown kind", frameOf(0x80 | opcode, ""));
    assertRefused("1003 the upstream sent a binary message", frameOf(0x82, "x"));
}

SPEC(FrameDecoding, refuses_messages_out_of_order) {
    assertRefused("1002 the upstream continued a message", frameOf(0x80, "x"));
    assertRefused("1002 the upstream continued a message", frameOf(0x00, "x"));
    assertRefused("1002 the upstream began a message inside another", frameOf(0x01, "x") + frameOf(0x81, "x"));
    const auto got = decoded(frameOf(0x01, "a") + frameOf(0x80, "b") + frameOf(0x80, "c"), 3);
    CPPUNIT_ASSERT_EQUAL("text:ab"s, got.at(0));
    CPPUNIT_ASSERT_EQUAL("1002 the upstream continued"s, got.at(1).substr(0, 27));
}

SPEC(FrameDecoding, refuses_lengths_that_are_too_large_or_longer_than_needed) {
    assertRefused("1009", kText + "\x7f\xff\xff\xff\xff\xff\xff\xff\xff");
    assertRefused("1009", frameOf(0x01, std::string(kMaxMessageBytes, 'x')) + frameOf(0x80, "x"));
    assertGives({"text:" + std::string(kMaxMessageBytes, 'x')}, frameOf(0x81, std::string(kMaxMessageBytes, 'x')));
    assertRefused("1002 the upstream wrote a length", kText + "\x7e\0\x7d"s);
    assertRefused("1002 the upstream wrote a length", kText + "\x7f\0\0\0\0\0\0\xff\xff"s);
}

SPEC(FrameDecoding, refuses_text_that_is_not_utf8) {
    for (const std::string& text : {"\xff"s, "\xc0\x80"s, "\xed\xa0\x80"s, "\xf4\x90\x80\x80"s, "a\xe4\xbd"s}) {
        assertRefused("1007", frameOf(0x81, text));
        assertRefused("1007", frameOf(0x01, text) + frameOf(0x80, ""));
    }
}

SPEC(FrameDecoding, knows_whether_it_is_inside_a_frame) {
    FrameDecoder decoder;
    const std::string frame = frameOf(0x81, "ab");
    for (std::size_t i = 0; i < frame.size(); ++i) {
        CPPUNIT_ASSERT_EQUAL(i != 0, decoder.isInsideFrame());
        std::string_view byte(&frame[i], 1);
        CPPUNIT_ASSERT_EQUAL(i + 1 == frame.size(), decoder.take(byte).has_value());
    }
    CPPUNIT_ASSERT(!decoder.isInsideFrame());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // whose heaps are not malloc()'s
SPEC(FrameDecoding, gives_memory_back_with_the_next_call) {
    FrameDecoder decoder;
    const std::string large = frameOf(0x81, std::string(60'000, 'x'));
    std::string_view first = std::string_view(large).substr(0, 50'000), rest = std::string_view(large).substr(50'000);
    CPPUNIT_ASSERT(!decoder.take(first) && decoder.take(rest));
    const auto before = mallinfo2().uordblks;
    CPPUNIT_ASSERT(!decoder.take(rest));
    CPPUNIT_ASSERT(mallinfo2().uordblks + 60'000 <= before);
}
#endif

SPEC(ClientFrames, are_final_and_masked) {
    CPPUNIT_ASSERT_EQUAL("\x8a\x85\x01\x02\x04\x08igllg"s, clientFrame(FrameKind::pong, "hehdf", {1, 2, 4, 8}));
    CPPUNIT_ASSERT_EQUAL("\x88\x82\x01\x02\x04\x08\x02\xea"s,
                         clientFrame(FrameKind::close, closePayload(1000), {1, 2, 4, 8}));
    CPPUNIT_ASSERT_EQUAL("\x8a\x80\xff\xff\xff\xff"s, clientFrame(FrameKind::pong, "", {255, 255, 255, 255}));
    CPPUNIT_ASSERT_EQUAL(std::size_t(6 + 125), clientFrame(FrameKind::pong, std::string(125, 'x'), {}).size());
}
