#include "commands/standard_input.h"

#include "commands/command_line.h"
#include "commands/display_text.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr int kEnding[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

termios shown;  // how the terminal was; a signal's handler gets no argument of ours

extern "C" void showAndEnd(int signal) {
    tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    ::signal(signal, SIG_DFL);
    raise(signal);
}

// While it lives the terminal shows nothing of what is typed, and whoever ends the program gets it back as it was.
class HiddenTyping {
public:
    HiddenTyping() {
        if (tcgetattr(STDIN_FILENO, &shown) != 0)
            throw std::runtime_error(std::string("the terminal cannot hide the password: ") + std::strerror(errno));
        for (const int signal : kEnding) ::signal(signal, showAndEnd);
        termios hidden = shown;
        hidden.c_lflag &= ~tcflag_t(ECHO);
        hidden.c_lflag |= ICANON;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    ~HiddenTyping() {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        for (const int signal : kEnding) ::signal(signal, SIG_DFL);
    }
    HiddenTyping(const HiddenTyping&) = delete;
    HiddenTyping& operator=(const HiddenTyping&) = delete;
};

std::string readLine(const std::string& what) {
    std::string line;
    if (!std::getline(std::cin, line)) throw NotUnderstood("standard input ended before " + what);
    if (!line.empty() && line.back() == '\r') line.pop_back();  // of a file from Windows
    return line;
}

std::string askHidden(const std::string& question) {
    std::cerr << question << std::flush;
    std::string line = readLine("a password was typed");
    std::cerr << "\n";  // the one that was typed is not shown either
    return line;
}

}  // namespace

std::string askPassword(const std::string& userName) {
    if (isatty(STDIN_FILENO) == 0) return readLine("its first line, which is the password");
    const HiddenTyping hidden;
    std::string password = askHidden("password of " + safeForTerminal(userName) + ": ");
    if (askHidden("again: ") != password) throw std::runtime_error("the two passwords differ; nothing was changed");
    return password;
}

bool confirm(const std::string& question, const std::string& expected, const std::string& otherwise) {
    if (isatty(STDIN_FILENO) == 0)
        throw NotUnderstood("standard input is not a terminal, so nothing can be asked; " + otherwise);
    std::cerr << question << std::flush;
    return readLine("an answer was typed") == expected;
}

}  // namespace aiproject
