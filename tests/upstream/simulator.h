// A strict stand-in for iFlytek's WebSocket services (Spark chat, voice dictation v2 and the large-model
// variant, image understanding, text recognition over HTTP) and, on the same port, for OpenAI's HTTP service. It checks
// what the real services check and answers in their shapes; what it has checked, and how each call ended, can be asked.
// It is not a model.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aiproject::upstream {

enum class Transport { plain, tls };

// What goes wrong on purpose. Names in a configuration are these words with '_': "drop_mid_answer".
// openai/README.md says what they mean over HTTP, for OpenAI's face and for text recognition; a kind that a face does
// not know does nothing there.
enum class FaultKind {
    none,
    refuseConnect,      // TCP closed at once
    hangBeforeUpgrade,  // accepts, reads the handshake, never answers
    httpStatus,         // handshake answered with Fault::code, body Fault::text
    wrongSignature,     // 401 "HMAC signature does not match", whatever came
    skewedClock,        // 403, as for a date that is off
    speakUnasked,       // upgraded, says something after Fault::pause, before any question
    closeIdle,          // upgraded, a close frame with Fault::code after Fault::pause without a question
    dropBeforeFrame,    // upgraded, takes the question, after Fault::pause TCP closed without a close frame
    hangBeforeFrame,    // upgraded, takes the question, says nothing
    hangMidAnswer,      // two frames, then nothing
    dropMidAnswer,      // two frames, then TCP closed without a close frame
    closeMidAnswer,     // two frames, then a close frame with Fault::code
    errorFrame,         // an error frame with Fault::code and Fault::text instead of an answer
    errorMidAnswer,     // two frames, then that error frame
    sensitiveAtEnd,     // a whole answer, but its last frame carries code 10019
    malformedJson,
    notJsonObject,  // valid JSON, wrong shape
    fragmented,     // every message in three fragments, a ping in between
    pingFlood,      // 200 pings before each frame; counts the pongs
    emptyFrames,    // frames without payload, empty choices, empty text in between
    hugeFrame,      // announces Fault::code bytes (default 64 MiB)
    slow,           // Fault::pause before each frame
    dripping,       // one byte at a time, Fault::pause apart
    binaryFrame,    // the answer as binary messages
    lonePing,       // dictation: a ping after the first audio, and nothing else until a result is due
    // OpenAI's face only:
    late,        // Fault::pause before the first byte of the answer
    cutAtByte,   // the body's first Fault::code bytes, then TCP closed
    endAtByte,   // the body's first Fault::code bytes, then the proper end of an HTTP body
    noUsage,     // never says usage
    usageTwice,  // says half of it in an earlier chunk, too
    noFinish,    // the stream has no finish_reason, but [DONE]
    noDone,      // the stream has a finish_reason, but no [DONE]
    looseLines,  // CR LF, and no space after "data:"
    gzipped,     // the body is compressed, unasked
};

struct Fault {
    FaultKind kind = FaultKind::none;
    int code = 0;
    std::string text;
    std::chrono::milliseconds pause{0};
    int times = -1;           // for so many connections (OpenAI's face: requests), then none; -1: always
    std::string header = {};  // OpenAI's face: one more line of the answer's head, "Retry-After: 2"
};

struct Options {
    Transport transport = Transport::plain;
    std::uint16_t port = 0;   // 0: a free one
    std::string caDirectory;  // TLS: throw-away CA and key are made here; ca.pem is the file to trust.
                              // A CA that an earlier simulator made here is used again.
    std::string certificateName = "localhost";
    std::optional<std::string> certificateAltNames;  // as OpenSSL writes them: "DNS:a,IP:127.0.0.1"; "": none
    std::string appId = "5f5e1000";
    std::string apiKey = "0123456789abcdef0123456789abcdef";
    std::string apiSecret = "c2ltdWxhdG9yLXNlY3JldC1ub3QtcmVhbA";
    std::string openAiKey = "sk-simulator-not-real";  // "": none is asked for, as by a server on loopback
    int answerFrames = 6;                             // of each text answer
    std::chrono::milliseconds frameGap{0};            // between them
    Fault fault;
    std::chrono::milliseconds questionLimit{60'000};  // from the upgrade to the first message
    std::chrono::milliseconds audioGapLimit{10'000};  // between two audio frames
};

enum class Service { sparkChat, iat, largeIat, image, openAi, textRecognition };

// One connection (OpenAI's face: one request), as the simulator saw it; there from the moment its handshake or head
// was read, so that a refused one is in the list too. What a fault refuses is no violation.
struct Call {
    Service service;        // sparkChat also where the path is unknown
    std::string path;       // without query
    std::string request;    // the (first) message, JSON; OpenAI's face: the body
    std::string head;       // OpenAI's face: request line and header lines
    int connection = 0;     // from 1, in the order of accepting
    std::string violation;  // empty, or what a strict upstream refused, in words
    int audioFrames = 0;
    std::uint64_t audioBytes = 0;  // decoded
    std::uint64_t largestAudioFrame = 0;
    int pongs = 0;
    bool resumedTls = false;  // by a session of an earlier connection
    int framesSent = 0;
    bool answered = false;  // the last frame went out
    int closeCode = 0;      // of the client's close frame (1005: one without); 0: none seen
    bool ended = false;     // the connection is over
};

// What is answered follows from what was asked.
//
// Spark says the last turn's content again, in at most Options::answerFrames pieces of about the
// same number of characters (code points; no piece is empty unless the question is). X1 sends
// reasoningAbout() it in two frames first. Image understanding says answerToPicture(). A character
// is a token and a picture 273: prompt_tokens are those of all turns, question_tokens of the last
// one, completion_tokens of reasoning and answer, total_tokens prompt + completion.
//
// Dictation says transcriptOf() the decoded bytes: a phrase for each 16,000 and at the end their
// number. Each phrase goes out as soon as its bytes are there. With dwa=wpgs two guesses, after
// 4,000 and 8,000 of them, go before it, the second misheard, and what is settled next replaces
// both.
//
// Text recognition says textInPicture(), which is empty below 100 bytes.
//
// OpenAI's face says the last user message again, or what its tools said (lines joined), after answerToPicture() and
// transcriptOf() for the parts before it; a model that reasons says reasoningAbout() it first, in two chunks. Limits of
// tokens and stop words are kept. A tool is called when `tool_choice` demands one (the named one, or the first), or
// when its name stands in the last user message; each argument is what its schema demands, a string being that message.
// Prompt tokens are counted as above, cached ones are those of all messages but the last. openai/README.md has the
// models.
std::string answerTo(const std::string& question);
std::string reasoningAbout(const std::string& question);
std::string answerToPicture(std::uint64_t bytes, const std::string& question);
std::string transcriptOf(std::uint64_t audioBytes);
std::string textInPicture(std::uint64_t bytes);
std::vector<float> embeddingOf(const std::string& text, std::size_t dimensions);

// Faults that say "two frames" happen before the last frame when there are fewer; a picked fault
// belongs to a connection from its accept on.
class Simulator {
public:
    explicit Simulator(Options options = {});  // listens on 127.0.0.1 when this returns
    ~Simulator();                              // ends all connections, whatever they wait for
    Simulator(const Simulator&) = delete;
    Simulator& operator=(const Simulator&) = delete;

    std::uint16_t port() const;
    std::string url(const std::string& path) const;  // "wss://localhost:PORT/v3.5/chat"
    std::string openAiUrl() const;                   // "https://localhost:PORT/v1"
    std::string recognitionUrl() const;              // "https://localhost:PORT/v1/private/hh_ocr_recognize_doc"
    std::string caFile() const;                      // empty without TLS

    void setFault(const Fault& fault);  // for connections (OpenAI's face: requests) that come from now on
    int connections() const;            // accepted TCP connections so far
    std::vector<Call> calls() const;    // a snapshot, in order of arrival

private:
    std::string httpUrl(const std::string& path) const;

    class Server;
    std::unique_ptr<Server> server_;
};

}  // namespace aiproject::upstream
