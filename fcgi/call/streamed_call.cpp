#include "call/streamed_call.h"

#include "http/envelope.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace aiproject {
namespace {

constexpr auto kNever = EventLoop::Clock::time_point::max();
// Bytes that the client has not taken: above the first its upstream is not read, below the second it is again.
constexpr std::size_t kMostUnsent = 64UL * 1024, kLittleUnsent = 16UL * 1024;
// For what is left of an answer, of which nothing is taken. The web server has a time of its own for its clients, and
// would take a connection that just closes for the end of a whole answer; this is for one that has none.
constexpr std::chrono::minutes kLongestEnd{10};

}  // namespace

StreamedCall::StreamedCall(const CallServices& services, FollowedCalls& followed, Exchange& exchange,
                           const CallToBill& bill, Asker asker, Question question)
    : followed_(followed),
      outlivesClient_(services.config.billing.onClientGone == OnClientGone::drain),
      sink_(exchange, services.config.billing.onClientGone, question.form),
      writer_(question.form.writer(sink_)),
      reply_(sink_, *writer_, exchange.request().id),
      call_(services, exchange, bill, std::move(asker), std::move(question), reply_, &sink_),
      upstream_(*this, followed.loop()),
      client_(*this, followed.loop()),
      turnAt_(kNever),
      clientUntil_(kNever) {}

StreamedCall::~StreamedCall() = default;

// Opened: in a thread.

bool StreamedCall::ask(RequestRecord& record) {
    reply_.timeIn(&record.times);
    const std::optional<Ending> ending = endingOf(&Attempts::ask);
    if (!ending) return true;
    call_.settle(ending->outcome, record);
    call_.free();
    if (ending->error) {
        breakOff(*ending->error);
        throw *ending->error;
    }
    reply_.finish();
    return false;
}

// Nothing: the call goes on.
std::optional<StreamedCall::Ending> StreamedCall::endingOf(Attempts::Progress (Attempts::*step)()) {
    try {
        if ((call_.attempts().*step)() != Attempts::Progress::answered) return std::nullopt;
        return Ending{Outcome::complete, {}};
    } catch (const Error& error) {
        return Ending{call_.outcomeOf(error), error};
    } catch (...) {  // what was passed on is billed, whatever the reason
        return Ending{call_.outcomeOfFault(), Error(ErrorKind::internal, describeCurrent())};
    }
}

void StreamedCall::breakOff(const Error& error) {
    if (reply_.hasBegun() || sink_.hasStarted())
        reply_.finishBroken({error.kind(), faceOf(error.kind()).status, sentenceOf(error)});
}

void StreamedCall::follow(ClientRequest request, EndRequest end) {
    place_.emplace(followed_);
    request_ = std::move(request);
    reply_.timeIn(&request_.record.times);
    end_ = std::move(end);
    followed_.loop().post([self = shared_from_this()] {
        self->self_ = self;
        self->inLoop([&] { self->adopt(); });
    });
}

void StreamedCall::askAgain() {
    followed_.loop().post([self = self_, ending = endingOf(&Attempts::ask)] {
        self->inLoop([&] { ending ? self->settle(*ending) : self->adopt(); });
    });
}

// Followed: in the loop.

void StreamedCall::adopt() {
    state_ = State::followed;
    call_.setFollowed(true);
    isPaused_ = false;
    exchange().neverWait();
    watched().leaveToFollower([&loop = followed_.loop(), call = weak_from_this()] {
        loop.post([call] {
            if (const auto still = call.lock()) still->inLoop([&] { still->hearEnd(); });
        });
    });
    if (watched().stop() != Stop::none) return endStream();
    watchClient();
    advance();
}

// Somebody outside has ended the call.
void StreamedCall::hearEnd() {
    if (state_ == State::followed && watched().stop() != Stop::none) endStream();
}

void StreamedCall::advance() {
    Following& stream = call_.attempts().following();
    const auto begin = Clock::now();
    watched().beginTurn(begin);
    const Step step = stream.advance();
    watched().endTurn();
    call_.attempts().noteTurn(Clock::now() - begin);
    if (step.next == Next::over || watched().stop() != Stop::none) return endStream();
    if (reply_.hasBegun()) call_.dropQuestion();
    await(step);
}

void StreamedCall::await(const Step& step) {
    const auto now = followed_.loop().now();
    Following& stream = call_.attempts().following();
    if (exchange().unsent() > kMostUnsent) {
        isPaused_ = true;
        stream.pause();  // the time of a client that reads slowly is not the upstream's
        reply_.enter(CallTimes::Phase::client);
        upstream_.unwatch();
        turnAt_ = kNever;
    } else if (step.next == Next::again) {
        turnAt_ = now + std::chrono::nanoseconds(1);  // after the others
    } else {
        turnAt_ = step.ms > 0 ? now + std::chrono::milliseconds(step.ms) : kNever;
        if (!upstream_.watch(stream.descriptor(), step.next == Next::writable ? EPOLLOUT : EPOLLIN)) {
            const int reason = errno;
            reply_.blame("the stream's descriptor " + std::to_string(stream.descriptor()) +
                         " cannot be waited for: " + std::strerror(reason));
            return endStream();
        }
    }
    watchClient();
    setTime();
}

void StreamedCall::setTime() {
    auto next = std::min({watched().totalUntil(), turnAt_, sink_.commentAt(followed_.loop().now()),
                          call_.attempts().following().deadline()});
    if (unsent_ > 0) next = std::min(next, clientUntil_);
    upstream_.wakeAt(next);
}

void StreamedCall::timeHasCome() {
    const auto now = followed_.loop().now();
    Following& stream = call_.attempts().following();
    if (now >= watched().totalUntil()) {
        watched().end(Stop::totalExpired);
        return endStream();
    }
    if (unsent_ > 0 && now >= clientUntil_) return outlivesClient_ ? dropClient() : clientLeft();
    if (now >= stream.deadline()) {
        stream.expire();
        return endStream();
    }
    if (now >= sink_.commentAt(now) && !comment()) return clientLeft();
    if (now >= turnAt_) return advance();
    setTime();
}

// False: the client has left.
bool StreamedCall::comment() {
    const bool isTaken = sink_.comment(followed_.loop().now());
    watchClient();
    return isTaken;
}

void StreamedCall::clientLeft() {
    watched().end(Stop::clientLeft);
    endStream();
}

// As long as something waits for it, the client must take some of it from time to time.
void StreamedCall::watchClient() {
    const std::size_t unsent = exchange().unsent();
    if (unsent == 0)
        clientUntil_ = kNever;
    else if (unsent_ == 0 || unsent < unsent_)
        clientUntil_ = followed_.loop().now() + followed_.limits().client;
    unsent_ = unsent;
    const int descriptor = exchange().clientDescriptor();
    if (descriptor < 0) return;
    const std::uint32_t events =
        (outlivesClient_ ? 0U : std::uint32_t(EPOLLIN | EPOLLRDHUP)) | (unsent > 0 ? std::uint32_t(EPOLLOUT) : 0U);
    if (events == 0) return client_.unwatch();
    // For lack of memory or watches its time will end it.
    if (!client_.watch(descriptor, events) && (errno == EBADF || errno == EINVAL)) endProcess("epoll_ctl", errno);
}

void StreamedCall::clientIsReady(std::uint32_t events) {
    const bool takes = exchange().unsent() == 0 || exchange().sendUnsent();
    if (state_ == State::ended) {
        if (!takes || exchange().unsent() == 0) return close();
        client_.wakeAt(followed_.loop().now() + kLongestEnd);
        return;
    }
    const bool hasLeft = !takes || (events & ~std::uint32_t(EPOLLOUT)) != 0;
    if (hasLeft && !outlivesClient_) return clientLeft();
    goOn();
}

// The answer is read to its end without it.
void StreamedCall::dropClient() {
    shutdown(exchange().clientDescriptor(), SHUT_RDWR);
    exchange().sendUnsent();  // finds out, and drops what was unsent
    goOn();
}

// After the client has taken something.
void StreamedCall::goOn() {
    watchClient();
    if (!isPaused_ || exchange().unsent() > kLittleUnsent) return setTime();
    isPaused_ = false;
    call_.attempts().following().resume();
    reply_.enter(CallTimes::Phase::frames);
    advance();
}

void StreamedCall::endStream() {
    upstream_.leaveLoop();
    client_.leaveLoop();
    state_ = State::opened;
    watched().beginTurn(followed_.loop().now());  // status() and destroy() are the plugin's, too
    if (const auto ending = endingOf(&Attempts::streamEnded)) return settle(*ending);
    exchange().waitAgain();
    call_.setFollowed(false);
    followed_.runOnThread([self = self_] { self->askAgain(); });
}

// Settled: by the committer.

void StreamedCall::settle(const Ending& ending) {
    state_ = State::settled;
    if (ending.error) error_ = std::make_unique<Error>(*ending.error);
    // Hands its share of the call over, so that the call ends in the loop and not in the committer.
    call_.settle(ending.outcome, request_.record, [&loop = followed_.loop(), self = self_]() mutable {
        loop.post([self = std::move(self)] { self->inLoop([&] { self->finish(); }); });
    });
}

// Ended: in the loop.

void StreamedCall::finish() {
    state_ = State::ended;
    request_.record.times.enter(CallTimes::Phase::end);
    call_.free();
    exchange().neverWait();
    if (error_)
        breakOff(*error_);
    else
        reply_.finish();
    end_(request_, error_.get());
    exchange().end();
    if (exchange().unsent() == 0 || !client_.watch(exchange().clientDescriptor(), EPOLLOUT)) return close();
    client_.wakeAt(followed_.loop().now() + kLongestEnd);
}

// Something in the loop has thrown, for lack of memory most likely. What has not been done yet is tried once, as after
// any other failure; where that throws as well, the client sees its connection end without a last frame.
void StreamedCall::recover() noexcept {
    upstream_.leaveLoop();
    client_.leaveLoop();
    try {
        const Error error(ErrorKind::internal, describeCurrent());
        switch (state_) {
            case State::opened:
            case State::followed: return settle({call_.outcomeOfFault(), error});
            case State::settled: error_ = std::make_unique<Error>(error); return finish();
            case State::ended: break;
        }
    } catch (...) {  // it ends all the same, and releases what it has reserved
        return close();
    }
    close();
}

void StreamedCall::close() noexcept {
    client_.leaveLoop();
    request_.exchange.reset();
    const auto last = std::move(self_);
}

}  // namespace aiproject
