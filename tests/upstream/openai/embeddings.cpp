// /embeddings: vectors that depend on the text alone.
#include "upstream/base64.h"
#include "upstream/json_text.h"
#include "upstream/openai/members.h"
#include "upstream/openai/models.h"
#include "upstream/openai/services.h"
#include "upstream/utf8.h"

namespace aiproject::upstream {

// 256ths: the same number in JSON and in float32.
std::vector<float> embeddingOf(const std::string& text, std::size_t dimensions) {
    std::uint32_t state = 2166136261U;  // FNV-1a
    for (const unsigned char byte : text) state = (state ^ byte) * 16777619U;
    std::vector<float> vector(dimensions);
    for (auto& value : vector) {
        state = state * 1664525U + 1013904223U;
        value = (static_cast<float>(state >> 24U) - 128.0F) / 256.0F;
    }
    return vector;
}

namespace openai {

namespace {

constexpr std::int64_t kDimensions = 8;
constexpr std::int64_t kMostDimensions = 3072;
constexpr std::size_t kMostInputs = 2048;

std::string tokensAsText(const Poco::JSON::Array& tokens, const Members& body) {
    std::string text;
    for (const auto& token : tokens) {
        if (!isInteger(token)) body.refuseType("input", "strings or tokens");
        text += static_cast<char>('a' + token.convert<std::int64_t>() % 26);
    }
    return text;
}

std::vector<std::string> inputsOf(const Members& body) {
    body.require("input");
    const auto input = body.value("input");
    if (input.isString()) return {input.extract<std::string>()};
    if (input.type() != typeid(Poco::JSON::Array::Ptr)) body.refuseType("input", "a string or an array");
    const auto& list = *input.extract<Poco::JSON::Array::Ptr>();
    if (list.size() == 0 || list.size() > kMostInputs) body.refuseValue("input", "must have 1 to 2048 elements");
    if (isInteger(list.get(0))) return {tokensAsText(list, body)};
    std::vector<std::string> inputs;
    inputs.reserve(list.size());
    for (unsigned i = 0; i < list.size(); ++i) {
        if (list.get(i).isString())
            inputs.push_back(list.getElement<std::string>(i));
        else if (list.isArray(i))
            inputs.push_back(tokensAsText(*list.getArray(i), body));
        else
            body.refuseType("input", "strings or tokens");
    }
    return inputs;
}

Poco::Dynamic::Var written(const std::vector<float>& vector, bool asBase64) {
    if (asBase64) return toBase64({reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float)});
    Poco::JSON::Array list;
    for (const float value : vector) list.add(static_cast<double>(value));
    return list;
}

}  // namespace

void embed(const Ask& ask, HttpOutlet& out) {
    const auto body = Members::parse(ask.body);
    const auto& model = modelNamed(body.requiredText("model"), Kind::embedding);
    body.only({"model", "input", "encoding_format", "dimensions", "user"});
    body.text("user");
    const bool asBase64 = body.choice("encoding_format", {"float", "base64"}).value_or("float") == "base64";
    const auto dimensions = body.integer("dimensions", 1, kMostDimensions).value_or(kDimensions);
    Poco::JSON::Array data;
    std::int64_t tokens = 0;
    int index = 0;
    for (const auto& input : inputsOf(body)) {
        if (input.empty()) body.refuseValue("input", "has an empty string");
        tokens += static_cast<std::int64_t>(codePoints(input));
        const auto vector = embeddingOf(input, static_cast<std::size_t>(dimensions));
        data.add(members({{"object", "embedding"}, {"index", index++}, {"embedding", written(vector, asBase64)}}));
    }
    out.say("application/json",
            textOf(members({{"object", "list"},
                            {"data", data},
                            {"model", std::string(model.name)},
                            {"usage", members({{"prompt_tokens", tokens}, {"total_tokens", tokens}})}})));
}

}  // namespace openai

}  // namespace aiproject::upstream
