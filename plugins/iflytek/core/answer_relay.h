// Hands an upstream's answer on to the host, message by message: chat and image understanding answer
// in the same shape, which is also the one that clients get.
#pragma once

#include "iflytek/core/answer_frame.h"
#include "upstream/call.h"

#include <optional>
#include <string>
#include <string_view>

namespace aiproject::iflytek {

class AnswerRelay {
public:
    AnswerRelay(Service service, IReply& reply) : service_(service), reply_(reply) {}

    // How the call ended, or nothing while more is to come; `hasNext`: the next message is here already.
    // Throws CallFailure.
    std::optional<ModelStatus> take(std::string_view message, bool hasNext = false);

private:
    std::optional<ModelStatus> skip(bool hasNext);
    void identify(const std::string& id);
    ModelStatus finish(const AnswerFrame& frame, std::string_view json);
    ModelStatus finishSensitive(const AnswerFrame& frame);
    ModelStatus deliverLast(const std::string& content);

    const Service service_;
    IReply& reply_;
    AnswerReader reader_;
    bool isIdentified_ = false;
    bool hasDelivered_ = false;
    bool isHolding_ = false;  // the host may have a frame that the client has not
};

struct Question {
    Service service;
    std::string message;  // as the upstream takes it
    Timeouts timeouts;
};

// A whole call: asks on a warm or new connection, relays until the end. Throws CallFailure.
ModelStatus relayAnswer(outbound::IdleLinks& connections, Question question, IReply& reply);

}  // namespace aiproject::iflytek
