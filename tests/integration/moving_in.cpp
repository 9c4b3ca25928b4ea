// aiproject import-original, with a dump of the original's schema; and who moved in logs in.
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <Poco/JSON/Object.h>

#include <csignal>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

// As mysqldump 8 writes it, of the tables that the original's models make.
const std::string kHead =
    "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n-- Host: localhost    Database: aiproject\n"
    "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n/*!50503 SET NAMES utf8mb4 */;\n"
    "/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;\n\nDROP TABLE IF EXISTS `token`;\n"
    "CREATE TABLE `token` (\n  `Id` varchar(50) NOT NULL,\n  `Tokens` bigint NOT NULL,\n  PRIMARY KEY (`Id`)\n"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;\nLOCK TABLES `token` WRITE;\n"
    "INSERT INTO `token` VALUES ('t1',100);\nUNLOCK TABLES;\n\nDROP TABLE IF EXISTS `user`;\n"
    "/*!40101 SET @saved_cs_client     = @@character_set_client */;\n"
    "CREATE TABLE `user` (\n  `Id` varchar(50) NOT NULL,\n  `UserName` varchar(50) NOT NULL,\n"
    "  `PassWord` varchar(50) NOT NULL,\n  `Tokens` bigint DEFAULT NULL,\n  `Email` varchar(10) NOT NULL,\n"
    "  `PicTimes` bigint DEFAULT NULL,\n  `Academy` varchar(100) DEFAULT NULL,\n  PRIMARY KEY (`Id`)\n"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;\nLOCK TABLES `user` WRITE;\n"
    "/*!40000 ALTER TABLE `user` DISABLE KEYS */;\n";
const std::string kFoot =
    "/*!40000 ALTER TABLE `user` ENABLE KEYS */;\nUNLOCK TABLES;\n-- Dump completed on 2026-11-22  9:00:00\n";

const std::string kNew = "f53309996632be1e65aa4259d59cd55a";  // MD5 of "old password#_#"
const std::string kOld = "27e7c361b7f96098b8c18a09953bfce1";  // MD5 of "old password"

constexpr int kRows = 1'000;
constexpr int kSound = 20;  // each costs a tenth of a second of hashing

// Row i of the table; the first kSound can be imported.
std::string rowOf(int i) {
    const std::string number = std::to_string(i);
    const auto row = [&](const std::string& name, const std::string& password, const std::string& rest) {
        return "('id" + number + "','" + name + "','" + password + "'," + rest + ")";
    };
    const std::string rest = number + ",'a@b.cn',7,'physics'";
    if (i == 0) return row("ann", kNew, "100,'ann@b.cn',5,NULL");
    if (i == 1) return row(R"(O\'Neil)", kOld, "NULL,'no address',-3,'x\\ny'");
    if (i < kSound) return row("王" + number, kNew, rest);
    switch (i % 8) {
        case 0: return row("ANN", kNew, rest);
        case 1: return row("name" + number, "plain text", rest);
        case 2: return row("", kNew, rest);
        case 3: return row(R"(\0)" + number, kNew, rest);
        case 4: return row(std::string(51, 'x'), kNew, rest);
        case 5: return row("name" + number, kNew, "9223372036854775808,'a@b.cn',7,NULL");
        case 6: return row("\xc0\xaf" + number, kNew, rest);
        default: return row("王2 ", kNew, rest);
    }
}

std::string dump() {
    std::string text = kHead;
    for (int i = 0; i < kRows; ++i) {
        const bool isFirst = i % 300 == 0;  // of a statement
        text += (isFirst ? (i == 0 ? "" : ";\n") + "INSERT INTO `user` VALUES "s : ",") + rowOf(i);
    }
    return text + ";\n" + kFoot;
}

// Of users who can all be imported.
std::string soundDump(int count) {
    std::string text = kHead;
    for (int i = 0; i < count; ++i)
        text += "INSERT INTO `user` VALUES ('id" + std::to_string(i) + "','name" + std::to_string(i) + "','" + kNew +
                "',1,'a@b.cn',1,NULL);\n";
    return text + kFoot;
}

// The number behind the word.
int numberBehind(const std::string& word, const std::string& text) {
    const auto at = text.find(word);
    CPPUNIT_ASSERT_MESSAGE(text, at != std::string::npos);
    return std::stoi(text.substr(at + word.size()));
}

struct MovingIn : CppUnit::TestCase {
    WorkerUnderTest worker;
    const std::string file = worker.installation().dir().write("original.sql", dump());

    Finished import(std::vector<std::string> more) const {
        std::vector<std::string> arguments{"import-original", "-c", worker.installation().configFile(), "--from", file};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return runToEnd({programPath(), arguments});
    }
    FastcgiAnswer login(const std::string& name, const std::string& password) const {
        return worker.post("/auth/login", registration(name, password, ""));
    }
    static void assertSays(const std::string& text, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + text, text.find(part) != std::string::npos);
    }
};

}  // namespace

SPEC(MovingIn, takes_the_dump_of_the_original_while_a_worker_serves) {
    const Finished dry = import({});
    CPPUNIT_ASSERT_EQUAL(4, dry.code);
    assertSays(dry.output, "would import 20, already there 0, skipped 980\n");
    assertSays(dry.output, "skipped id41 \"name41\": PassWord is no MD5");
    assertSays(dry.output, "skipped id43 \"\\x0043\": the user name has a control character");
    assertSays(dry.output,
               "changed id1 \"O'Neil\": with 0 Tokens instead of NULL; with 0 PicTimes instead of a debt of 3; without "
               "its Academy");
    assertSays(login("ann", "old password").body, "LOGIN_ERROR");

    const Finished real =
        runToEnd({"sh",
                  {"-c", "exec \"$0\" import-original -c \"$1\" --from \"$2\" --apply --json 2>/dev/null",
                   programPath(), worker.installation().configFile(), file}});
    CPPUNIT_ASSERT_EQUAL(4, real.code);
    const auto report = objectOf(real.output);
    CPPUNIT_ASSERT_EQUAL(kSound, report->getValue<int>("imported"));
    CPPUNIT_ASSERT_EQUAL(kRows - kSound, report->getValue<int>("skipped"));

    assertSays(login("ann", "another password").body, "LOGIN_ERROR");
    for (int i = 0; i < 2; ++i) assertSays(login(" ann", "old password ").body, "\"tokens\":100");
    assertSays(login("O'Neil", "old password").body, "\"tokens\":0");
    assertSays(import({"--apply"}).output, "imported 0, already there 20, skipped 980\n");
    assertSays(login("ann", "old password").body, "\"picTimes\":5");
}

SPEC(MovingIn, goes_on_after_a_kill_where_it_was) {
    constexpr int count = 75;
    const TempDir& dir = worker.installation().dir();
    const std::string sound = dir.write("sound.sql", soundDump(count)), output = dir.file("output");
    const std::vector<std::string> arguments{"import-original", "-c",  worker.installation().configFile(),
                                             "--from",          sound, "--apply"};
    ChildProcess killed({programPath(), arguments, {}, -1, output});
    // Where 25 take less than a second it says nothing before its end: then there is nothing to go on with.
    ASSERT_EVENTUALLY(readFile(output).find(" of 75\n") != std::string::npos || !killed.isRunning());
    killed.signal(SIGKILL);
    CPPUNIT_ASSERT(killed.wait().has_value());

    const Finished finished = runToEnd({programPath(), arguments});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
    const int there = numberBehind("already there ", finished.output);
    CPPUNIT_ASSERT_EQUAL(count, there + numberBehind("imported ", finished.output));
    CPPUNIT_ASSERT_MESSAGE(finished.output, there >= 25 && there % 25 == 0);
}

SPEC(MovingIn, prints_no_name_that_moves_the_cursor_or_looks_like_another) {
    const std::string hostile = worker.installation().dir().write(
        "hostile.sql", kHead + "INSERT INTO `user` VALUES ('i\x9b','\xc2\x9b" + "31m\xe2\x80\xae','" + kNew +
                           "',1,'a@b.cn',1,NULL),('id2','\xe2\x80\xae" + "eve','plain',1,'a@b.cn',1,NULL);\n" + kFoot);
    for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--json"}}) {
        std::vector<std::string> arguments{"import-original", "-c", worker.installation().configFile(), "--from",
                                           hostile};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Finished finished = runToEnd({programPath(), arguments});
        CPPUNIT_ASSERT_EQUAL(4, finished.code);
        assertSays(finished.output, "\\u202eeve");
        for (const char* raw : {"\xc2\x9b", "\xe2\x80\xae"})
            CPPUNIT_ASSERT_MESSAGE(finished.output, finished.output.find(raw) == std::string::npos);
    }
}

SPEC(MovingIn, prints_a_whole_object_or_none) {
    const std::string cut = worker.installation().dir().write(
        "cut.sql", kHead + "INSERT INTO `user` VALUES ('id1','ann','plain text',1,'a@b.cn',1,NULL),('id2','bo");
    const Finished finished = runToEnd({"sh",
                                        {"-c", "exec \"$0\" import-original -c \"$1\" --from \"$2\" --json 2>/dev/null",
                                         programPath(), worker.installation().configFile(), cut}});
    CPPUNIT_ASSERT_EQUAL(1, finished.code);
    CPPUNIT_ASSERT_EQUAL(""s, finished.output);
}

SPEC(MovingIn, does_not_begin_when_it_is_not_told_what_to_do) {
    const Finished nothing = runToEnd({programPath(), {"import-original", "-c", worker.installation().configFile()}});
    CPPUNIT_ASSERT_EQUAL(2, nothing.code);
    assertSays(nothing.output, "--from is missing");
    const Finished both = import({"--apply", "--dry-run"});
    CPPUNIT_ASSERT_EQUAL(2, both.code);
    assertSays(both.output, "cannot be used together");
}

SPEC(MovingIn, says_what_it_cannot_do) {
    const std::string config = worker.installation().configFile();
    const auto run = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"import-original", "-c", config});
        return runToEnd({programPath(), arguments});
    };
    for (const auto& [arguments, part] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"--from", "/no/such.sql"}, "/no/such.sql cannot be opened"},
             {{"--from", config}, "there is no table user"},
             {{"--from", "mysql://u:secret@127.0.0.1:1/d"}, "--from"}}) {
        const Finished finished = run(arguments);
        CPPUNIT_ASSERT_EQUAL(1, finished.code);
        assertSays(finished.output, part);
        CPPUNIT_ASSERT(finished.output.find("secret") == std::string::npos);
    }
}
