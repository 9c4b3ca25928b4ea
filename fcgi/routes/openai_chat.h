// A chat completion's request, as a client of OpenAI writes it: checked, and as a question to models.
#pragma once

#include "api/dialect.h"
#include "api/openai_write.h"
#include "call/client_call.h"
#include "host/model_registry.h"
#include "http/json_body.h"
#include "routes/openai_messages.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace aiproject {

class OpenAiChat {
public:
    // Keeps the body, for upstreams that speak this dialect. Throws Error, which names the member that is wrong.
    explicit OpenAiChat(std::string body);
    OpenAiChat(const OpenAiChat&) = delete;  // what request() answers points into it
    OpenAiChat& operator=(const OpenAiChat&) = delete;

    const std::string& model() const noexcept { return model_; }
    bool isStreamed() const noexcept { return isStreamed_; }
    OpenAiHead head() const { return {{}, created_, model_}; }
    StreamForm form(std::chrono::milliseconds comments) const;

    // For the models, which are loaded, in order of preference: of the kind of the first that takes a chat. What none
    // of them can do is left out, or refused, as the table of members says.
    ModelRequest requestFor(const std::vector<const Model*>& models);

private:
    void readSampling(simdjson::dom::object request);
    void readTools(simdjson::dom::object request);
    void readStop(simdjson::dom::object request);
    Kind kindFor(const std::vector<const Model*>& models) const;
    void fit(const ModelRequest& request, const std::vector<const Model*>& models);
    void refuseMediaFor(const Model& model) const;
    void fitTo(const Model& model, std::uint64_t needed);
    ModelRequest textRequest() const;
    ModelRequest pictureRequest(const std::vector<const Model*>& models);
    ModelRequest voiceRequest() const;
    const OpenAiMessages::Medium& onlyMedium(PartKind kind, const std::string& what) const;

    const std::string body_;
    const JsonBody json_;
    std::string model_;
    const std::int64_t created_;
    bool isStreamed_ = false, includesUsage_ = false;
    std::unique_ptr<OpenAiMessages> messages_;
    std::vector<Turn> turnsOfPicture_;  // the messages' turns, without parts
    Sampling sampling_;
    std::vector<Text> stop_;
    std::string tools_, toolChoice_, responseFormat_;  // JSON
};

}  // namespace aiproject
