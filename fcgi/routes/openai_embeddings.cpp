// POST /v1/embeddings.
#include "base/json_text.h"
#include "call/vector_reply.h"
#include "http/base64.h"
#include "http/envelope.h"
#include "http/json_body.h"
#include "routes/model_answers.h"
#include "routes/openai_members.h"
#include "routes/openai_models.h"
#include "routes/routes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

namespace aiproject {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

constexpr std::size_t kMostInputs = 2'048;
constexpr std::uint64_t kMostVectorBytes = 32ULL * 1024 * 1024;

struct EmbeddingsRequest {
    explicit EmbeddingsRequest(std::string text) : body(std::move(text)), json(body) {
        const auto root = json.root();
        const auto name = memberUnlessNull(root, "model");
        if (!name) throw refusalOf("model", "'model' is missing");
        model = textOf(*name, "model");
        if (const auto format = memberUnlessNull(root, "encoding_format")) {
            const std::string_view word = textOf(*format, "encoding_format");
            if (word != "float" && word != "base64")
                throw refusalOf("encoding_format", "'encoding_format' must be float or base64");
            isBase64 = word == "base64";
        }
        if (const auto wanted = integerIn(root, "dimensions", 1)) dimensions = {*wanted, 1};
        const auto input = memberUnlessNull(root, "input");
        if (!input) throw refusalOf("input", "'input' is missing");
        readInput(*input);
    }

    void readInput(const element& input) {
        array list;
        std::int64_t number = 0;
        if (input.get(list) != simdjson::SUCCESS) {
            inputs.emplace_back(textOf(input, "input"));
        } else if (list.size() > 0 && list.at(0).get(number) == simdjson::SUCCESS) {
            tokens.push_back(tokensOf(list));  // of one text
        } else {
            if (list.size() == 0 || list.size() > kMostInputs)
                throw refusalOf("input", "'input' must have 1 to 2048 texts");
            inputs.reserve(list.size());
            tokens.reserve(list.size());
            for (const element each : list) addInput(each);
        }
        if (!tokens.empty() && !inputs.empty())
            throw refusalOf("input", "'input' must be texts or lists of tokens, not both");
        inputs.insert(inputs.end(), tokens.begin(), tokens.end());
        if (std::any_of(inputs.begin(), inputs.end(), [](const Text& each) { return each.size == 0; }))
            throw refusalOf("input", "'input' must not have an empty text");
    }

    void addInput(const element& value) {
        std::string_view text;
        array numbers;
        if (value.get(text) == simdjson::SUCCESS)
            inputs.emplace_back(text);
        else if (value.get(numbers) == simdjson::SUCCESS)
            tokens.push_back(tokensOf(numbers));
        else
            throw refusalOf("input", "'input' must be a text, a list of texts, or tokens as lists of whole numbers");
    }

    // As JSON.
    static std::string tokensOf(const array& numbers) {
        if (numbers.size() == 0) throw refusalOf("input", "'input' must not have an empty list of tokens");
        for (const element each : numbers) {
            std::int64_t number = 0;
            if (each.get(number) != simdjson::SUCCESS || number < 0)
                throw refusalOf("input", "'input' has a token that is not a whole number from 0");
        }
        return simdjson::minify(numbers);
    }

    bool areTokens() const { return !tokens.empty(); }

    const std::string body;
    const JsonBody json;
    std::string model;
    bool isBase64 = false;
    Optional<std::int64_t> dimensions;
    std::vector<std::string> tokens;  // what `inputs` has then
    std::vector<Text> inputs;
};

// Numbers of tokens mean something to the model alone whose tokenizer made them.
void requireTokens(const EmbeddingsRequest& asked, const std::vector<const Model*>& models) {
    const auto takesThem = [](const Model* model) {
        return model->serves(Kind::embedding) && model->hasAll(std::uint64_t(Ability::tokenInputs));
    };
    if (asked.areTokens() && std::none_of(models.begin(), models.end(), takesThem))
        throw refusalOf("input", "'input' must be a text or a list of texts: numbers of tokens are not taken",
                        ErrorKind::unsupported);
}

// As OpenAI's clients ask for it: 32-bit floats, little endian, as the machine has them.
std::string base64OfFloats(const std::vector<float>& vector) {
    static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    return base64Of(std::string_view(reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float)));
}

void addNumbers(std::string& json, const std::vector<float>& vector) {
    json += '[';
    std::array<char, 32> text{};
    for (const float& value : vector) {
        if (&value != vector.data()) json += ',';
        json.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
    }
    json += ']';
}

std::string answerOf(const EmbeddingsRequest& asked, const VectorReply& reply) {
    std::string json = R"({"object":"list","model":)" + jsonText(asked.model) + R"(,"data":[)";
    std::size_t index = 0;
    for (const std::vector<float>& vector : reply.vectors()) {
        json += (index > 0 ? "," : "") + std::string(R"({"object":"embedding","index":)") + std::to_string(index) +
                R"(,"embedding":)";
        ++index;
        if (asked.isBase64)
            addJsonText(json, base64OfFloats(vector));
        else
            addNumbers(json, vector);
        json += '}';
    }
    const Usage& usage = reply.report().usage;
    return json + R"(],"usage":{"prompt_tokens":)" + std::to_string(usage.prompt) + R"(,"total_tokens":)" +
           std::to_string(usage.total) + "}}";
}

}  // namespace

void openAiEmbeddings(Context& context) {
    static const Sampling none;
    const auto asked = std::make_shared<const EmbeddingsRequest>(std::exchange(context.body, {}));
    const std::vector<const Model*> models =
        modelsNamed(asked->model, context.services.models.registry(), context.services.config.routes);
    if (std::none_of(models.begin(), models.end(), [](const Model* model) { return model->serves(Kind::embedding); }))
        throw refusalOf("model", "the model '" + asked->model + "' makes no embeddings", ErrorKind::unsupported);
    requireTokens(*asked, models);
    ModelRequest request;
    request.kind = Kind::embedding;
    request.sampling = &none;
    request.dialect = "openai";
    request.body = withoutByteOrderMark(asked->body);
    request.inputs = {asked->inputs.data(), asked->inputs.size()};
    request.areTokens = asked->areTokens() ? 1 : 0;
    request.dimensions = asked->dimensions;
    VectorReply reply(asked->inputs.size(), kMostVectorBytes);
    answerInto(context, {namesOf(models), request, asked}, reply);
    sendJson(context.exchange, 200, answerOf(*asked, reply));
}

}  // namespace aiproject
