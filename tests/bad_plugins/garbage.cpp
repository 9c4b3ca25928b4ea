// Answers what no model may answer, as the question says; see kAnswers. Anything else is answered.
#include "silent_model.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>

namespace {

using namespace aiproject;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr const char* kLast =
    R"({"header":{"code":0,"message":"Success","sid":"s","status":2},"payload":{"choices":{"status":2,"seq":1,"text":[]},)"
    R"("usage":{"text":{"question_tokens":1,"prompt_tokens":1,"completion_tokens":1,"total_tokens":1}}}})";
constexpr const char* kNegativeLast =
    R"({"header":{"code":0,"status":2},"payload":{"choices":{"status":2},"usage":{"text":{"total_tokens":-7}}}})";

constexpr const char* kLineBreaks =
    "{\n\"header\":\r\n{\"code\":0,\"status\":1},\n\"payload\":{\"choices\":{\"text\":[{\"content\":\"a\"}]}}}";

struct Answer {
    const char* question;
    ModelStatus (*give)(IReply& reply);
};

// Whatever was taken.
template <class Taken = bool>
ModelStatus ok(Taken /*taken*/ = {}) {
    return ModelStatus::ok;
}

const Answer kAnswers[] = {
    {"no json", [](IReply& reply) { return ok(reply.frame("spark", "{\"header\":{\"code\":0,")); }},
    {"no object", [](IReply& reply) { return ok(reply.frame("spark", "[1, 2]")); }},
    {"no json at the end", [](IReply& reply) { return ok((reply.text("words"), reply.frame("spark", "}{"))); }},
    {"no utf8", [](IReply& reply) { return ok(reply.frame("spark", "{\"header\":\"\xc3\x28\"}")); }},
    {"no utf8 delta", [](IReply& reply) { return ok(reply.text("\xff\xfe")); }},
    {"line breaks", [](IReply& reply) { return ok((reply.frame("spark", kLineBreaks), reply.frame("spark", kLast))); }},
    {"forged line",
     [](IReply& reply) { return ok(reply.frame("spark", "{}\n{\"header\":{\"code\":0,\"status\":2}}")); }},
    {"huge frame",
     [](IReply& reply) {
         const std::string frame = "{\"x\":\"" + std::string(17UL * 1024 * 1024, 'x') + "\"}";
         return ok(reply.frame("spark", frame));
     }},
    {"unknown status", [](IReply& /*reply*/) { return ModelStatus(4711); }},
    {"negative usage",
     [](IReply& reply) {
         Usage usage;
         usage.question = -1, usage.prompt = -2, usage.completion = -3, usage.total = kLeast;
         reply.usage(usage);
         return ok(reply.text("words"));
     }},
    {"negative last frame",
     [](IReply& reply) { return ok((reply.text("words"), reply.frame("spark", kNegativeLast))); }},
    {"two last frames", [](IReply& reply) { return ok((reply.frame("spark", kLast), reply.frame("spark", kLast))); }},
    {"nothing", [](IReply& /*reply*/) { return ok(); }},
    {"long notes",
     [](IReply& reply) {
         const std::string note(100'000, '\n');
         for (int i = 0; i < 1'000; ++i) reply.explain(std::string_view(note));
         reply.advise(std::string_view(note));
         reply.upstreamId(std::string_view(note));
         return ModelStatus::badInput;
     }},
};

class Garbage final : public IModel {
public:
    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        const auto* const found = std::find_if(std::begin(kAnswers), std::end(kAnswers), [&](const Answer& known) {
            return test::questionOf(request) == known.question;
        });
        return found == std::end(kAnswers) ? test::answer(reply, "sense") : found->give(reply);
    }
    void destroy() noexcept override { delete this; }
};

constexpr ModelPlugin kPlugin = test::descriptorWith(&test::createNew<Garbage>);

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
