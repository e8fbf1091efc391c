#pragma once

#include <napi.h>

namespace ganglion {

// Adds what realtime.h offers to the exports of the addon.
void defineRealtime(Napi::Env env, Napi::Object exports);

}  // namespace ganglion
