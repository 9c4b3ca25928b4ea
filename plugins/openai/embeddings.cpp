#include "openai/embeddings.h"

#include "openai/refusal.h"
#include "upstream/json_events.h"
#include "upstream/json_reading.h"
#include "upstream/text.h"

#include <charconv>
#include <cstring>

namespace aiproject::openai {
namespace {

[[noreturn]] void failVectors(const std::string& reason) {
    throw CallFailure(ModelStatus::failed, "the upstream's embeddings " + reason);
}

template <class Number>
std::optional<Number> numberIn(std::string_view text) {
    Number number{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return fault == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// Little-endian float32, as this machine has it.
std::vector<float> floatsIn(std::string_view text) {
    const auto bytes = outbound::fromBase64(text);
    if (!bytes || bytes->size() % sizeof(float) != 0) failVectors("have a text that is not Base64 of numbers");
    std::vector<float> values(bytes->size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), bytes->data(), bytes->size());
    return values;
}

// {"data":[{"index","embedding":[...] or "..."}],"usage":{"prompt_tokens","total_tokens"}}: as events, since a tree of
// a million numbers would take hundreds of times their size.
class VectorReader final : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, VectorReader> {
public:
    explicit VectorReader(std::uint64_t inputs) : found_{std::vector<std::vector<float>>(inputs), {}, {}} {}

    bool hasData() const { return hasData_; }
    Embeddings take() {
        for (const auto& vector : found_.vectors)
            if (vector.empty()) failVectors("lack the vector of an input");
        return std::move(found_);
    }

    bool Key(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        if (depth_ >= 1 && depth_ <= 3) names_[depth_ - 1].assign(bytes, size);
        return true;
    }
    bool RawNumber(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        const std::string_view text(bytes, size);
        if (isIn(4, "embedding"))
            values_.push_back(static_cast<float>(numberIn<double>(text).value_or(0)));
        else if (isIn(3, "index"))
            index_ = numberIn<std::uint64_t>(text);
        else if (depth_ == 2 && names_[0] == "usage")
            noteUsage(text);
        return true;
    }
    bool String(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        if (isIn(3, "embedding")) values_ = floatsIn({bytes, size});
        return true;
    }
    bool StartObject() { return begin(); }
    bool StartArray() {
        hasData_ = hasData_ || (depth_ == 1 && names_[0] == "data");
        return begin();
    }
    bool EndObject(rapidjson::SizeType /*members*/) {
        if (depth_ == 3 && names_[0] == "data") endVector();
        return end();
    }
    bool EndArray(rapidjson::SizeType /*elements*/) { return end(); }

private:
    bool begin() { return ++depth_ <= outbound::kDeepest; }
    bool end() { return --depth_ >= 0; }
    bool isIn(int depth, const char* member) const {
        return depth_ == depth && names_[0] == "data" && names_[2] == member;
    }
    void noteUsage(std::string_view text) {
        if (names_[1] == "prompt_tokens") found_.prompt = numberIn<std::int64_t>(text);
        if (names_[1] == "total_tokens") found_.total = numberIn<std::int64_t>(text);
    }
    void endVector() {
        const std::uint64_t index = index_.value_or(next_);
        if (index >= found_.vectors.size()) failVectors("have one more than there are inputs");
        if (!found_.vectors[index].empty()) failVectors("have two of one input");
        found_.vectors[index] = std::move(values_);
        values_ = {};
        index_.reset();
        ++next_;
    }

    Embeddings found_;
    std::string names_[3];  // of the members that are open
    std::vector<float> values_;
    std::optional<std::uint64_t> index_;
    std::uint64_t next_ = 0;
    int depth_ = 0;
    bool hasData_ = false;
};

}  // namespace

outbound::HttpBody embeddingQuestion(const ModelRequest& request, const std::string& quotedModel) {
    std::string json = R"({"model":)" + quotedModel + R"(,"encoding_format":"float")";
    if (request.dimensions) json += R"(,"dimensions":)" + std::to_string(request.dimensions.value);
    json += R"(,"input":[)";
    for (std::uint64_t i = 0; i < request.inputs.count; ++i) {
        if (i > 0) json += ',';
        if (request.areTokens != 0)
            json += std::string_view(request.inputs[i]);
        else
            outbound::addQuoted(json, request.inputs[i]);
    }
    outbound::HttpBody body;
    body.add(std::move(json += "]}"));
    return body;
}

std::optional<Embeddings> embeddingsIn(const std::string& body, std::uint64_t inputs) {
    rapidjson::Reader reader;
    rapidjson::MemoryStream bytes(body.data(), body.size());
    VectorReader vectors(inputs);
    if (!outbound::readEvents(reader, bytes, vectors) || !vectors.hasData()) return std::nullopt;
    return vectors.take();
}

ModelStatus EmbeddingStream::takeObject(const std::string& body, IReply& reply) {
    const auto found = embeddingsIn(body, inputs_);
    if (!found) failFor(body);
    if (found->prompt || found->total) {
        Usage usage;
        usage.prompt = found->prompt.value_or(found->total.value_or(0));
        usage.total = found->total.value_or(usage.prompt);
        reply.usage(usage);
    }
    for (const auto& vector : found->vectors)
        if (!reply.vector(vector.data(), vector.size())) return ModelStatus::stopped;
    return ModelStatus::ok;
}

}  // namespace aiproject::openai
