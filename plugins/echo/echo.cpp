// The skeleton to copy: a model that needs no upstream. It says the question back, word by word,
// and tells what it was given as voice or picture.
#include "aiproject/edge.h"
#include "aiproject/imodel.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>

namespace {

using namespace aiproject;

class Echo final : public IModel {
public:
    explicit Echo(const ISettings& settings) : prefix_(settings.text("prefix").str()) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return atEdge(reply, [&] { return answer(prefix_ + said(request), reply); });
    }

    void destroy() noexcept override { delete this; }

private:
    static std::string said(const ModelRequest& request) {
        switch (request.kind) {
            case Kind::text: return request.turns[request.turns.count - 1].content.str();
            case Kind::voice: return std::to_string(milliseconds(request)) + " ms of " + request.format.str();
            case Kind::picture: return std::to_string(request.media.size) + " bytes of " + request.format.str();
            default: return {};  // the descriptor has no other
        }
    }

    static std::uint64_t milliseconds(const ModelRequest& request) {
        constexpr std::uint64_t bytesPerSample = 2;
        return request.media.size * 1000 / (bytesPerSample * request.sampleRate);
    }

    // Word by word, each with its space: the shape that a real model's tokens have.
    static ModelStatus answer(std::string_view text, IReply& reply) {
        Usage usage;
        while (!text.empty()) {
            const std::string_view word = text.substr(0, std::min(text.find(' '), text.size() - 1) + 1);
            if (!reply.text(word)) return ModelStatus::stopped;
            text.remove_prefix(word.size());
            ++usage.completion;
        }
        usage.total = usage.completion;
        reply.usage(usage);
        return ModelStatus::ok;
    }

    const std::string prefix_;
};

constexpr Setting kSettings[] = {
    {"prefix", SettingType::text, "", "", 0, 0, "", Secrecy::open, "said before every answer"},
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "prefix", [&] { return std::make_unique<Echo>(settings).release(); });
}

constexpr ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "says the question back; needs no upstream",
    std::uint32_t(Kind::text) | std::uint32_t(Kind::voice) | std::uint32_t(Kind::picture),
    0,  // no ability beyond plain turns
    {kSettings, std::size(kSettings)},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
