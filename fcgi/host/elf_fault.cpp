#include "host/elf_fault.h"

#include <elf.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <string_view>
#include <utility>

namespace aiproject {
namespace {

struct Head {
    std::string bytes;

    explicit Head(const std::string& file) : bytes(sizeof(Elf64_Ehdr), 0) {
        std::ifstream in(file, std::ios::binary);
        in.read(bytes.data(), std::streamsize(bytes.size()));
        bytes.resize(std::size_t(in.gcount()));
    }
    bool isElf() const { return bytes.compare(0, SELFMAG, ELFMAG) == 0; }
    bool isWhole() const { return bytes.size() == sizeof(Elf64_Ehdr); }
    unsigned char at(std::size_t index) const { return static_cast<unsigned char>(bytes.at(index)); }
    // In the file's own order of bytes.
    unsigned number(std::size_t offset) const {
        const bool isLittle = at(EI_DATA) == ELFDATA2LSB;
        return isLittle ? at(offset) | unsigned(at(offset + 1)) << 8 : at(offset + 1) | unsigned(at(offset)) << 8;
    }
    unsigned type() const { return number(offsetof(Elf64_Ehdr, e_type)); }
    unsigned machine() const { return number(offsetof(Elf64_Ehdr, e_machine)); }
};

std::string nameOf(const Head& head) {
    static constexpr std::array<std::pair<unsigned, const char*>, 8> names{{{EM_X86_64, "x86-64"},
                                                                            {EM_AARCH64, "ARM 64"},
                                                                            {EM_386, "x86"},
                                                                            {EM_ARM, "ARM 32"},
                                                                            {EM_RISCV, "RISC-V"},
                                                                            {EM_PPC64, "POWER"},
                                                                            {EM_S390, "s390"},
                                                                            {EM_MIPS, "MIPS"}}};
    for (const auto& [machine, name] : names)
        if (machine == head.machine()) return name;
    return "machine " + std::to_string(head.machine());
}

// What other systems, or other steps of a build, give the same name.
std::string guessOf(std::string_view bytes) {
    static constexpr std::array<std::pair<std::string_view, const char*>, 8> marks{
        {{"!<arch>\n", "a static archive"},
         {"MZ", "a program or library of Windows"},
         {"\xcf\xfa\xed\xfe", "a library of macOS"},
         {"\xca\xfe\xba\xbe", "a library of macOS"},
         {"#!", "a script"},
         {"\x1f\x8b", "compressed"},
         {"PK\x03\x04", "a ZIP archive"},
         {"version https://git-lfs", "a pointer of Git LFS, not the file itself"}}};
    for (const auto& [mark, what] : marks)
        if (bytes.substr(0, mark.size()) == mark) return what;
    return {};
}

}  // namespace

std::string elfFaultOf(const std::string& file) {
    if (!std::ifstream(file)) return {};
    const Head head(file), own("/proc/self/exe");
    if (head.bytes.empty()) return "is empty";
    if (!head.isElf()) {
        const std::string guess = guessOf(head.bytes);
        return "is no ELF file" + (guess.empty() ? "" : ", but " + guess) +
               "; a plugin is a shared library (g++ -shared)";
    }
    if (!head.isWhole() || !own.isWhole()) return {};
    if (head.at(EI_CLASS) != own.at(EI_CLASS) || head.at(EI_DATA) != own.at(EI_DATA) || head.machine() != own.machine())
        return "was built for another machine: " + nameOf(head) + ", and this worker is for " + nameOf(own);
    if (head.type() != ET_DYN) return "is no shared library; link it with g++ -shared";
    return {};
}

}  // namespace aiproject
