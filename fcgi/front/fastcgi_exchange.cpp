#include "front/fastcgi_exchange.h"

#include "base/error.h"
#include "front/request_parameters.h"
#include "http/json_body.h"

#include <Poco/Net/HTTPResponse.h>
#include <Poco/NumberParser.h>

#include <sys/socket.h>
#include <sys/time.h>

#include <string>
#include <utility>

namespace aiproject {
namespace {

std::string headText(const ResponseHead& head) {
    constexpr std::size_t most = 512;  // of nearly all
    const auto status = static_cast<Poco::Net::HTTPResponse::HTTPStatus>(head.status);
    std::string text;
    text.reserve(most);
    const auto add = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    text.append("Status: ").append(std::to_string(head.status)).append(" ");
    text.append(Poco::Net::HTTPResponse::getReasonForStatus(status)).append("\r\n");
    if (head.isForAnyOrigin) add("Access-Control-Allow-Origin", "*");
    if (!head.contentType.empty()) add("Content-Type", head.contentType);
    for (const auto& [name, value] : head.headers) add(name, value);
    text.append("\r\n");
    return text;
}

}  // namespace

FastcgiExchange::FastcgiExchange(Incoming& incoming, std::unique_ptr<FastcgiInput> input)
    : connection_(std::move(incoming.connection)),
      inProgress_(std::move(incoming.inProgress)),
      came_(incoming.end),
      bodyBytes_(incoming.request.bodyBytes()),
      input_(std::move(input)),
      output_(connection_.get(), input_->request()),
      request_(requestOf(input_->parameters())) {
    request_.began = incoming.since;
    request_.came = incoming.ended;
}

std::unique_ptr<FastcgiExchange> FastcgiExchange::from(Incoming& incoming) {
    if (!incoming.request.hasHead()) return nullptr;
    std::unique_ptr<FastcgiInput> input = FastcgiInput::accept(incoming.readable());
    return std::unique_ptr<FastcgiExchange>(input ? new FastcgiExchange(incoming, std::move(input)) : nullptr);
}

std::unique_ptr<FastcgiExchange> FastcgiExchange::of(Incoming incoming, std::chrono::milliseconds timeout) {
    const timeval value{timeout.count() / 1000, (timeout.count() % 1000) * 1000};
    setsockopt(incoming.connection.get(), SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
    return from(incoming);
}

std::unique_ptr<FastcgiExchange> FastcgiExchange::toRefuse(Incoming incoming) {
    std::unique_ptr<FastcgiExchange> exchange = from(incoming);
    if (exchange) exchange->neverWait();
    return exchange;
}

FastcgiExchange::~FastcgiExchange() {
    end();
    output_.sendUnsent();
}

std::string FastcgiExchange::readBody(std::uint64_t limit) {
    Poco::UInt64 announced = 0;
    const char* length = parameterIn(input_->parameters(), "CONTENT_LENGTH");
    const bool isAnnounced = length && Poco::NumberParser::tryParseUnsigned64(length, announced);
    if (announced > limit || bodyBytes_ > limit)
        throw refusal(ErrorKind::bodyTooLarge, "the body is larger than " + std::to_string(limit) + " bytes");
    if (came_ == Incoming::End::late)
        throw Error(ErrorKind::badRequest, "the body did not come within timeout.receive_ms",
                    "the body did not arrive in time");
    if (came_ == Incoming::End::crowded)
        throw Error(ErrorKind::modelBusy, "too many requests were on their way in, and this one was slow");
    if (came_ != Incoming::End::whole || (isAnnounced && bodyBytes_ != announced))
        throw refusal(ErrorKind::badRequest, "the body was cut");
    std::string body;
    body.reserve(std::size_t(bodyBytes_) + kRoomBehindJson);
    body.resize(std::size_t(bodyBytes_));
    if (input_->read(body.data(), body.size()) != body.size() || input_->hasFailed())
        throw refusal(ErrorKind::badRequest, "the body was cut");
    endReceiving();
    return body;
}

void FastcgiExchange::endReceiving() {
    // A connection that is closed with something unread in it loses the tail of a large answer.
    if (input_) input_->drain();
    input_.reset();
}

void FastcgiExchange::start(const ResponseHead& head) {
    endReceiving();
    output_.hold(headText(head));
    status_ = head.status;
}

void FastcgiExchange::end() {
    endReceiving();
    output_.end();
}

}  // namespace aiproject
