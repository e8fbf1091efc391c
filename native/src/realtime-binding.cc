// Time and scheduling for JavaScript: times are ms there, as everywhere in it, and ns here.
#include "src/realtime-binding.h"

#include <memory>
#include <string>

#include "src/realtime.h"

namespace ganglion {
namespace {

// Of what is no time at all, a time that has passed; beyond 73 years, those.
int64_t nanoseconds(const Napi::Value& ms) {
  constexpr double most = double(int64_t(1) << 61);
  const double ns = ms.As<Napi::Number>().DoubleValue() * 1e6;
  return ns >= most ? int64_t(most) : ns >= -most ? int64_t(ns) : -int64_t(most);
}

Napi::Number milliseconds(Napi::Env env, int64_t ns) { return Napi::Number::New(env, double(ns) / 1e6); }

bool numbers(const Napi::CallbackInfo& info, size_t from, size_t count) {
  for (size_t k = from; k < from + count; k++) {
    if (!info[k].IsNumber()) return false;
  }
  return true;
}

bool isArray(const Napi::Value& value, napi_typedarray_type type) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == type;
}

Napi::Value refuse(Napi::Env env, const std::string& reason) {
  Napi::RangeError::New(env, reason).ThrowAsJavaScriptException();
  return env.Undefined();
}

Napi::Value now(const Napi::CallbackInfo& info) { return milliseconds(info.Env(), monotonicTime()); }

// (Float64Array): writes the time into its first element, so that reading it leaves no number on the heap
Napi::Value stamp(const Napi::CallbackInfo& info) {
  if (!isArray(info[0], napi_float64_array) || info[0].As<Napi::Float64Array>().ElementLength() == 0) {
    return refuse(info.Env(), "(Float64Array) with an element required");
  }
  info[0].As<Napi::Float64Array>().Data()[0] = double(monotonicTime()) / 1e6;
  return info.Env().Undefined();
}

// (deadline, spin) → time
Napi::Value wait(const Napi::CallbackInfo& info) {
  if (!numbers(info, 0, 2)) return refuse(info.Env(), "(deadline, spin) in ms required");
  return milliseconds(info.Env(), waitUntil(nanoseconds(info[0]), nanoseconds(info[1])));
}

// (start, period, Int32Array of lateness in ns)
Napi::Value loop(const Napi::CallbackInfo& info) {
  if (!numbers(info, 0, 2) || !isArray(info[2], napi_int32_array)) return refuse(info.Env(), "(start, period, Int32Array) required");
  auto lateness = info[2].As<Napi::Int32Array>();
  sleepLoop(nanoseconds(info[0]), nanoseconds(info[1]), lateness.Data(), lateness.ElementLength());
  return info.Env().Undefined();
}

// (priority, cpu, lock, whether only to try) → {priority, cpu, lock}: '' or why not
Napi::Value setSchedule(const Napi::CallbackInfo& info) {
  if (!numbers(info, 0, 2) || !info[2].IsBoolean() || !info[3].IsBoolean()) {
    return refuse(info.Env(), "(priority, cpu, lock, try) required");
  }
  const Scheduling asked = {info[0].As<Napi::Number>().Int32Value(), info[1].As<Napi::Number>().Int32Value(), info[2].As<Napi::Boolean>().Value()};
  const Obtained obtained = info[3].As<Napi::Boolean>().Value() ? trySchedule(asked) : schedule(asked);
  auto result = Napi::Object::New(info.Env());
  result.Set("priority", obtained.priority);
  result.Set("cpu", obtained.cpu);
  result.Set("lock", obtained.lock);
  return result;
}

class Counter : public Napi::ObjectWrap<Counter> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "SharedCounter", {InstanceMethod<&Counter::store>("store"), InstanceMethod<&Counter::observe>("observe")});
  }

  // (path)
  explicit Counter(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Counter>(info) {
    std::string reason = "the path of a file is required";
    if (info[0].IsString()) counter_.reset(SharedCounter::open(info[0].As<Napi::String>(), reason));
    if (counter_ == nullptr) refuse(info.Env(), reason);
  }

 private:
  void store(const Napi::CallbackInfo& info) {
    if (info[0].IsNumber()) counter_->store(info[0].As<Napi::Number>().Int64Value());
  }

  // (Float64Array before, Float64Array after, pause, until): see SharedCounter::observe; ms
  Napi::Value observe(const Napi::CallbackInfo& info) {
    if (!isArray(info[0], napi_float64_array) || !isArray(info[1], napi_float64_array) || !numbers(info, 2, 2)) {
      return refuse(info.Env(), "(Float64Array, Float64Array, pause, until) required");
    }
    auto before = info[0].As<Napi::Float64Array>(), after = info[1].As<Napi::Float64Array>();
    const size_t count = before.ElementLength() < after.ElementLength() ? before.ElementLength() : after.ElementLength();
    counter_->observe(before.Data(), after.Data(), count, nanoseconds(info[2]), nanoseconds(info[3]));
    return info.Env().Undefined();
  }

  std::unique_ptr<SharedCounter> counter_;
};

}  // namespace

void defineRealtime(Napi::Env env, Napi::Object exports) {
  exports.Set("now", Napi::Function::New(env, now));
  exports.Set("stamp", Napi::Function::New(env, stamp));
  exports.Set("wait", Napi::Function::New(env, wait));
  exports.Set("loop", Napi::Function::New(env, loop));
  exports.Set("schedule", Napi::Function::New(env, setSchedule));
  exports.Set("SharedCounter", Counter::define(env));
}

}  // namespace ganglion
