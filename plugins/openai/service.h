// What all calls of one model share, and how each answer of it begins: by its HTTP status.
#pragma once

#include "openai/settings.h"
#include "upstream/http_question.h"
#include "upstream/http_stream.h"
#include "upstream/kept_links.h"

#include <memory>
#include <string>
#include <string_view>

namespace aiproject::openai {

struct Service {
    Service(const Upstream& upstream, const std::string& path);

    const std::shared_ptr<outbound::KeptLinks> links;
    const outbound::HttpForm form;
    const Redaction secrets;
};

class ServiceStream : public outbound::HttpStream {
protected:
    ServiceStream(outbound::AskedHttp asked, std::shared_ptr<const Service> service)
        : HttpStream(std::move(asked), service->links), service_(std::move(service)) {}

    // As take() and end() of HttpStream, of an answer with a status of success.
    virtual ModelStatus takeBody(std::string_view body, IReply& reply) = 0;
    virtual ModelStatus endBody(const std::string& fault, IReply& reply) = 0;

    // Of an error that came with the status 200.
    [[noreturn]] void failFor(std::string_view errorObject) const;
    // Of an answer that has no id of its own in it.
    void tellId(IReply& reply) const;

private:
    ModelStatus take(std::string_view body, IReply& reply) final;
    ModelStatus end(const std::string& fault, IReply& reply) final;
    void lookAtHead() const;

    const std::shared_ptr<const Service> service_;
    std::string refusal_;  // the beginning of the body of another status
};

// An answer in one JSON object, which is read when it is whole.
class ObjectStream : public ServiceStream {
protected:
    ObjectStream(outbound::AskedHttp asked, std::shared_ptr<const Service> service, std::size_t mostBytes)
        : ServiceStream(std::move(asked), std::move(service)), mostBytes_(mostBytes) {}

    virtual ModelStatus takeObject(const std::string& body, IReply& reply) = 0;
    ModelStatus takeBody(std::string_view body, IReply& reply) override;
    ModelStatus endBody(const std::string& fault, IReply& reply) override;

private:
    const std::size_t mostBytes_;
    std::string body_;
};

// Asks, and has the answer followed by a Stream, which may be given more. Throws CallFailure.
template <class Stream, class... More>
ModelStatus askAndFollow(const std::shared_ptr<const Service>& service, const ModelRequest& request,
                         const outbound::HttpBody& body, std::string_view contentType, IReply& reply, More... more) {
    const std::string head = service->form.head(request, body.size(), contentType);
    auto asked = outbound::askHttp(*service->links, request, reply, head, body);
    auto* const stream = new Stream(std::move(asked), service, more...);
    return reply.follow(*stream, service->links->name());  // whose it is from here on
}

}  // namespace aiproject::openai
