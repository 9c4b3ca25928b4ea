// The web server's end of a FastCGI connection: reads records, and fails the test where one is torn.
#pragma once

#include "unit/host_fixture.h"

#include <cppunit/TestAssert.h>
#include <cppunit/TestCase.h>
#include <sys/socket.h>

#include <string>

namespace aiproject::test {

struct WebServerEnd : CppUnit::TestCase {
    static constexpr int kStdout = 6, kEndRequest = 3;
    struct Record {
        int type = 0, request = 0;
        std::string content;
    };

    SocketPair connection;

    std::string bytes(std::size_t size) const {
        std::string all(size, 0);
        if (size == 0) return all;  // which recv() would wait for
        CPPUNIT_ASSERT_EQUAL(ssize_t(size), recv(connection.theirs.get(), all.data(), size, MSG_WAITALL));
        return all;
    }
    Record next() const {
        const std::string head = bytes(8);
        const auto number = [&](std::size_t at) {
            return int(static_cast<unsigned char>(head[at])) << 8 | static_cast<unsigned char>(head[at + 1]);
        };
        CPPUNIT_ASSERT_EQUAL('\1', head[0]);
        Record record{head[1], number(2), bytes(std::size_t(number(4)))};
        static_cast<void>(bytes(std::size_t(head[6])));
        return record;
    }
    // Of all records up to the end of the request.
    std::string wholeOutput() const {
        std::string all;
        for (Record record = next(); !record.content.empty(); record = next()) all += record.content;
        const Record end = next();
        CPPUNIT_ASSERT_EQUAL(kEndRequest, end.type);
        CPPUNIT_ASSERT_EQUAL(std::string(8, 0), end.content);
        return all;
    }
    bool isNothingThere() const {
        char byte = 0;
        return recv(connection.theirs.get(), &byte, 1, MSG_DONTWAIT) < 0;
    }
    // Raw, until the other end is closed.
    std::string allBytes() const {
        std::string all;
        for (std::string piece(65'536, 0);;) {
            const ssize_t got = recv(connection.theirs.get(), piece.data(), piece.size(), 0);
            if (got <= 0) return all;
            all.append(piece, 0, std::size_t(got));
        }
    }
};

}  // namespace aiproject::test
