// @NAME@: a model that computes its answer itself. It says the question's words back in reverse; put your model there.
#include "aiproject/edge.h"
#include "aiproject/imodel.h"

#include <cstdint>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace aiproject;

class Model final : public IModel {
public:
    explicit Model(const ISettings& settings) : pauseMs_(std::uint32_t(settings.integer("pause_ms"))) {}

    // From many threads at once. Blocks until the answer is complete, has failed, or the host wishes its end.
    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return atEdge(reply, [&] { return answer(request, reply); });
    }
    void destroy() noexcept override { delete this; }

private:
    ModelStatus answer(const ModelRequest& request, IReply& reply) const {
        const std::vector<std::string> words = wordsOf(request.turns[request.turns.count - 1].content);
        Usage usage;
        usage.prompt = std::int64_t(words.size());
        for (auto word = words.rbegin(); word != words.rend(); ++word) {
            // False: the client has left, or the host wishes the end for another reason.
            if (!reply.text(usage.completion == 0 ? *word : " " + *word)) return ModelStatus::stopped;
            ++usage.completion;
            // Long work without a pause asks reply.stop() between two pieces of it instead.
            if (pauseMs_ > 0 && reply.wait(pauseMs_) != Stop::none) return ModelStatus::stopped;
        }
        usage.total = usage.prompt + usage.completion;
        reply.usage(usage);
        return ModelStatus::ok;
    }

    static std::vector<std::string> wordsOf(Text text) {
        std::istringstream stream(text.str());
        return {std::istream_iterator<std::string>(stream), {}};
    }

    const std::uint32_t pauseMs_;
};

// model.@NAME@.pause_ms in the configuration file
constexpr Setting kSettings[] = {
    {"pause_ms", SettingType::integer, "0", "ms", 0, 10'000, "", Secrecy::open, "the pause between two words"},
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "pause_ms", [&] { return std::make_unique<Model>(settings).release(); });
}

constexpr ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "0.1",                                        // of this plugin, for people
    "@NAME@: says the question back in reverse",  // what it talks to
    std::uint32_t(Kind::text),
    0,  // abilities beyond plain turns
    {kSettings, std::size(kSettings)},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
