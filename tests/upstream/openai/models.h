// The models of OpenAI's face, and how they differ.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aiproject::upstream::openai {

enum class Kind { chat, embedding, transcription, speech };
enum class Limit { either, newName, oldName };  // max_completion_tokens, max_tokens

struct Model {
    std::string_view name;
    Kind kind;
    Limit limit = Limit::either;
    std::string_view reasoning = {};  // the member that its thoughts are in; empty: it has none
    bool takesTools = true;
    bool takesMedia = false;  // pictures and sound
};

const std::vector<Model>& models();
// Throws the ApiError of an unknown model, and of one of another kind.
const Model& modelNamed(const std::string& name, Kind kind);

}  // namespace aiproject::upstream::openai
