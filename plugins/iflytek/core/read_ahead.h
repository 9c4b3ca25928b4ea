// The bytes below a WebSocket, taken as far ahead as there are any: one recv() brings a frame's header and
// payload, and often the frames after it. Belongs to the thread of its connection.
#pragma once

#include <Poco/AutoPtr.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace aiproject::iflytek {

class ReadAhead final : public Poco::Net::StreamSocketImpl {
public:
    using Ptr = Poco::AutoPtr<ReadAhead>;

    // Shares the descriptor with `socket`, which stays its owner.
    explicit ReadAhead(const Poco::Net::StreamSocket& socket);

    // Whether a message of one frame lies here as a whole, so that reading it cannot block.
    bool hasMessage() const noexcept;

    // What has come and was not taken; valid until fill().
    std::string_view held() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }
    void skip(std::size_t bytes) noexcept { begin_ += bytes; }
    // Blocks for more, once nothing is held. False: the peer has ended the connection.
    bool fill();

    // For Poco's HTTP session: it reads in blocks and would keep the frames that come with the upgrade's head, so
    // no read goes beyond an empty line.
    int receiveBytes(void* buffer, int length, int flags) override;
    int available() override;

    int sendBytes(const void* buffer, int length, int flags) override;
    void close() override;
    void shutdownReceive() override;
    void shutdownSend() override;
    void shutdown() override;
    bool secure() const override;

protected:
    ~ReadAhead() override;

private:
    std::size_t upToEmptyLine(std::string_view bytes);
    Poco::Net::SocketImpl& inner() const { return *socket_.impl(); }

    Poco::Net::StreamSocket socket_;
    std::array<char, 2048> bytes_;  // five tokens' frames; not more, because every open stream has it
    std::size_t begin_ = 0, end_ = 0;
    bool isLineEmpty_ = true;  // so far
};

}  // namespace aiproject::iflytek
