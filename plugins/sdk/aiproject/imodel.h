// The contract between the aiproject worker and a model plugin. This header and the standard
// library are all that a plugin needs; plugins/echo/ is the skeleton to copy.
//
// VERSION    A worker loads a plugin whose major equals its own and whose minor is not above its own.
//              major: something was removed, reordered or changed its meaning
//              minor: something was appended at the end of ModelPlugin, ModelRequest, IReply, ISettings
//                     or IModel; the host calls an appended IModel function only if the plugin's minor
//                     has it. Text, Turn, Timeouts, Usage and Setting are frozen for this major.
//            1.0  first contract
//            1.1  IReply::heldFrame(), IModel::start()
// OWNERSHIP  What a call receives is borrowed until it returns: copy what must live longer. What a
//            plugin hands over is copied by the host before the call returns; the descriptor and all
//            it points at stay valid for ever (a plugin is never unloaded). A model is released with
//            destroy(), never with delete.
// THREADS    create(), start() and destroy() never run at the same time as another call on that model.
//            generate() is called from many threads at once, on stacks of 256 KiB. An IReply belongs
//            to one call, and only the thread inside generate() may use it; used from elsewhere or later
//            it takes nothing, and the call has failed. create() also runs in throw-away processes before it
//            runs in the worker. The worker handles signals: they are blocked in its threads and in those
//            that a plugin starts.
//            A generate() that goes on long after the host wished its end (stop(), or a shut down descriptor) costs its
//            worker; one that does so again and again, or crashes, is not asked any more until the next reload.
// ERRORS     Nothing may throw across this header (edge.h helps). A failure is a ModelStatus and one
//            IReply::explain() for the log.
// TEXT       All text is UTF-8, not NUL-terminated where it is a Text. Units are in the names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aiproject {
inline namespace contract1 {

constexpr std::uint32_t kContractMajor = 1;
constexpr std::uint32_t kContractMinor = 1;

struct Text {  // borrowed
    Text() noexcept = default;
    Text(std::string_view text) noexcept : data(text.data()), size(text.size()) {}
    Text(const char* text) noexcept : Text(text ? std::string_view(text) : std::string_view()) {}
    Text(const std::string& text) noexcept : Text(std::string_view(text)) {}  // compiled into the plugin
    operator std::string_view() const noexcept { return {data, static_cast<std::size_t>(size)}; }

    const char* data = "";
    std::uint64_t size = 0;
};

enum class Kind : std::uint32_t { text = 1, voice = 2, picture = 4 };  // a mask in ModelPlugin::kinds

// How a call ended. The host turns it into the documented code for the client.
enum class ModelStatus : std::int32_t {
    ok = 0,
    stopped = 1,         // ended early because the host wished so: see IReply::stop()
    badInput = 2,        // this model cannot take such input; IReply::advise() says why
    inputTooLarge = 3,   // too long, too many bytes; IReply::advise() names the limit
    contentRefused = 4,  // the upstream's moderation refused question or answer
    busy = 5,            // the upstream's own rate or concurrency limit; later may work
    quotaSpent = 6,      // the operator's licence or volume at the upstream is used up
    misconfigured = 7,   // keys, clock, URL or domain are wrong; only the operator can mend it
    timedOut = 8,        // one of the Timeouts passed
    unavailable = 9,     // the upstream could not be reached or broke; another try may work
    failed = 10,         // anything else
};

struct Turn {   // one entry of a dialog
    Text role;  // "system", "user" or "assistant"
    Text content;
};

struct Timeouts {                // the operator's; never 0
    std::uint32_t connectMs;     // until the upstream connection can take the question
    std::uint32_t firstFrameMs;  // from the question to the first frame of the answer
    std::uint32_t idleFrameMs;   // between two frames
    std::uint32_t totalMs;       // the whole call
};

struct ModelRequest {
    Kind kind;
    Text dialog;               // text: the checked dialog as a JSON array of {"role", "content"}
    const Turn* turns;         // text: the same, already parsed; the last one is the question
    std::uint64_t turnCount;   // at least 1 for text, else 0
    Text media;                // voice, picture: the bytes
    Text format;               // "audio/L16;rate=16000", "audio/L16;rate=8000" or "image/jpeg"
    std::uint32_t sampleRate;  // voice: samples a second, 16 bits, little endian, mono; else 0
    Text user;                 // stable and opaque per user, at most 32 characters; may be empty
    Text requestId;            // for logs, here and at the upstream
    Timeouts timeouts;
};

struct Usage {  // in tokens, as the upstream bills them
    std::int64_t question = 0;
    std::int64_t prompt = 0;
    std::int64_t completion = 0;
    std::int64_t total = 0;
};

enum class Stop : std::int32_t {
    none = 0,
    clientLeft = 1,
    answerTooLong = 2,  // the host collects the answer and its limit is reached
    guardExpired = 3,   // the milliseconds of the last guard() passed
    totalExpired = 4,   // Timeouts::totalMs passed
};

// Where an answer goes. frame(), lastFrame() and delta() block while the client reads slowly, and
// answer false when nobody takes more: then return ModelStatus::stopped soon.
class IReply {
public:
    // One frame in the documented shape (a JSON object as Spark sends it: header, payload.choices).
    // It reaches the client byte for byte, so it must be neither an error nor the last one.
    virtual bool frame(Text json) noexcept = 0;
    // The same for the last frame: header.status 2 and payload.usage.text are in it. The host reads the
    // usage from it unless usage() told it before. The client gets it when generate() returns, with another
    // usage in it where this one is missing or cannot be believed.
    virtual bool lastFrame(Text json) noexcept = 0;
    // A piece of answer text; the host makes the frame. Never split inside a UTF-8 character. After
    // the last delta just return ok: the host makes the last frame and puts usage() into it.
    virtual bool delta(Text content) noexcept = 0;

    virtual void usage(const Usage& usage) noexcept = 0;  // the last call counts
    virtual void upstreamId(Text id) noexcept = 0;        // the upstream's id of this call, for log and support
    virtual void explain(Text reason) noexcept = 0;       // for the log only, never for the client
    virtual void advise(Text sentence) noexcept = 0;      // for the client: badInput and inputTooLarge only

    // For a plugin that blocks on a socket of its own: the host shuts it down in both directions
    // (::shutdown, so nothing but a socket will do) when the client leaves, when `ms` pass before the
    // next guard(), or when the total time is over. The blocked read, write or connect then fails, and
    // stop() says why: return stopped, or timedOut, or what you know better; the host sorts it out.
    // Calling it again with the same descriptor starts the time anew and is cheap. While frame() or
    // delta() blocks, the time stands still. guard(-1, 0) withdraws, and must come before close().
    virtual void guard(int descriptor, std::uint32_t ms) noexcept = 0;
    // Cheap. A plugin that computes asks it between two pieces of work.
    virtual Stop stop() noexcept = 0;

    // For a plugin with a poll() of its own: becomes readable when the client leaves, and only then (a
    // time that is over does not show). Do not read it. -1: no client is connected, as in tests.
    virtual int clientDescriptor() const noexcept = 0;

    // As frame(), but it may stay with the host until the next frame(), lastFrame() or delta(), or until
    // generate() returns: for a plugin that has the next one already in its hands. Several frames then
    // reach the client in one piece, which costs about as much as one.
    virtual bool heldFrame(Text json) noexcept = 0;

protected:
    ~IReply() = default;
};

class IModel {
public:
    // Blocks until the answer is complete, has failed, or the host stops it.
    virtual ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept = 0;
    virtual void destroy() noexcept = 0;

    // Once, in the worker that serves, before its first generate(): here a plugin starts threads, which may open
    // connections. create() runs in throw-away processes as well, where nobody would use them. It must return at
    // once: until then the worker serves nobody.
    virtual void start() noexcept {}

protected:
    ~IModel() = default;  // so that delete does not compile for the host
};

enum class SettingType : std::int32_t { text = 0, integer = 1, number = 2, flag = 3, choice = 4 };
enum class Secrecy : std::int32_t { open = 0, secret = 1 };  // secret: never printed or logged

// One configuration key of a plugin: model.NAME.<name> in aiproject.properties. The host refuses an
// unknown key and a value of another type, and fills in the default.
struct Setting {
    const char* name;  // may have dots: "tls.verify"
    SettingType type;
    const char* defaultValue;  // as it would stand in the file; nullptr: the operator must set it
    const char* unit;          // "ms", "bytes", ""; for people
    double minimum, maximum;   // integer and number; both included
    const char* choices;       // choice: "general|imagev3"; else ""
    Secrecy secrecy;
    const char* help;  // one line
};

// The values of a model's settings, checked against the descriptor. Asking for a name or type that
// the descriptor does not have answers empty, 0 or false.
class ISettings {
public:
    virtual Text text(Text name) const noexcept = 0;  // text and choice
    virtual std::int64_t integer(Text name) const noexcept = 0;
    virtual double number(Text name) const noexcept = 0;
    virtual bool flag(Text name) const noexcept = 0;

    // For create(): why no model can be made of these values. Name the setting that must change.
    virtual void reject(Text name, Text reason) const noexcept = 0;
    // For create(): works, but the operator should know.
    virtual void warn(Text name, Text reason) const noexcept = 0;

protected:
    ~ISettings() = default;
};

// What the one exported symbol answers. The first two members never change; the host reads nothing
// else before they fit.
struct ModelPlugin {
    std::uint32_t contractMajor, contractMinor;
    const char* version;  // of the plugin, for people
    const char* summary;  // one line: what it talks to
    std::uint32_t kinds;  // mask of Kind
    const Setting* settings;
    std::uint64_t settingCount;
    IModel* (*create)(const ISettings& settings) noexcept;  // nullptr: reject() said why
};

}  // namespace contract1
}  // namespace aiproject

// Exported by every plugin, and nothing else is. The plugin's name is its file's: NAME.so.
extern "C" __attribute__((visibility("default"))) const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept;
