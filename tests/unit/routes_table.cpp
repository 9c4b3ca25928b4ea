// Which paths exist, to the letter.
#include "routes/routes.h"

#include "support/spec.h"

#include <stdexcept>
#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct PathTable : CppUnit::TestCase {
    static const Route& routeOf(const std::string& path) {
        const Match match = findRoute(path);
        if (!match.route) throw std::out_of_range("there is no path " + path);
        return *match.route;
    }
    static void assertNone(const std::string& path) {
        CPPUNIT_ASSERT_MESSAGE("there is a path " + path, findRoute(path).route == nullptr);
    }
};

SPEC(PathTable, has_the_six_documented_paths) {
    struct Row {
        std::string path;
        Access access;
        Body body;
    };
    for (const Row& row :
         {Row{"/auth/register", Access::anyone, Body::text}, Row{"/auth/login", Access::anyone, Body::text},
          Row{"/textModel/chat", Access::bodyUser, Body::text}, Row{"/textModel/stream", Access::bodyUser, Body::text},
          Row{"/voiceModel/chat", Access::voiceUser, Body::media},
          Row{"/PictureToTextModel/chat", Access::headerUser, Body::media}}) {
        const Route& route = routeOf(row.path);
        CPPUNIT_ASSERT_EQUAL(row.path, std::string(route.path));
        CPPUNIT_ASSERT(route.method == Method::post);
        CPPUNIT_ASSERT(route.access == row.access && route.body == row.body);
        CPPUNIT_ASSERT(route.face.sendError == kDocumentedFace.sendError);
    }
}

SPEC(PathTable, has_health_for_anyone_and_without_a_body) {
    for (const std::string& path : {"/healthz"s, "/healthz/live"s}) {
        const Route& route = routeOf(path);
        CPPUNIT_ASSERT(route.method == Method::get && route.access == Access::anyone && route.body == Body::none);
        CPPUNIT_ASSERT(route.face.sendError == kOurFace.sendError);
    }
}

SPEC(PathTable, has_the_paths_of_an_account_with_the_real_status) {
    struct Row {
        std::string path;
        Method method;
        Access access;
    };
    for (const Row& row :
         {Row{"/auth/me", Method::either, Access::eitherUser},
          Row{"/auth/password", Method::post, Access::anyone},  // who knows the password
          Row{"/auth/rotate", Method::post, Access::bodyUser}, Row{"/auth/redeem", Method::post, Access::bodyUser}}) {
        const Route& route = routeOf(row.path);
        CPPUNIT_ASSERT(route.method == row.method && route.access == row.access && route.body == Body::text);
        CPPUNIT_ASSERT(route.face.sendError == kOurFace.sendError);
    }
}

SPEC(PathTable, has_the_paths_of_openais_clients_however_they_put_them_together) {
    for (const std::string& path :
         {"/chat/completions"s, "/embeddings"s, "/audio/transcriptions"s, "/audio/speech"s, "/models"s, "/models/m"s}) {
        for (const std::string& written : {"/v1" + path, "/v1" + path + "/", path, path + "/"}) {
            const Route& route = routeOf(written);
            CPPUNIT_ASSERT_MESSAGE(written, route.face.sendError == kOpenAiFace.sendError);
            CPPUNIT_ASSERT_MESSAGE(written, route.access == Access::bearer);
        }
        for (const std::string& near : {"/v2" + path, "/v1/v1" + path, "/V1" + path, "/v1" + path + "//"})
            assertNone(near);
    }
    for (const std::string& path : {"/v1"s, "/v1/"s, "/v1/healthz"s, "/v1/auth/login"s, "/healthz/"s}) assertNone(path);
    CPPUNIT_ASSERT(faceAt("/v1/responses").sendError == kOpenAiFace.sendError);
    CPPUNIT_ASSERT(faceAt("/v10").sendError == kOurFace.sendError);
}

SPEC(PathTable, takes_names_with_slashes_where_openais_clients_ask_for_a_model) {
    for (const std::string& name : {"a/b"s, "a/b/c"s, "/a"s, "chat/completions"s}) {
        CPPUNIT_ASSERT_EQUAL(name, findRoute("/v1/models/" + name).part);
        CPPUNIT_ASSERT_EQUAL(name, findRoute("/v1/models/" + name + "/").part);
        assertNone("/models/" + name);
    }
}

SPEC(PathTable, takes_the_name_of_a_model_out_of_the_path) {
    for (const std::string& name : {"echo"s, "a"s, "spark_lite-2"s, "a%2fb"s, "a b"s, "chat"s, "\u6a21"s}) {
        CPPUNIT_ASSERT_EQUAL(name, findRoute("/models/" + name + "/chat").part);
        CPPUNIT_ASSERT_EQUAL(name, findRoute("/models/" + name + "/stream").part);
        CPPUNIT_ASSERT_EQUAL(name, findRoute("/models/" + name + "/speech").part);
        CPPUNIT_ASSERT(routeOf("/models/" + name + "/chat").access == Access::eitherUser);
        CPPUNIT_ASSERT(routeOf("/models/" + name + "/chat").face.sendError == kOurFace.sendError);
    }
}

SPEC(PathTable, has_no_model_without_a_name_or_with_a_path_for_one) {
    for (const std::string& path :
         {"/models//chat"s, "/models/a/b/chat"s, "/models/a//chat"s, "/models//a/chat"s, "/models/../chat/chat"s,
          "/models/a/chat/"s, "/models/a/chats"s, "/models/a/xchat"s, "/models/a/Chat"s, "/Models/a/chat"s,
          "x/models/a/chat"s, "/models/chat/stream/chat"s})
        assertNone(path);
}

SPEC(PathTable, has_no_path_that_is_nearly_a_documented_one) {
    for (const std::string& path : {"/auth/register"s, "/auth/login"s, "/textModel/chat"s, "/textModel/stream"s,
                                    "/voiceModel/chat"s, "/PictureToTextModel/chat"s, "/healthz"s}) {
        const std::string last = path.substr(path.rfind('/') + 1);
        const std::string first = path.substr(0, path.rfind('/'));
        for (const std::string& near :
             {path + "/", path + "//", "/" + path, path + "?", path + "?a=b", path + "#", path + " ", path + "\0"s,
              path + ".php", path.substr(1), first + "//" + last, first + "/./" + last, first + "%2f" + last,
              first + "%2F" + last, path.substr(0, path.size() - 1), path + "x"})
            assertNone(near);
    }
}

SPEC(PathTable, minds_the_case) {
    for (const std::string& path :
         {"/Auth/login"s, "/AUTH/LOGIN"s, "/textmodel/chat"s, "/TextModel/chat"s, "/textModel/Chat"s,
          "/picturetotextmodel/chat"s, "/pictureToTextModel/chat"s, "/Healthz"s})
        assertNone(path);
}

SPEC(PathTable, has_nothing_else) {
    for (const std::string& path : {""s, "/"s, "//"s, "*"s, "/auth"s, "/textModel"s, "/metrics"s, "/admin"s,
                                    "/healthz/ready"s, "/{model}"s, "/auth/../auth/login"s, std::string(100'000, '/')})
        assertNone(path);
}

}  // namespace
