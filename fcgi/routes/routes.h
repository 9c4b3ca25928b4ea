// The table of all paths.
#pragma once

#include "routes/router.h"

namespace aiproject {

struct Match {
    const Route* route = nullptr;
    std::string model;  // {model} of the path
};

// The path alone decides; nullptr when there is no such path.
Match findRoute(const std::string& path);

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
void openAiChat(Context& context);           // openai_routes.cpp
void openAiEmbeddings(Context& context);     // openai_embeddings.cpp
void openAiTranscription(Context& context);  // openai_audio.cpp
void openAiModels(Context& context);
void openAiModel(Context& context);
void health(Context& context);  // health_routes.cpp
void liveness(Context& context);

}  // namespace aiproject
