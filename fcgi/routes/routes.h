// The table of all paths.
#pragma once

#include "routes/router.h"

namespace aiproject {

struct Match {
    const Route* route = nullptr;
    std::string part;  // what the path has for {model}, {id} or {code}
};

struct AllRoutes {
    const Route* first;
    const Route* last;  // behind the last
    const Route* begin() const noexcept { return first; }
    const Route* end() const noexcept { return last; }
};
AllRoutes allRoutes();

// The path alone decides whether there is one: nullptr when there is no such path. Of several rows with that path it is
// the one that takes the method, else the first.
Match findRoute(const std::string& path, std::string_view method = {});
// That a path takes which there is: "GET, HEAD, POST, OPTIONS".
std::string methodsAt(const std::string& path);
bool takesMethod(const Route& route, std::string_view method) noexcept;

// The handlers, by the file they live in.
void registerUser(Context& context);  // account_routes.cpp
void login(Context& context);
void showUser(Context& context);
void changePassword(Context& context);
void rotateUuid(Context& context);
void redeemInvitation(Context& context);
void handleKeys(Context& context);  // key_routes.cpp
void revokeKey(Context& context);
void chatText(Context& context);  // text_routes.cpp
void streamText(Context& context);
void chatVoice(Context& context);  // media_routes.cpp
void chatPicture(Context& context);
void chatModel(Context& context);  // model_routes.cpp
void streamModel(Context& context);
void speakModel(Context& context);
void openAiChat(Context& context);           // openai_routes.cpp
void openAiEmbeddings(Context& context);     // openai_embeddings.cpp
void openAiTranscription(Context& context);  // openai_audio.cpp
void openAiSpeech(Context& context);         // speech.cpp
void openAiModels(Context& context);
void openAiModel(Context& context);
void signIn(Context& context);  // session_routes.cpp
void showSession(Context& context);
void signOut(Context& context);
void listSessions(Context& context);
void endSession(Context& context);
void endOtherSessions(Context& context);
void listOwnKeys(Context& context);  // admin_key_routes.cpp
void addOwnKey(Context& context);
void revokeOwnKey(Context& context);
void listAllKeys(Context& context);
void addKeyOfUser(Context& context);
void revokeAnyKey(Context& context);
void listUsers(Context& context);  // admin_user_routes.cpp
void showAccount(Context& context);
void addUser(Context& context);
void grantUser(Context& context);
void disableUser(Context& context);
void enableUser(Context& context);
void rotateUser(Context& context);
void setPasswordOfUser(Context& context);
void deleteUser(Context& context);
void listInvitations(Context& context);  // admin_invitation_routes.cpp
void makeInvitations(Context& context);
void revokeInvitation(Context& context);
void showOwnUsage(Context& context);  // admin_record_routes.cpp
void showUsage(Context& context);
void listLedger(Context& context);
void listAudit(Context& context);
void showModels(Context& context);  // admin_host_routes.cpp
void showStatus(Context& context);
void reloadAll(Context& context);
void health(Context& context);  // health_routes.cpp
void liveness(Context& context);

}  // namespace aiproject
