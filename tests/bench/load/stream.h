// One stream of many: a connection, a request, its answer's frames checked one by one; then the same again when told.
#pragma once

#include "bench/common/bench_order.h"
#include "bench/common/event_loop.h"
#include "bench/load/answer_reader.h"
#include "bench/load/target.h"

#include <string>
#include <vector>

namespace aiproject::bench {

class Stream;

// What streams tell; they may be opened again from ended().
class StreamObserver {
public:
    virtual void answered(Stream& stream) = 0;  // the first byte has come
    virtual void frameArrived(std::chrono::nanoseconds age) = 0;
    virtual void firstFrameArrived(TimePoint sentRequest, TimePoint arrived) = 0;
    virtual void ended(Stream& stream) = 0;
    virtual void failed(Stream& stream, const std::string& reason) = 0;
    virtual void pauseIsOver(Stream& stream) = 0;

protected:
    ~StreamObserver() = default;
};

// The same for all streams; outlives them.
struct StreamPlan {
    EventLoop& loop;
    Target target;
    BenchOrder order;
    std::uint64_t readBytesPerSecond = 0;  // 0: as they come
    std::vector<char> buffer = std::vector<char>(65'536);
};

class Stream final : public Watcher, private BodySink {
public:
    Stream(StreamPlan& plan, StreamObserver& observer, std::size_t number);

    std::size_t number() const noexcept { return number_; }
    void open();
    void pause(std::chrono::milliseconds duration);  // then pauseIsOver()
    void close();                                    // silently
    bool isOpen() const noexcept { return bool(socket_); }
    TimePoint opened() const noexcept { return opened_; }  // the last time

    void ready(std::uint32_t events) override;
    void timerExpired() override;

private:
    void send();
    void receive(std::size_t most, bool isToItsEnd);
    bool take(std::string_view bytes);
    void body(std::string_view piece) override;
    void line(std::string_view text);
    void complete();
    void fail(const std::string& reason);

    StreamPlan& plan_;
    StreamObserver& observer_;
    const std::size_t number_;
    std::unique_ptr<AnswerReader> reader_;
    FileDescriptor socket_;
    std::size_t sent_ = 0;  // of the request
    TimePoint opened_;
    TimePoint sentRequest_;
    TimePoint arrived_;  // the bytes being taken
    bool isAnswered_ = false;
    std::uint32_t frames_ = 0;
    std::string partialLine_;
};

}  // namespace aiproject::bench
