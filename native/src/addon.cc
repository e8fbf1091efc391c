// The boundary to JavaScript: with realtime-binding.cc the only file that includes napi.h. Nothing here is global: every environment (main
// thread or worker) has its own class.
#include <napi.h>

#include <string>

#include "src/dispatch.h"
#include "src/program.h"
#include "src/realtime.h"
#include "src/realtime-binding.h"

namespace ganglion {
namespace {

// "load n:count tape:region …", as opSignatures in runtime/program/ops.ts.
const char* const signatures[OP_COUNT] = {
#define REGION(name) " " #name ":region"
#define TOPOLOGY(name) " " #name ":topology"
#define COUNT(name) " " #name ":count"
#define SCALAR(name) " " #name ":scalar"
#define DOUBLE(name) " " #name ":double"
#define OP(name, list) #name list,
#include "include/ops.def"
};

bool isWords(const Napi::Value& value) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint32_array;
}

bool isFloats(const Napi::Value& value) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array;
}

Words wordsOf(const Napi::Value& value) {
  const auto array = value.As<Napi::Uint32Array>();
  return {array.Data(), array.ElementLength()};
}

class NativeProgram : public Napi::ObjectWrap<NativeProgram> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeProgram", {
      InstanceMethod<&NativeProgram::run>("run"),
      InstanceMethod<&NativeProgram::settle>("settle"),
      InstanceMethod<&NativeProgram::waits>("waits"),
      InstanceMethod<&NativeProgram::dispose>("dispose"),
    });
  }

  // (floats, ops: a Uint32Array a phase, topology, schedule: [event offset, event ticks, period, event mask, block, threads], target)
  explicit NativeProgram(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeProgram>(info) {
    const Napi::Env env = info.Env();
    std::string reason;
    Source source;
    const KernelTable* kernels = nullptr;
    if (read(info, source)) kernels = choose(info[4].As<Napi::String>(), reason);
    else reason = "a program is (Float32Array, Uint32Array[8], Uint32Array, Uint32Array(6), string)";
    if (kernels != nullptr) program_ = Program::load(source, *kernels, reason);
    if (program_ == nullptr) {
      Napi::RangeError::New(env, reason).ThrowAsJavaScriptException();
      return;
    }
    arena_ = Napi::Persistent(info[0].As<Napi::Object>());
    keepInMemory(source.arena, source.length * sizeof *source.arena);
    napi_add_env_cleanup_hook(env, beforeExit, this);
  }

  void Finalize(Napi::Env env) override { napi_remove_env_cleanup_hook(env, beforeExit, this); }

 private:
  // A process may end, and its memory go, while a learner is at work.
  static void beforeExit(void* self) { static_cast<NativeProgram*>(self)->program_.reset(); }

  static bool read(const Napi::CallbackInfo& info, Source& source) {
    if (!isFloats(info[0]) || !info[1].IsArray() || !isWords(info[2]) || !isWords(info[3]) || !info[4].IsString()) return false;
    auto floats = info[0].As<Napi::Float32Array>();
    source.arena = floats.Data();
    source.length = floats.ElementLength();
    const auto phases = info[1].As<Napi::Array>();
    if (phases.Length() != PHASES) return false;
    for (uint32_t phase = 0; phase < PHASES; phase++) {
      const Napi::Value words = phases.Get(phase);
      if (!isWords(words)) return false;
      source.ops[phase] = wordsOf(words);
    }
    source.topology = wordsOf(info[2]);
    const Words schedule = wordsOf(info[3]);
    if (schedule.length != 6) return false;
    source.events = schedule.at[0];
    source.ticks = schedule.at[1];
    source.period = schedule.at[2];
    source.mask = schedule.at[3];
    source.block = schedule.at[4];
    source.threads = schedule.at[5];
    return true;
  }

  // (ticks) → status. The arena is shared memory, which is never detached, so its address stays good.
  Napi::Value run(const Napi::CallbackInfo& info) {
    uint32_t ticks = 0;
    if (napi_get_value_uint32(info.Env(), info[0], &ticks) != napi_ok || program_ == nullptr || ticks > program_->maxTicks()) {
      Napi::RangeError::New(info.Env(), program_ == nullptr ? "the program is disposed" : "at most maxTicks ticks required; compile with a larger maxTicks").ThrowAsJavaScriptException();
      return info.Env().Undefined();
    }
    return Napi::Number::New(info.Env(), program_->run(ticks));
  }

  void settle(const Napi::CallbackInfo&) {
    if (program_ != nullptr) program_->settle();
  }

  Napi::Value waits(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), program_ == nullptr ? 0 : program_->waits());
  }

  void dispose(const Napi::CallbackInfo&) {
    program_.reset();
    arena_.Reset();
  }

  std::unique_ptr<Program> program_;
  // Keeps the arena alive as long as the pointers into it.
  Napi::ObjectReference arena_;
};

// () → {signatures, targets, supported, softwareFma}: what was compiled in, what this machine runs, which targets lack hardware fma.
Napi::Value info(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  auto lines = Napi::Array::New(env, OP_COUNT);
  for (uint32_t code = 0; code < OP_COUNT; code++) lines.Set(code, signatures[code]);
  auto targets = Napi::Array::New(env), runnable = Napi::Array::New(env), software = Napi::Array::New(env);
  for (const KernelTable* table : tables()) {
    targets.Set(targets.Length(), table->target);
    if (supported(*table)) runnable.Set(runnable.Length(), table->target);
    if (!table->hardwareFma) software.Set(software.Length(), table->target);
  }
  auto result = Napi::Object::New(env);
  result.Set("signatures", lines);
  result.Set("targets", targets);
  result.Set("supported", runnable);
  result.Set("softwareFma", software);
  return result;
}

// (target or '') → {target} or {reason}.
Napi::Value chooseTarget(const Napi::CallbackInfo& call) {
  std::string reason;
  const std::string wanted = call[0].IsString() ? call[0].As<Napi::String>().Utf8Value() : "";
  const KernelTable* table = choose(wanted, reason);
  auto result = Napi::Object::New(call.Env());
  if (table != nullptr) result.Set("target", table->target);
  else result.Set("reason", reason);
  return result;
}

// (bytes: Uint8Array) → how many of its first bytes to skip to begin on a 64-byte line.
Napi::Value alignment(const Napi::CallbackInfo& call) {
  if (!call[0].IsTypedArray() || call[0].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    Napi::TypeError::New(call.Env(), "a Uint8Array is required").ThrowAsJavaScriptException();
    return call.Env().Undefined();
  }
  const auto address = reinterpret_cast<uintptr_t>(call[0].As<Napi::Uint8Array>().Data());
  constexpr uintptr_t line = 4 * LINE;
  return Napi::Number::New(call.Env(), double((line - address % line) % line));
}

// (target or '', rounds, floats?) → multiply-adds done in registers, or floats updated in place, so that the caller may time them.
Napi::Value probe(const Napi::CallbackInfo& call) {
  std::string reason;
  const KernelTable* table = call[0].IsString() ? choose(call[0].As<Napi::String>(), reason) : nullptr;
  uint32_t rounds = 0;
  const bool inMemory = isFloats(call[2]);
  if (table == nullptr || napi_get_value_uint32(call.Env(), call[1], &rounds) != napi_ok || !(inMemory || call[2].IsUndefined())) {
    Napi::RangeError::New(call.Env(), reason.empty() ? "(target, rounds, Float32Array?) required" : reason).ThrowAsJavaScriptException();
    return call.Env().Undefined();
  }
  if (!inMemory) {
    alignas(4 * LINE) float line[LINE] = {0.5f, 0.25f};
    return Napi::Number::New(call.Env(), table->multiplyAdds(rounds, line));
  }
  auto floats = call[2].As<Napi::Float32Array>();
  if (reinterpret_cast<uintptr_t>(floats.Data()) % (4 * LINE) != 0) {
    Napi::RangeError::New(call.Env(), "floats that begin on a 64-byte line required").ThrowAsJavaScriptException();
    return call.Env().Undefined();
  }
  return Napi::Number::New(call.Env(), table->updates(rounds, floats.Data(), floats.ElementLength()));
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("NativeProgram", NativeProgram::define(env));
  exports.Set("info", Napi::Function::New(env, info));
  exports.Set("choose", Napi::Function::New(env, chooseTarget));
  exports.Set("probe", Napi::Function::New(env, probe));
  exports.Set("alignment", Napi::Function::New(env, alignment));
  defineRealtime(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(ganglion, initialize)

}  // namespace ganglion
