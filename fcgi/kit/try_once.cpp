#include "kit/try_once.h"

#include "base/error.h"
#include "base/sanitized.h"
#include "base/utf8.h"
#include "call/outcome.h"
#include "host/kind_names.h"
#include "host/model_description.h"
#include "http/envelope.h"
#include "kit/child.h"
#include "kit/try_printer.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>

namespace aiproject {
namespace {

// A plugin that hangs is not waited for as long as a service would; -D sets another.
constexpr const char* kTotalTime = "timeout.total_ms=120000";
constexpr std::chrono::seconds kPatienceWithoutCall{kIsSanitized ? 40 : 10};

using Clock = std::chrono::steady_clock;
using Poco::JSON::Array;
using Poco::JSON::Object;

double millisecondsSince(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

Object eventOf(const std::string& name) {
    Object event(Poco::JSON_PRESERVE_KEY_ORDER);
    event.set("event", name);
    return event;
}

// In the child: tells the parent each step as a JSON object.
class OneRun final : public TriedClient {
public:
    OneRun(const PluginToTry& plugin, const Asked& asked, Reporter& reporter)
        : plugin_(plugin), asked_(asked), reporter_(reporter) {}

    void play() {
        try {
            run();
        } catch (const std::exception& e) {
            Object refused = eventOf("refused");
            refused.set("reason", printableLines(secrets_.applied(describe(e))));
            tell(refused);
        }
    }

    void text(std::string_view piece) override { tellPiece("text", "text", std::string(piece)); }
    void thought(std::string_view piece) override { tellPiece("thought", "text", std::string(piece)); }
    void bytes(std::string_view piece) override { tellPiece("bytes", "size", piece.size()); }
    void toolCall(const ToolPiece& piece) override {
        Object event = eventOf("tool_call");
        event.set("index", piece.index);
        event.set("id", piece.id.str());
        event.set("name", piece.name.str());
        event.set("arguments", piece.arguments.str());
        event.set("ms", millisecondsSince(begin_));
        tell(event);
    }
    void doing(const char* function) override {
        Object event = eventOf("doing");
        event.set("function", std::string(function));
        tell(event);
    }

private:
    void run() {
        for (const std::string& refusal : refusalsOf(plugin_)) note("a service would refuse the file: " + refusal);
        doing("opening it");
        auto begin = Clock::now();
        const PluginLibrary library(plugin_.file);
        tellOpened(library, millisecondsSince(begin));
        const TrySettings settings = settingsFor(plugin_, library.descriptor());
        tellSecrets(library.descriptor(), settings);
        doing("create()");
        begin = Clock::now();
        TriedModel model(plugin_, library, settings);
        tellCreated(model, millisecondsSince(begin));
        const TriedQuestion question = questionFor(asked_, model.settings());
        doing("start()");
        begin = Clock::now();
        model.start();
        tellStep("started", begin);
        ask(model, question, TryLimits::of(settings.config));
        doing("destroy()");
        begin = Clock::now();
        model.destroy();
        tellStep("destroyed", begin);
    }

    void ask(TriedModel& model, const TriedQuestion& question, const TryLimits& limits) {
        Object asked = eventOf("asked");
        asked.set("question", question.shown());
        asked.set("totalMs", limits.timeouts.totalMs);
        tell(asked);
        EventLoop loop;
        CallWatch watch(loop);
        begin_ = Clock::now();
        std::optional<TriedResult> result;
        onPluginStack([&] {
            TriedCall call(watch, question, limits, *this, nullptr, VoiceAnswer::withTimes);
            result = call.run(model.model());
        });
        tellAnswer(*result);
        tellEnd(question.kind(), *result);
    }

    std::string shown(const std::string& text) const { return printable(secrets_.applied(text)); }

    void tell(const Object& event) {
        std::ostringstream line;
        event.stringify(line);
        reporter_.tell(line.str());
    }
    void note(const std::string& text) {
        Object event = eventOf("note");
        event.set("text", shown(text));
        tell(event);
    }
    void tellStep(const char* name, Clock::time_point begin) {
        Object event = eventOf(name);
        event.set("ms", millisecondsSince(begin));
        tell(event);
    }
    template <class Value>
    void tellPiece(const char* name, const char* member, const Value& value) {
        Object event = eventOf(name);
        event.set(member, value);
        event.set("ms", millisecondsSince(begin_));
        tell(event);
    }

    void tellOpened(const PluginLibrary& library, double ms) {
        const ModelPlugin& descriptor = library.descriptor();
        Object event = eventOf("opened");
        event.set("plugin", library.name());
        event.set("version", std::string(descriptor.version));
        event.set("contract", contractOf(descriptor));
        event.set("summary", std::string(descriptor.summary));
        event.set("ms", ms);
        tell(event);
    }

    // For the parent alone, which prints what the plugin writes by itself.
    void tellSecrets(const ModelPlugin& descriptor, const TrySettings& settings) {
        Object event = eventOf("secrets");
        Array values;
        for (const std::string& secret : secretsIn(settings, descriptor)) {
            secrets_.add(secret);
            values.add(secret);
        }
        event.set("values", values);
        tell(event);
    }

    void tellCreated(const TriedModel& model, double ms) {
        Object event = eventOf("created");
        Array kinds, warnings;
        for (const std::string& kind : kindNamesOf(model.settings().kinds())) kinds.add(kind);
        for (const Finding& finding : model.settings().findings()) warnings.add(shown(finding.text));
        event.set("kinds", kinds);
        event.set("origin", model.settings().originText());
        event.set("warnings", warnings);
        event.set("ms", ms);
        tell(event);
    }

    // What comes in one piece.
    void tellAnswer(const TriedResult& result) {
        if (!result.answer.text.empty()) text(result.answer.text);
        for (const KeptPart& part : result.answer.parts) {
            Object event = eventOf("spoken");
            event.set("begin", part.begin);
            event.set("end", part.end);
            event.set("text", part.text);
            tell(event);
        }
        for (const std::vector<float>& vector : result.vectors) {
            Object event = eventOf("vector");
            Array values;
            for (const float value : vector) values.add(value);
            event.set("values", values);
            tell(event);
        }
    }

    void tellEnd(Kind kind, const TriedResult& result) {
        const CallReport& report = result.report;
        Object event = eventOf("ended"), usage(Poco::JSON_PRESERVE_KEY_ORDER), times(Poco::JSON_PRESERVE_KEY_ORDER);
        event.set("status", std::string(nameOf(result.status)));
        event.set("returned", std::string(nameOf(result.returned)));
        event.set("finish", int(report.finish));
        event.set("frames", report.frames);
        event.set("followed", result.isFollowed);
        usage.set("prompt", report.usage.prompt);
        usage.set("completion", report.usage.completion);
        usage.set("total", report.usage.total);
        event.set("usage", usage);
        event.set("usageTold", report.reported.has_value());
        event.set("upstreamId", report.upstreamId);
        event.set("explain", shown(report.explanation));
        event.set("advise", shown(report.advice));
        event.set("brokeContract", report.isGarbage);
        if (result.status != ModelStatus::ok) {
            const Error error = errorOf(result.status, result.stop, kind, report);
            event.set("reason", shown(error.what()));
            event.set("client", std::string(faceOf(error.kind()).code) + ": " + sentenceOf(error));
        }
        for (const CallTimes::Phase phase :
             {CallTimes::Phase::connect, CallTimes::Phase::tls, CallTimes::Phase::upgrade, CallTimes::Phase::firstFrame,
              CallTimes::Phase::frames, CallTimes::Phase::client})
            if (result.times.has(phase)) times.set(std::string(nameOf(phase)), inMs(result.times.part(phase).sum));
        times.set("whole", inMs(result.times.whole()));
        event.set("times", times);
        tell(event);
    }
    static double inMs(CallTimes::Tick time) { return std::chrono::duration<double, std::milli>(time).count(); }

    const PluginToTry& plugin_;
    const Asked& asked_;
    Reporter& reporter_;
    Redaction secrets_;
    Clock::time_point begin_ = Clock::now();
};

}  // namespace

bool tryOnce(const PluginToTry& given, const Asked& asked, bool asJson, std::ostream& out) {
    PluginToTry plugin = given;
    plugin.overrides.insert(plugin.overrides.begin(), kTotalTime);
    TryPrinter printer(out, asJson);
    ChildOrder order;
    order.work = [&](Reporter& reporter) { OneRun(plugin, asked, reporter).play(); };
    order.patience = kPatienceWithoutCall;
    const auto begin = Clock::now();
    order.hear = [&](const std::string& line) {
        printer.hear(line);
        const auto soFar = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
        order.patience = soFar + kPatienceWithoutCall + printer.timeOfCall();
    };
    order.read = [&](const std::string& words) { printer.read(words); };
    return printer.end(runChild(order));
}

}  // namespace aiproject
