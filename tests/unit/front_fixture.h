// A listening socket of the test's own, twice: two listeners on it are to the system what two processes are.
#pragma once

#include "base/file_descriptor.h"

#include "support/temp_dir.h"

#include <cppunit/TestAssert.h>
#include <cppunit/TestCase.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace aiproject::test {

struct SharedListener : CppUnit::TestCase {
    TempDir dir;
    sockaddr_un address{};
    FileDescriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)}, same;

    SharedListener() {
        address.sun_family = AF_UNIX;
        dir.file("socket").copy(address.sun_path, sizeof address.sun_path - 1);
        CPPUNIT_ASSERT_EQUAL(0, bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
        CPPUNIT_ASSERT_EQUAL(0, listen(socket.get(), 16));
        same = FileDescriptor(dup(socket.get()));
    }

    FileDescriptor connected() const {
        FileDescriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        CPPUNIT_ASSERT_EQUAL(0, connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
        return client;
    }
};

}  // namespace aiproject::test
