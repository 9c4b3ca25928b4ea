// The contract between the aiproject worker and a model plugin. This header and the standard library are all that a
// plugin needs; plugins/echo/ is the skeleton to copy.
//
// TUTORIAL   A plugin is a class with generate(), create() that makes one, and a ModelPlugin that says what it is. It
//            answers in one of three ways; `aiproject plugin new NAME --kind computes|blocks|follows` writes a folder
//            for each that builds and tests itself, and aiproject-plugin(7) explains them in ten minutes.
//            - It computes the answer itself: says piece after piece, and stops when nobody takes more.
//                  ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
//                      const Text question = request.turns[request.turns.count - 1].content;
//                      for (int i = 0; i < 3; ++i) {
//                          if (!reply.text(question)) return ModelStatus::stopped;
//                          if (reply.wait(20) != Stop::none) return ModelStatus::stopped;  // a pause, if it needs one
//                      }
//                      return ModelStatus::ok;
//                  }
//            - It blocks on a socket: puts that under the host's guard, which ends the wait when the client leaves or
//              time is over. No timer, no poll, no thread. (aiproject/http.h does all of this for HTTP.)
//                  ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
//                      const int upstream = connected(request, reply);  // with guard(upstream, timeouts.connectMs)
//                      reply.guard(upstream, request.timeouts.firstFrameMs);
//                      std::string line;
//                      while (readLine(upstream, line)) {  // recv() to a line break: no piece ends inside a character
//                          if (!reply.text(line)) break;
//                          reply.guard(upstream, request.timeouts.idleFrameMs);  // its time begins anew
//                      }
//                      const Stop stop = reply.stop();
//                      reply.guard(-1, 0);  // before close()
//                      close(upstream);
//                      if (stop == Stop::none) return ModelStatus::ok;
//                      return stop == Stop::guardExpired ? ModelStatus::timedOut : ModelStatus::stopped;
//                  }
//            - It asks, and the host follows a descriptor: an IStream that reads once, whenever there is something to
//              read. Such a call costs no thread. (aiproject/http_stream.h is one for HTTP.)
//                  ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
//                      const int upstream = connected(request, reply);
//                      reply.guard(-1, 0);  // from here on time is the host's business
//                      return reply.follow(*new Answer(upstream), "upstream.example.org");
//                  }
//
// VERSION    A worker loads a plugin whose major equals its own and whose minor is not above its own.
//              major: something was removed, reordered or changed its meaning
//              minor: members were appended to a struct, functions to an interface, or values to an enum
//            So a plugin always meets a host that knows all the plugin knows, or more. The other way round:
//            - a struct from a plugin says its size; a member that it is too short for has the default written here;
//            - a List says the size of its elements, so that each side reads those of the other;
//            - an appended function of IModel or IStream is called only when the plugin's minor has it;
//            - a status, finish or ability that the host does not know counts as the one said beside its enum.
//            Text, Timeouts and Optional never change in this major.
//            2.0  first contract
//            2.1  Ability: answerBegun, anyToolChoice, jsonSchema. Until then tools meant any tool choice, and
//                 responseFormat any format; of a plugin of 2.0 they still do
// OWNERSHIP  What a call receives is borrowed until it returns: copy what must live longer. What a plugin hands over
//            is copied before the call returns, but for a stream given to follow(), which is the host's from then on
//            and ended with destroy(). The descriptor ModelPlugin and all it points at stay valid as long as the
//            process (a plugin is never unloaded). Models and streams are released with destroy(), never with delete.
// THREADS    create(), start() and destroy() never run at the same time as another call on that model. generate() is
//            called from many threads at once, on stacks of 256 KiB. An IReply belongs to one call and to the thread
//            inside generate() or advance(); used from elsewhere, or later, it takes nothing, and the call has failed.
//            Functions of one IStream never run at the same time, but not always in the same thread.
//            create() also runs in throw-away processes before it runs in the worker. Signals are the worker's: they
//            are blocked in its threads and in those that a plugin starts.
//            A generate() that goes on long after the host wished its end costs its worker, and so does an advance()
//            that does not return; of a plugin that often does so or crashes, no model at all is asked until a reload.
// PROCESS    The process is the worker's. A plugin leaves its working directory, umask, locale, environment, limits,
//            priority, alarm and signal handlers as they are, closes no descriptor that it has not opened, writes
//            nothing to standard output or standard error, and leaves no process behind. It keeps no memory, thread or
//            descriptor of a call that is over, but for what it uses again; what start() began ends in destroy().
// ERRORS     Nothing may throw across this header (edge.h helps). A failure is a ModelStatus and one explain().
// TEXT       All text is UTF-8, not NUL-terminated where it is a Text. Units are in the names.
#pragma once

#if !defined(__cplusplus) || __cplusplus < 201703L
#error "aiproject/imodel.h needs C++17 or newer: compile with -std=c++17"
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace aiproject {
inline namespace contract2 {

constexpr std::uint32_t kContractMajor = 2;
constexpr std::uint32_t kContractMinor = 1;

struct Text {  // borrowed; also for bytes
    Text() noexcept = default;
    Text(std::string_view text) noexcept : data(text.data()), size(text.size()) {}
    Text(const char* text) noexcept : Text(text ? std::string_view(text) : std::string_view()) {}
    Text(const std::string& text) noexcept : Text(std::string_view(text)) {}  // compiled into the plugin
    operator std::string_view() const noexcept { return {data, static_cast<std::size_t>(size)}; }
    std::string str() const { return std::string(std::string_view(*this)); }  // the same

    const char* data = "";
    std::uint64_t size = 0;
};

// Borrowed elements of a struct that may grow: `stride` is the size that the writer's version has.
template <class T>
struct List {
    constexpr List() noexcept = default;
    constexpr List(const T* first, std::uint64_t number) noexcept : data(first), count(number) {}
    // A copy, so that members which the writer does not know have their defaults.
    T operator[](std::uint64_t index) const noexcept {
        T element{};
        std::memcpy(static_cast<void*>(&element), static_cast<const char*>(data) + index * stride,
                    static_cast<std::size_t>(stride < sizeof(T) ? stride : sizeof(T)));
        return element;
    }

    const void* data = nullptr;
    std::uint64_t count = 0;
    std::uint64_t stride = sizeof(T);
};

template <class T>
struct Optional {
    explicit operator bool() const noexcept { return isSet != 0; }

    T value{};
    std::uint32_t isSet = 0;
};

// Masks, in ModelPlugin.
enum class Kind : std::uint32_t { text = 1, voice = 2, picture = 4, embedding = 8, speech = 16 };
// What a model can do beyond plain text turns. A request that needs more is refused before it is billed.
enum class Ability : std::uint64_t {
    tools = 1,            // tools, tool calls and tool results; of choices "auto"
    pictureParts = 2,     // pictures in a turn
    audioParts = 4,       // audio in a turn
    reasoningEffort = 8,  // Sampling::reasoningEffort
    responseFormat = 16,  // ModelRequest::responseFormat, but for jsonSchema
    sampling = 32,        // temperature, topP
    topK = 64,
    maxTokens = 128,
    stop = 256,
    seed = 512,
    penalties = 1024,
    pngPictures = 2048,     // Kind::picture: image/png as well as image/jpeg
    tokenInputs = 4096,     // ModelRequest::areTokens
    answerBegun = 8192,     // a last turn that is the assistant's: the answer goes on where it ends
    anyToolChoice = 16384,  // with tools: ModelRequest::toolChoice other than "auto"
    jsonSchema = 32768,     // with responseFormat: its type "json_schema"
};

// How a call ended. The host turns it into the code of the client's dialect. Unknown: failed.
enum class ModelStatus : std::int32_t {
    ok = 0,
    stopped = 1,         // ended early because the host wished so: see IReply::stop()
    badInput = 2,        // this model cannot take such input; advise() says why
    inputTooLarge = 3,   // too long, too many bytes; advise() names the limit
    contentRefused = 4,  // the upstream's moderation refused question or answer
    busy = 5,            // the upstream's own rate or concurrency limit; later may work
    quotaSpent = 6,      // the operator's licence or volume at the upstream is used up
    misconfigured = 7,   // keys, clock, URL or domain are wrong; only the operator can fix it
    timedOut = 8,        // one of the Timeouts passed
    unavailable = 9,     // the upstream could not be reached or broke; another try may work
    failed = 10,         // anything else
    streaming = 11,      // from follow() only: the answer is on its way, in a stream that the host has
    stale = 12,          // of a stream that handed nothing on: its connection, which had waited for a question, was
                         // dead. The host asks once more, at once, with ModelRequest::freshConnection
};

enum class PartKind : std::uint32_t { text = 1, picture = 2, audio = 3 };

struct Part {
    PartKind kind = PartKind::text;
    Text text;    // text
    Text bytes;   // picture, audio: decoded; or empty, and then `url` is there
    Text url;     // http or https, as the client wrote it; a host may refuse such parts, as this one does
    Text format;  // of the bytes: "image/jpeg", "image/png", "audio/wav"
    Text detail;  // picture: "auto", "low", "high" or empty
};

struct ToolCall {
    Text id, name;
    Text arguments;  // JSON, as the model wrote it
};

struct Turn {      // one entry of a dialog
    Text role;     // "system", "user", "assistant" or "tool"
    Text content;  // all text parts in one: enough for a model without pictureParts and audioParts
    List<Part> parts;
    List<ToolCall> toolCalls;  // assistant: what it asked for
    Text toolCallId;           // tool: which of them this answers
    Text name;
    Text thought;  // assistant: its reasoning, where the client sends it back
};

struct Sampling {  // what the client asked for; not set: the model's own default
    Optional<double> temperature, topP, presencePenalty, frequencyPenalty;
    Optional<std::int64_t> topK, maxTokens, seed;
    List<Text> stop;
    Text reasoningEffort;  // "none", "minimal", "low", "medium", "high", "xhigh", "max" or empty
};

struct Timeouts {                // the operator's; never 0
    std::uint32_t connectMs;     // until the upstream connection can take the question
    std::uint32_t firstFrameMs;  // from the question to the first frame of the answer
    std::uint32_t idleFrameMs;   // between two frames
    std::uint32_t totalMs;       // the whole call
};

struct ModelRequest {
    std::uint64_t size = sizeof(ModelRequest);
    Kind kind = Kind::text;
    // text: one or more, the last not the assistant's but for answerBegun; picture: a question or none
    List<Turn> turns;
    const Sampling* sampling = nullptr;  // text, voice, embedding, speech: never null
    Text tools;                          // JSON array in OpenAI's shape, or empty
    Text toolChoice;                     // JSON, or empty
    Text responseFormat;                 // JSON, or empty
    Text media;                          // voice, picture: the bytes
    Text format;                   // of them: "audio/L16;rate=16000", "audio/L16;rate=8000", "image/jpeg", "image/png";
                                   // speech: what is wanted, "audio/wav" or "audio/L16;rate=24000"
    std::uint32_t sampleRate = 0;  // voice: samples a second, 16 bits, little endian, mono
    Text language;                 // voice: that is spoken, by ISO 639-1 or a longer tag ("zh", "zh-CN"), or empty
    Text prompt;                   // voice: words that the recording is likely to have; speech: how to speak; or empty
    std::uint32_t wantsTimes = 0;  // voice: 1: the client is shown when each part was said, see IReply::spoken()
    List<Text> inputs;             // embedding: at least one; speech: one
    Text voice;                    // speech: its name, or empty
    Optional<double> speed;        // speech
    Optional<std::int64_t> dimensions;  // embedding
    Text dialect;                       // the client's: "documented" or "openai"
    Text body;       // "openai": the client's own body, whole, a JSON object in UTF-8 that was checked, for a plugin
                     // that speaks that dialect. Empty where a credential stands in it, as in the documented one, and
                     // where the request was not JSON
    Text user;       // stable and opaque per user, at most 32 characters; may be empty
    Text requestId;  // for logs, here and at the upstream
    Timeouts timeouts{};
    std::uint32_t freshConnection = 0;  // 1: use none that has waited; see ModelStatus::stale
    std::uint32_t areTokens = 0;  // embedding: 1: each input is a JSON array of whole numbers, the client's own tokens
    // Headers of W3C Trace Context for a question over HTTP, checked, or empty: then send none.
    Text traceparent, tracestate;
};

struct Usage {  // in tokens, as the upstream bills them
    std::uint64_t size = sizeof(Usage);
    std::int64_t question = 0;  // Spark: of the last question alone
    std::int64_t prompt = 0;
    std::int64_t cached = 0;  // part of prompt
    std::int64_t completion = 0;
    std::int64_t reasoning = 0;  // part of completion
    std::int64_t total = 0;
};

enum class Finish : std::int32_t { stop = 0, length = 1, toolCalls = 2, contentFilter = 3 };  // unknown: stop

struct ToolPiece {  // of a tool call in the answer; the pieces of one have the same index
    std::uint64_t size = sizeof(ToolPiece);
    std::uint32_t index = 0;
    Text id, name;   // in the first piece
    Text arguments;  // the next piece of the JSON
};

struct Spoken {  // a part of a recording, such as a sentence
    std::uint64_t size = sizeof(Spoken);
    double begin = 0, end = 0;  // in seconds, from the recording's begin
    Text text;
    Text language;  // of the recording, as the model has recognized it; may be empty
};

enum class Stop : std::int32_t {
    none = 0,
    clientLeft = 1,
    answerTooLong = 2,  // the host collects the answer and its limit is reached
    guardExpired = 3,   // the milliseconds of the last guard() passed
    totalExpired = 4,   // any other time that is over, and an account that may no longer call
};

// Where a question is before its answer begins, for the log's line of a slow call and for traces.
enum class Stage : std::int32_t {
    connect = 0,  // name resolution and TCP
    tls = 1,
    upgrade = 2,  // to a WebSocket
    asked = 3,    // the connection is there: the question goes out, and its answer is waited for
};

// What the host saw in a frame; it looks at each once, so the plugin need not.
enum class Seen : std::int32_t {
    passed = 0,  // a piece of the answer: the client has it, or the writer that waits for the client
    last = 1,    // the last one: kept, and sent after the bill. Nothing more is taken
    error = 2,   // it says that the upstream failed: not passed; read it, and end with the status it stands for
    other = 3,   // nothing for the client (no piece, no end): not passed
    over = 4,    // nobody takes more: end with ModelStatus::stopped
};

enum class Next : std::int32_t {
    readable = 0,  // call again when the descriptor is readable
    writable = 1,
    again = 2,  // call again soon: more lies in the plugin's own buffers, and the descriptor may not show it
    over = 3,   // the answer has ended: see status(). Unknown: over
};

struct Step {
    Step(Next what, std::uint32_t orAfterMs = 0) noexcept : next(what), ms(orAfterMs) {}

    Next next;
    std::uint32_t ms;  // call again after so long even if nothing happens; 0: only when it does
};

class IReply;

// An answer on its way: a descriptor that does not block, and what is needed to read from it. Time is the host's: it
// ends a stream that hands nothing on for too long (Timeouts), or whose client has left.
class IStream {
public:
    // The same as long as the stream lives, and open until destroy(). No other stream's.
    virtual int descriptor() const noexcept = 0;
    // First at once, then when what the last Step names has come. Reads at most once and hands on what came. Must not
    // block: no DNS, no connect, no lock that is held for I/O. On a stack of 256 KiB.
    virtual Step advance(IReply& reply) noexcept = 0;
    // Once, after `over`: how the answer ended. Never `streaming`.
    virtual ModelStatus status() const noexcept = 0;
    // Ends it, at any time but during advance(): says goodbye where that can be done at once, closes the descriptor.
    virtual void destroy() noexcept = 0;

protected:
    ~IStream() = default;
};

// Where an answer goes. Functions that answer bool say false when nobody takes more: then return
// ModelStatus::stopped (from advance(): over) soon. In generate() they block while the client reads slowly.
class IReply {
public:
    // A piece of the answer, never split inside a UTF-8 character. After the last one just return ok: the host makes
    // the end in the client's dialect, with finish() and usage() in it.
    virtual bool text(Text piece) noexcept = 0;
    virtual bool thought(Text piece) noexcept = 0;  // the model's reasoning
    virtual bool toolCall(const ToolPiece& piece) noexcept = 0;
    virtual bool bytes(Text piece) noexcept = 0;  // speech, in the format that was asked for
    virtual bool vector(const float* values, std::uint64_t count) noexcept = 0;  // embedding: one for each input
    // A whole message of the upstream, in a dialect that the host knows: "spark", or "openai" (a chunk of a chat
    // completion, or a whole one). A client of the same dialect gets it byte for byte, unless that client could not
    // read it (line breaks between JSON tokens become spaces, since a line of a stream holds one frame; the last frame
    // gets another usage where this one is missing or cannot be believed); others get it translated. What the host
    // reads in it (usage, finish, thoughts, tool calls) need not be told again.
    // "openai": `[DONE]` is not a frame, and no frame is Seen::last, since usage may follow finish_reason: the plugin
    // returns ok at the end. Without a finish_reason or [DONE] the answer is broken, which is the plugin's to say.
    virtual Seen frame(Text dialect, Text message) noexcept = 0;

    virtual void finish(Finish reason) noexcept = 0;
    virtual void usage(const Usage& usage) noexcept = 0;  // the last call counts
    // Voice: when a part was said, in the order of the recording. Beside text(), which has the whole of it. A model
    // that cannot tell the times leaves it out.
    virtual void spoken(const Spoken& part) noexcept = 0;
    virtual void upstreamId(Text id) noexcept = 0;    // the upstream's id of this call, for log and support
    virtual void explain(Text reason) noexcept = 0;   // for the log only, never for the client
    virtual void advise(Text sentence) noexcept = 0;  // for the client: badInput and inputTooLarge only
    // With busy or quotaSpent: the upstream takes nothing from this account for so long, as it says itself.
    virtual void retryAfter(std::uint32_t ms) noexcept = 0;

    // In generate(), once the question is sent: from here on the stream is the host's, which drives it in this thread
    // or in its loop. Return what this answers from generate() at once. `peer`: for the log.
    virtual ModelStatus follow(IStream& stream, Text peer) noexcept = 0;

    // For a plugin that blocks on a socket of its own: the host shuts it down in both directions (::shutdown, so
    // nothing but a socket will do) when the client leaves, when `ms` pass before the next guard(), or when the total
    // time is over. The blocked read, write or connect then fails, and stop() says why. Calling it again with the same
    // descriptor starts the time anew and is cheap. While the host itself blocks, the time stands still. guard(-1, 0)
    // withdraws, and must come before close().
    virtual void guard(int descriptor, std::uint32_t ms) noexcept = 0;
    // Cheap. A plugin that computes asks it between two pieces of work.
    virtual Stop stop() noexcept = 0;
    // For a plugin that computes with pauses: waits so long, less when there is a reason to stop, and answers it.
    virtual Stop wait(std::uint32_t ms) noexcept = 0;
    // In generate(), before the first piece of the answer: this begins now. Cheap. A plugin that leaves it out has all
    // its time until then counted as `asked`.
    virtual void enter(Stage stage) noexcept = 0;

protected:
    ~IReply() = default;
};

class IModel {
public:
    // Blocks until the answer is complete, has failed, or the host stops it; or until follow() took it.
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
    // For create(): this model has only these (a mask) of its plugin's abilities.
    virtual void narrow(std::uint64_t abilities) const noexcept = 0;
    // For create(): this model serves only these (a mask) of its plugin's kinds; at least one.
    virtual void narrowKinds(std::uint32_t kinds) const noexcept = 0;
    // For create(): where this model's answers come from, in a few words for operators and for clients, who see them in
    // /v1/models: "local: qwen3:4b via Ollama". So no key, no address. Without it: the plugin's summary.
    virtual void origin(Text words) const noexcept = 0;

protected:
    ~ISettings() = default;
};

// What the one exported symbol answers. The first two members never change; the host reads nothing
// else before they fit.
struct ModelPlugin {
    std::uint32_t contractMajor, contractMinor;
    const char* version;      // of the plugin, for people
    const char* summary;      // one line: what it talks to; see ISettings::origin()
    std::uint32_t kinds;      // mask of Kind; a model of fewer says so with ISettings::narrowKinds()
    std::uint64_t abilities;  // mask of Ability; a model of fewer says so with ISettings::narrow()
    List<Setting> settings;
    IModel* (*create)(const ISettings& settings) noexcept;  // nullptr: reject() said why
};

}  // namespace contract2
}  // namespace aiproject

// Exported by every plugin, and nothing else is. The plugin's name is its file's: NAME.so.
extern "C" __attribute__((visibility("default"))) const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept;
