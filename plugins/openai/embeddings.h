// Vectors of texts, by /embeddings. Questions and the reading of answers are pure.
#pragma once

#include "openai/service.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aiproject::openai {

outbound::HttpBody embeddingQuestion(const ModelRequest& request, const std::string& quotedModel);

struct Embeddings {
    std::vector<std::vector<float>> vectors;  // one for each input, in their order
    std::optional<std::int64_t> prompt, total;
};

// Vectors may come as numbers or as Base64, and in any order. Nothing: it is an error, or something else. Throws
// CallFailure (failed) where a vector is missing, comes twice or is empty.
std::optional<Embeddings> embeddingsIn(const std::string& body, std::uint64_t inputs);

class EmbeddingStream final : public ObjectStream {
public:
    EmbeddingStream(outbound::AskedHttp asked, std::shared_ptr<const Service> service, std::uint64_t inputs)
        : ObjectStream(std::move(asked), std::move(service), kMostBytes), inputs_(inputs) {}

private:
    static constexpr std::size_t kMostBytes = 64UL * 1024 * 1024;

    ~EmbeddingStream() override = default;
    ModelStatus takeObject(const std::string& body, IReply& reply) override;

    const std::uint64_t inputs_;
};

}  // namespace aiproject::openai
