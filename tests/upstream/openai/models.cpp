#include "upstream/openai/models.h"

#include "upstream/openai/api_error.h"

#include <algorithm>

namespace aiproject::upstream::openai {

const std::vector<Model>& models() {
    static const std::vector<Model> all = {
        {"sim-chat", Kind::chat},
        {"sim-plain", Kind::chat, Limit::either, {}, false},
        {"sim-vision", Kind::chat, Limit::either, {}, true, true},
        {"sim-reasoner", Kind::chat, Limit::newName, "reasoning_content"},
        {"sim-thinker", Kind::chat, Limit::oldName, "reasoning"},
        {"sim-embedding", Kind::embedding},
        {"whisper-1", Kind::transcription},
        {"sim-transcribe", Kind::transcription},
        {"sim-speech", Kind::speech},
    };
    return all;
}

const Model& modelNamed(const std::string& name, Kind kind) {
    const auto& all = models();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Model& one) { return one.name == name; });
    if (found == all.end())
        throw ApiError{404, "The model `" + name + "` does not exist or you do not have access to it.", "model",
                       "model_not_found"};
    if (found->kind != kind)
        throw ApiError{400, "The model `" + name + "` is not supported at this path.", "model", "unsupported_model"};
    return *found;
}

}  // namespace aiproject::upstream::openai
