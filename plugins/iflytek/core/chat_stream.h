// An answer of chat or image understanding, which come in the same shape: the one that the host knows as "spark". The
// host looks at each message, so none is read here but those that say an error.
#pragma once

#include "iflytek/core/error_codes.h"
#include "upstream/idle_links.h"
#include "upstream/web_stream.h"

#include <string>
#include <string_view>

namespace aiproject::iflytek {

class ChatStream final : public outbound::WebStream {
public:
    ChatStream(outbound::OpenWebSocket web, Service service) : WebStream(std::move(web)), service_(service) {}

private:
    ~ChatStream() override = default;
    ModelStatus take(std::string_view message, IReply& reply) override;
    ModelStatus end(std::string_view message, IReply& reply) const;

    const Service service_;
    bool hasAnswer_ = false;  // the client has some words of it
};

// Asks on a warm or new connection, and has the answer followed. Throws CallFailure.
ModelStatus askAndFollow(outbound::IdleLinks& connections, Service service, const ModelRequest& request,
                         const std::string& question, IReply& reply);

}  // namespace aiproject::iflytek
