// A question to an upstream over HTTP/1.1, for a plugin that blocks: connects within its deadline, TLS, sends, reads.
// Header-only; needs the standard library and POSIX, and for https:// OpenSSL: define AIPROJECT_HTTP_TLS for all
// sources of the plugin and link with -lssl -lcrypto. aiproject/http_stream.h has the answer followed by the host.
//
//   // create(): auto service = http::Service::make(settings.text("url"), {}, fault);   nullptr: reject("url", fault)
//   http::Question question;
//   question.headers = {{"Authorization", "Bearer " + key}};
//   question.body = json;
//   http::Call call(service_, request, reply);
//   if (!call.ask(question) || !call.answered()) return call.status();
//   for (http::Event event; call.next(event);)                       // or a line, read(), whole()
//       if (!reply.text(event.data)) return ModelStatus::stopped;
//   return call.status();
//
// A Call tells the host all there is to tell: stages, the guard for each phase of the request's Timeouts, why it failed
// (explain(), advise(), retryAfter()). Its status is ok as long as nothing has failed. A client that leaves, and time
// that is over, end whatever it waits for, but for the resolution of the host's name, which has a time of its own.
// Redirects are not followed, since the key would go along. Each call has a connection of its own.
#pragma once

#include "aiproject/detail/descriptors.h"
#include "aiproject/detail/http_connection.h"
#include "aiproject/detail/http_talk.h"
#include "aiproject/http_answer.h"
#include "aiproject/http_events.h"
#include "aiproject/imodel.h"

#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace aiproject::http {

class Call {
public:
    // The request and the reply of generate(), on its thread.
    Call(std::shared_ptr<const Service> service, const ModelRequest& request, IReply& reply)
        : service_(std::move(service)), request_(request), reply_(reply) {}
    ~Call() { close(); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    ModelStatus status() const noexcept { return status_; }

    // Connects and sends. The functions that answer false say why in status().
    bool ask(const Question& question) {
        std::string head;
        if (const std::string fault = detail::takeHead(*service_, request_, question, head); !fault.empty())
            return fail(ModelStatus::failed, fault);
        if (!connect()) return false;
        phase_ = Phase::asked;
        reply_.enter(Stage::asked);
        reply_.guard(connection_.descriptor(), request_.timeouts.firstFrameMs);
        // A server that does not take the whole question may have answered already, and said why.
        if (!sendAll(head) || !sendAll(question.body)) broke_ = connection_.fault();
        return reply_.stop() == Stop::none || fail(ModelStatus::stopped, "");
    }
    // Waits for the head. False also when the answer is not a success: then its status and words have been told.
    bool answered() {
        if (status_ != ModelStatus::ok) return false;
        if (isAnswered_) return true;
        while (!answer_.head()) {
            if (left_.empty() && !fill()) return lost();
            if (!take()) return false;
        }
        isAnswered_ = true;
        if (!isSuccess(head().status)) return refuse();
        const std::string fault = detail::encodingFaultOf(head());
        return fault.empty() || fail(ModelStatus::failed, fault);
    }
    // After answered(), also where it is false; of status 0 and without fields where none has come.
    const Head& head() const noexcept { return detail::headOf(answer_); }

    // The next piece of the body, as it comes; nothing: its end, or a failure. Valid until the next call of a function.
    std::optional<std::string_view> read() {
        if (!answered()) return std::nullopt;
        for (;;) {
            if (!piece_.empty()) {
                phase_ = Phase::answering;
                reply_.guard(connection_.descriptor(), request_.timeouts.idleFrameMs);
                return std::exchange(piece_, std::string_view());
            }
            if (answer_.isWhole() || isOver_) return std::nullopt;
            if (left_.empty() && !fill()) {
                // A shutdown by the host looks like the upstream's end.
                isOver_ = answer_.endsWithConnection() && connection_.fault().empty() && reply_.stop() == Stop::none;
                if (!isOver_) lost();
                return std::nullopt;
            }
            if (!take()) return std::nullopt;
        }
    }
    // The next server-sent event. False: the end, or a failure.
    bool next(Event& event) { return nextOf(events_, event); }
    // The next line, such as a JSON object. Of one answer either events or lines.
    bool next(std::string& line) { return nextOf(lines_, line); }
    // All of the body. False: it failed, or has more than so many bytes.
    bool whole(std::string& body, std::size_t mostBytes) {
        body.clear();
        while (const auto piece = read()) {
            if (body.size() + piece->size() > mostBytes)
                return fail(ModelStatus::failed,
                            "the upstream's answer has more than " + std::to_string(mostBytes) + " bytes");
            body.append(*piece);
        }
        return status_ == ModelStatus::ok;
    }

    // Ends the call with this status, unless the host has wished its end, which is then the reason. Always false.
    bool fail(ModelStatus status, std::string reason) {
        switch (reply_.stop()) {
            case Stop::none: break;
            case Stop::guardExpired:
                status = ModelStatus::timedOut;
                reason = expiry();
                break;
            case Stop::totalExpired:
                status = ModelStatus::timedOut;
                reason = "the call was not over within " + limit(request_.timeouts.totalMs, "total_ms");
                break;
            default: status = ModelStatus::stopped; reason.clear();
        }
        close();
        status_ = status;
        if (!reason.empty()) reply_.explain(service_->secrets.applied(reason));
        return false;
    }

    // For a stream, right after ask(): what it reads on from.
    Exchange release() {
        reply_.guard(-1, 0);
        return {service_, std::move(connection_), std::move(broke_)};
    }

private:
    using Clock = std::chrono::steady_clock;
    using Milliseconds = std::chrono::milliseconds;
    enum class Phase { connecting, asked, answering };

    static std::string limit(std::uint32_t ms, const char* key) {
        return std::to_string(ms) + " ms (timeout." + key + ")";
    }
    std::string expiry() const {
        const std::string peer = service_->url.authority();
        const Timeouts& timeouts = request_.timeouts;
        if (phase_ == Phase::asked)
            return "no answer from " + peer + " within " + limit(timeouts.firstFrameMs, "first_frame_ms");
        if (phase_ == Phase::answering)
            return "nothing more from " + peer + " within " + limit(timeouts.idleFrameMs, "idle_frame_ms");
        return "no connection to " + peer + " within " + limit(timeouts.connectMs, "connect_ms") +
               "; it was in: " + step_;
    }
    std::uint32_t connectMsLeft() const {
        const auto left = std::chrono::ceil<Milliseconds>(connectEnd_ - Clock::now()).count();
        return static_cast<std::uint32_t>(std::max<std::int64_t>(left, 0));
    }
    bool failConnecting(const std::string& reason, ModelStatus status = ModelStatus::unavailable) {
        const bool isLate = connectMsLeft() == 0;
        return fail(isLate ? ModelStatus::timedOut : status, isLate ? expiry() : reason);
    }
    bool failWithoutDescriptor() {  // nothing is wrong with the upstream
        return failConnecting(descriptors::kSpent, ModelStatus::busy);
    }
    void close() {
        if (connection_.descriptor() < 0) return;
        reply_.guard(-1, 0);  // before the descriptor can be another's
        connection_ = detail::Connection();
    }

    // In slices, because a shutdown() that comes before a connect has begun leaves no trace on the descriptor.
    // False: the host wishes the end, or `until` has come.
    bool await(detail::Io wanted, Clock::time_point until) {
        constexpr Milliseconds slice{100};
        pollfd awaited{connection_.descriptor(), short(wanted == detail::Io::writable ? POLLOUT : POLLIN), 0};
        for (;;) {
            if (reply_.stop() != Stop::none || Clock::now() >= until) return false;
            const auto left = std::chrono::ceil<Milliseconds>(until - Clock::now());
            if (::poll(&awaited, 1, static_cast<int>(std::min(left, slice).count())) > 0) return true;
        }
    }
    // Tries again until it is more than an attempt.
    template <class Try>
    detail::Io completed(Try&& attempt, Clock::time_point until) {
        for (;;) {
            const detail::Io io = attempt();
            if (io != detail::Io::readable && io != detail::Io::writable) return io;
            if (!await(io, until)) return detail::Io::broken;
        }
    }

    template <class Reader, class Part>
    bool nextOf(Reader& reader, Part& part) {
        for (;;) {
            if (reader.take(partBytes_, part)) return true;
            if (reader.isBroken())
                return fail(ModelStatus::failed, "the upstream sent an event or a line of more than 1 MiB");
            const auto piece = read();
            if (!piece) return status_ == ModelStatus::ok && reader.takeRest(part);
            partBytes_ = *piece;
        }
    }

    bool connect() {
        connectEnd_ = Clock::now() + Milliseconds(request_.timeouts.connectMs);
        reply_.enter(Stage::connect);
        step_ = "name resolution";
        std::string faults;
        const std::vector<detail::Address> addresses = detail::resolved(service_->url, faults);
        if (addresses.empty() && descriptors::areSpent()) return failWithoutDescriptor();
        for (std::size_t i = 0; i < addresses.size() && reply_.stop() == Stop::none; ++i) {
            const auto share = Milliseconds(connectMsLeft()) / static_cast<int>(addresses.size() - i);
            const std::string fault = triedAddress(addresses[i], Clock::now() + share);
            if (fault.empty()) return secure();
            if (!hasDescriptor_) return failWithoutDescriptor();
            faults += (faults.empty() ? "" : "; ") + fault;
            close();
        }
        return failConnecting("cannot connect to " + service_->url.authority() + ": " + faults);
    }
    // Empty: it is connected.
    std::string triedAddress(const detail::Address& address, Clock::time_point until) {
        step_ = "TCP connect";
        const int made = ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (made < 0) {
            hasDescriptor_ = !descriptors::meansSpent(errno);
            return std::generic_category().message(errno);
        }
        connection_ = detail::Connection(made);
        reply_.guard(made, std::max<std::uint32_t>(connectMsLeft(), 1));
        const auto* const generic = reinterpret_cast<const sockaddr*>(&address.bytes);
        int fault = ::connect(made, generic, address.size) == 0 ? 0 : errno;
        if (fault == EINPROGRESS) {
            if (!await(detail::Io::writable, until)) return "no answer";
            socklen_t size = sizeof fault;
            ::getsockopt(made, SOL_SOCKET, SO_ERROR, &fault, &size);
        }
        return fault == 0 ? std::string() : std::generic_category().message(fault);
    }
    bool secure() {
#if defined(AIPROJECT_HTTP_TLS)
        if (!service_->url.isTls) return true;
        step_ = "TLS handshake";
        reply_.enter(Stage::tls);
        if (!connection_.beginTls(*service_)) return failConnecting("TLS: the host name cannot be checked");
        reply_.guard(connection_.descriptor(), std::max<std::uint32_t>(connectMsLeft(), 1));
        const detail::Io io = completed([&] { return connection_.shakeHands(); }, connectEnd_);
        if (io == detail::Io::done) return true;
        const std::string authority = service_->url.authority(), why = detail::verdictOf(connection_, *service_);
        if (!why.empty())
            return failConnecting("TLS: the certificate of " + authority + " " + why, ModelStatus::misconfigured);
        return failConnecting("TLS: the handshake with " + authority +
                              " failed: " + (io == detail::Io::ended ? "the peer ended it" : connection_.fault()));
#else
        return true;
#endif
    }

    bool sendAll(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto io = completed([&] { return connection_.send(bytes); }, Clock::time_point::max());
            if (io != detail::Io::done) return false;
            bytes.remove_prefix(connection_.moved());
        }
        return true;
    }
    // False: the connection has ended or is broken.
    bool fill() {
        const auto io =
            completed([&] { return connection_.receive(buffer_.data(), buffer_.size()); }, Clock::time_point::max());
        left_ = {buffer_.data(), io == detail::Io::done ? connection_.moved() : 0};
        return io == detail::Io::done;
    }
    bool take() {
        piece_ = answer_.take(left_);
        return answer_.fault().empty() || fail(ModelStatus::failed, "the upstream's HTTP answer " + answer_.fault());
    }
    bool lost() { return fail(ModelStatus::unavailable, detail::lossOf(answer_, connection_, broke_)); }
    bool refuse() {
        std::string body(piece_);
        while (body.size() < detail::kRefusalBytes && !answer_.isWhole()) {
            if (left_.empty() && !fill()) break;
            body.append(answer_.take(left_));
            if (!answer_.fault().empty()) break;
        }
        if (reply_.stop() == Stop::clientLeft) return fail(ModelStatus::stopped, "");
        const ModelStatus status = detail::tellRefusal(*service_, head(), body, reply_);
        close();
        status_ = status;
        return false;
    }

    const std::shared_ptr<const Service> service_;
    const ModelRequest& request_;
    IReply& reply_;
    detail::Connection connection_;
    Answer answer_;
    EventReader events_;
    LineReader lines_;
    ModelStatus status_ = ModelStatus::ok;
    Phase phase_ = Phase::connecting;
    const char* step_ = "";
    bool hasDescriptor_ = true;
    Clock::time_point connectEnd_;
    std::string broke_;  // why the question could not be sent
    bool isAnswered_ = false;
    bool isOver_ = false;  // the connection has ended, and the answer with it
    std::array<char, 16'384> buffer_{};
    std::string_view left_, piece_, partBytes_;  // in buffer_: not taken, of the body, of events or lines
};

}  // namespace aiproject::http
