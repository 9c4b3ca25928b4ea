// An answer of /chat/completions: events, or one JSON object where a service does not stream. The host reads each as
// "openai"; here only errors are read, and whether the answer has its end: without finish_reason and [DONE] it is
// broken, since a body that was cut can look like a whole one.
#pragma once

#include "aiproject/redaction.h"
#include "openai/service.h"
#include "upstream/event_lines.h"
#include "upstream/http_stream.h"

#include <memory>
#include <string>
#include <string_view>

namespace aiproject::openai {

class ChatStream final : public ServiceStream {
public:
    ChatStream(outbound::AskedHttp asked, std::shared_ptr<const Service> service)
        : ServiceStream(std::move(asked), std::move(service)) {}

private:
    ~ChatStream() override = default;
    ModelStatus takeBody(std::string_view body, IReply& reply) override;
    ModelStatus endBody(const std::string& fault, IReply& reply) override;
    std::uint32_t patienceMs() const noexcept override;
    ModelStatus takeEvents(std::string_view body, IReply& reply);
    ModelStatus takeFrame(std::string_view frame, IReply& reply);
    ModelStatus takeObject(const std::string& fault, IReply& reply);

    enum class Shape { unknown, events, object };
    Shape shape_ = Shape::unknown;
    outbound::EventLines lines_;
    std::string object_;
    bool hasFinish_ = false;
};

}  // namespace aiproject::openai
