#include "moving/sql_dump.h"

#include <sstream>

#include "support/spec.h"
#include "unit/expect.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kCreate =
    "CREATE TABLE `user` (\n  `Id` varchar(50) NOT NULL,\n  `UserName` varchar(50) CHARACTER SET utf8mb4 DEFAULT "
    "',)',\n"
    "  `PassWord` varchar(50) COMMENT 'it''s \\' (MD5)',\n  `Tokens` decimal(10,2) DEFAULT NULL,\n"
    "  PRIMARY KEY (`Id`),\n  KEY `by_name` (`UserName`(10),`Tokens`)\n) ENGINE=InnoDB;\n";

struct SqlDump : CppUnit::TestCase {
    const DumpTable table{"user", {"Id", "UserName", "PassWord", "Tokens"}, 3};

    std::vector<DumpRow> rowsOf(const std::string& dump) const {
        std::istringstream stream(dump);
        std::vector<DumpRow> rows;
        readDump(stream, table, [&rows](const DumpRow& row) { rows.push_back(row); });
        return rows;
    }
    std::string reasonFor(const std::string& dump) const {
        return reasonOf([&] { rowsOf(dump); });
    }
    // The one row's UserName.
    std::string nameIn(const std::string& literal) const {
        const auto rows = rowsOf(kCreate + "INSERT INTO `user` VALUES ('1'," + literal + ",'p',7);");
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), rows.size());
        CPPUNIT_ASSERT_EQUAL("7"s, rows[0][3].value());
        return rows[0][1].value();
    }
    void assertOneRow(const std::string& dump) const {
        const auto rows = rowsOf(dump);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(dump, std::size_t(1), rows.size());
        CPPUNIT_ASSERT_MESSAGE(dump, (rows[0] == DumpRow{"1", "ann", "p", "7"}));
    }
};

}  // namespace

SPEC(SqlDump, gives_the_rows_of_the_table) {
    const auto rows = rowsOf(kCreate +
                             "INSERT INTO `user` VALUES ('1','ann','p',7),('2','bob','q',NULL);\n"
                             "INSERT INTO `user` VALUES ('3','eve','r',-8);\n");
    CPPUNIT_ASSERT((rows == std::vector<DumpRow>{
                                {"1", "ann", "p", "7"}, {"2", "bob", "q", std::nullopt}, {"3", "eve", "r", "-8"}}));
}

SPEC(SqlDump, undoes_every_escape_of_MySQL) {
    CPPUNIT_ASSERT_EQUAL("O'Neil\"\\\n\r\t\b\x1a"s, nameIn(R"('O\'Neil\"\\\n\r\t\b\Z')"));
    CPPUNIT_ASSERT_EQUAL("a\0b"s, nameIn(R"('a\0b')"));
    CPPUNIT_ASSERT_EQUAL("it's \"x\""s, nameIn(R"('it''s "x"')"));
    CPPUNIT_ASSERT_EQUAL("say \"x\" 'y'"s, nameIn(R"("say ""x"" 'y'")"));
    CPPUNIT_ASSERT_EQUAL("q\\%\\_"s, nameIn(R"('\q\%\_')"));
    CPPUNIT_ASSERT_EQUAL("a -- b /* c */ ; # ),("s, nameIn("'a -- b /* c */ ; # ),('"));
    CPPUNIT_ASSERT_EQUAL("two lines\r\nof 王"s, nameIn("'two lines\r\nof 王'"));
}

SPEC(SqlDump, takes_all_kinds_of_literals) {
    CPPUNIT_ASSERT_EQUAL("王"s, nameIn("0xE78E8B"));
    CPPUNIT_ASSERT_EQUAL("王"s, nameIn("X'e78e8b'"));
    CPPUNIT_ASSERT_EQUAL("ann"s, nameIn("_utf8mb4'ann'"));
    CPPUNIT_ASSERT_EQUAL("ann"s, nameIn("_binary 0x616E6E"));
    CPPUNIT_ASSERT_EQUAL("ann"s, nameIn("N'ann'"));
    CPPUNIT_ASSERT_EQUAL("ann"s, nameIn("'a' 'n' \n 'n'"));
    CPPUNIT_ASSERT_EQUAL("101"s, nameIn("b'101'"));
    CPPUNIT_ASSERT_EQUAL("-1.5e3"s, nameIn("-1.5e3"));
    CPPUNIT_ASSERT_EQUAL("1"s, nameIn("true"));
    CPPUNIT_ASSERT_EQUAL(""s, nameIn("''"));
}

SPEC(SqlDump, takes_all_forms_of_an_insert) {
    for (const char* insert : {
             "INSERT INTO `user` VALUES ('1','ann','p',7)",
             "insert into user values('1','ann','p',7);",
             "INSERT INTO user VALUES\n\t( '1' , 'ann' , 'p' , 7 )\n;",
             "INSERT IGNORE INTO `user` (`Tokens`,`PassWord`,`UserName`,`Id`) VALUES (7,'p','ann','1');",
             "REPLACE INTO `ai`.`user` VALUES ('1','ann','p',7);",
             "INSERT LOW_PRIORITY INTO ai . user VALUE ('1','ann','p',7) ON DUPLICATE KEY UPDATE Id = 'x;y';",
             R"(INSERT INTO "user" ("Id", x, "UserName", "PassWord", "Tokens") VALUES ('1',NULL,'ann','p',7);)",
             "/*!40000 INSERT INTO `user` VALUES ('1','ann','p',7) */;",
             "/* a ; b */ INSERT /* ' */ INTO `user` -- it's\n VALUES # don't\n ('1','ann','p',7);",
         }) {
        assertOneRow(kCreate + insert);
    }
}

SPEC(SqlDump, finds_the_columns_wherever_they_stand) {
    assertOneRow(
        "CREATE TABLE IF NOT EXISTS ai.USER (tokens bigint, extra set('a','b)'), `PassWord` text, constraint c check "
        "(tokens > (1)), username text, id int, unique key (id));INSERT INTO user VALUES (7,'b)','p','ann','1');");
    assertOneRow("INSERT INTO `user` VALUES ('1','ann','p',7);");  // without a CREATE TABLE
}

SPEC(SqlDump, leaves_a_column_empty_that_the_table_does_not_have) {
    const auto rows =
        rowsOf("CREATE TABLE user (Id int, UserName text, PassWord text); INSERT INTO user VALUES (1,'a','b');");
    CPPUNIT_ASSERT((rows == std::vector<DumpRow>{{"1", "a", "b", std::nullopt}}));
}

SPEC(SqlDump, passes_over_all_else) {
    assertOneRow(
        "\xef\xbb\xbf-- a comment\r\n/*M!999999\\- enable the sandbox mode */\r\n/*!40101 SET NAMES utf8mb4 */;\r\n"
        "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `ai`;\r\nUSE `ai`;\r\n"
        "CREATE TABLE `users` (`Id` int);\r\nINSERT INTO `users` VALUES ('INSERT INTO `user` VALUES (1);');\r\n" +
        kCreate +
        "LOCK TABLES `user` WRITE;\r\n/*!40000 ALTER TABLE `user` DISABLE KEYS */;\r\n"
        "INSERT INTO `user` VALUES ('1','ann','p',7);\r\nUNLOCK TABLES;\r\n"
        "INSERT INTO `token` VALUES ('x',1,2,'a','b',1);\r\n"
        "/*!50001 CREATE VIEW `user_view` AS SELECT 1 */;\r\n");
}

SPEC(SqlDump, reads_no_insert_out_of_a_trigger) {
    assertOneRow(kCreate +
                 "DELIMITER ;;\n/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN\n"
                 "INSERT INTO `user` VALUES ('2','evil','p',7);\nEND */;;\nDELIMITER ;\n"
                 "INSERT INTO `user` VALUES ('1','ann','p',7);\n");
}

SPEC(SqlDump, knows_another_table_of_that_name_by_its_columns) {  // mysql.user, in a dump of all databases
    const std::string other = "CREATE TABLE `user` (`Host` text, `User` text); INSERT INTO `user` VALUES ('h','root');";
    assertOneRow(other + kCreate + "INSERT INTO `user` VALUES ('1','ann','p',7);" + other);
    assertSays(reasonFor(other), "there is no table user with the columns Id, UserName, PassWord");
}

SPEC(SqlDump, finds_a_dump_that_is_cut) {
    const std::string head = "-- MySQL dump 10.13\n" + kCreate;
    const std::string insert = "INSERT INTO `user` VALUES ('1','ann','p',7),('2','bob','q',8);\n";
    const std::string whole = head + insert + "-- Dump completed on 2026-11-22\n";
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), rowsOf(whole).size());
    for (std::size_t size = 0; size < head.size() + insert.size(); ++size) reasonFor(whole.substr(0, size));
    assertSays(reasonFor(head + insert), "-- Dump completed, is missing");
    assertSays(reasonFor(head + "INSERT INTO `user` VALUES ('1','an"), "line 10: the file ends inside the string");
    assertSays(reasonFor(head + "INSERT INTO `user` VALUES ('1',"), "line 10:");
    assertSays(reasonFor(kCreate + "/* never ends"), "inside the comment");
    assertSays(reasonFor(kCreate + "INSERT INTO `use"), "inside the name");
}

SPEC(SqlDump, says_where_it_does_not_understand) {
    assertSays(reasonFor(kCreate + "\nINSERT INTO user SELECT * FROM x;"),
               "line 10: an INSERT INTO user that goes on with 'SELECT'");
    assertSays(reasonFor(kCreate + "INSERT INTO user VALUES ('1','a','p');"), "has 3 values for 4 columns");
    assertSays(reasonFor(kCreate + "INSERT INTO user VALUES ('1','a','p',now());"), "is no literal");
    assertSays(reasonFor(kCreate + "INSERT INTO user VALUES ('1','a','p',1+1);"), "is no literal");
    assertSays(reasonFor(kCreate + "INSERT INTO user VALUES ('1','a','p',X'4g');"), "hex literal is malformed");
    assertSays(reasonFor(kCreate + "INSERT INTO user VALUES ('1','a','p',1) ('2');"), "is followed by '('");
    assertSays(reasonFor("\xff\xfe-\0-\0"s), "UTF-16");
    assertSays(reasonFor("\x1f\x8b\x08"s), "gunzip");
    assertSays(reasonFor(""), "there is no table user");
}

SPEC(SqlDump, keeps_no_more_than_the_begin_of_a_long_value) {
    const std::string name = nameIn("'" + std::string(1'000'000, 'x') + "'");
    CPPUNIT_ASSERT_EQUAL(std::size_t(4096), name.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t(4096), nameIn("0x" + std::string(300'000, '7')).size());
}

SPEC(SqlDump, reads_over_the_edges_of_its_buffer) {
    std::string dump = kCreate + "INSERT INTO `user` VALUES ";
    constexpr int count = 20'000;
    for (int i = 0; i < count; ++i)
        dump += std::string(i == 0 ? "" : ",") + "('" + std::to_string(i) + R"(','O\'N''e\\il王','p',)" +
                std::to_string(i) + ")";
    const auto rows = rowsOf(dump + ";");
    CPPUNIT_ASSERT_EQUAL(std::size_t(count), rows.size());
    for (int i = 0; i < count; ++i)
        CPPUNIT_ASSERT((rows[std::size_t(i)] == DumpRow{std::to_string(i), "O'N'e\\il王", "p", std::to_string(i)}));
}
