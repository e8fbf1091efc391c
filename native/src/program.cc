#include "src/program.h"

#include <cstring>

#include "src/op-checks.h"
#include "src/parts.h"

namespace ganglion {

namespace {

constexpr uint32_t MAX_THREADS = 64;

const char* const phaseNames[PHASES] = {"forward", "learn", "handover", "backward", "fold", "label", "update", "guard", "reset"};

const char* const opNames[OP_COUNT] = {
#define REGION(name)
#define TOPOLOGY(name)
#define COUNT(name)
#define SCALAR(name)
#define DOUBLE(name)
#define OP(name, list) #name,
#include "include/ops.def"
};

}  // namespace

// Reads the words of one phase into steps. Every region begins on a line behind the header and ends in the arena; the
// regions of one op do not overlap, which is what __restrict in the kernels says.
class Program::Decoder {
 public:
  Decoder(const Source& source, const std::vector<uint32_t>& topology, std::string& reason)
      : source_(source), topology_(topology), reason_(reason) {}

  // `rows` is what the row of a moment stays below.
  bool decode(Words words, uint32_t rows, const KernelTable& kernels, std::vector<Step>& steps) {
    rows_ = rows;
    at_ = words.at;
    end_ = words.at + words.length;
    while (at_ < end_) {
      const uint32_t code = *at_++;
      if (code >= OP_COUNT) {
        reason_ = "op " + std::to_string(steps.size()) + ": no op has code " + std::to_string(code);
        return false;
      }
      Step step;
      std::memset(&step, 0, sizeof step);
      step.run = kernels.ops[code];
      regions_ = 0;
      read(code, step.operands, step.parts);
      if (!reason_.empty()) {
        reason_ = "op " + std::to_string(steps.size()) + " (" + opNames[code] + "): " + reason_;
        return false;
      }
      steps.push_back(step);
    }
    return true;
  }

 private:
  void read(uint32_t code, Operands& operands, uint32_t& parts) {
    switch (code) {
#define REGION(name) read(#name, o.name);
#define TOPOLOGY(name) read(#name, o.name);
#define COUNT(name) read(#name, o.name);
#define SCALAR(name) read(#name, o.name);
#define DOUBLE(name) read(#name, o.name);
#define OP(name, list)                           \
  case code_##name: {                            \
    operands::name& o = operands.name;           \
    list;                                        \
    if (!reason_.empty()) return;                \
    Checks checks(rows_, reason_);               \
    check(o, checks);                            \
    parts = partsOf(o);                          \
    return;                                      \
  }
#include "include/ops.def"
      default:
        return;
    }
  }

  bool take(const char* operand, void* to, size_t words) {
    if (!reason_.empty()) return false;
    if (size_t(end_ - at_) < words) {
      reason_ = std::string(operand) + " is missing";
      return false;
    }
    std::memcpy(to, at_, words * 4);
    at_ += words;
    return true;
  }

  void read(const char* operand, uint32_t& count) { take(operand, &count, 1); }
  void read(const char* operand, float& scalar) { take(operand, &scalar, 1); }
  void read(const char* operand, double& value) { take(operand, &value, 2); }

  void read(const char* operand, Topology& region) {
    uint32_t block[2];
    if (!take(operand, block, 2)) return;
    if (uint64_t(block[0]) + block[1] > topology_.size()) {
      reason_ = std::string(operand) + " within the topology required";
      return;
    }
    region = {topology_.data() + block[0], block[1]};
  }

  void read(const char* operand, Region& region) {
    uint32_t block[2];
    if (!take(operand, block, 2)) return;
    const auto [offset, length] = block;
    if (offset < LINE || offset % LINE != 0) {
      reason_ = std::string(operand) + " beginning on a line behind the header required";
    } else if (uint64_t(offset) + length > source_.length) {
      reason_ = std::string(operand) + " within the arena required";
    }
    for (uint32_t other = 0; other < regions_ && reason_.empty(); other++) {
      const bool apart = uint64_t(offset) + length <= offsets_[other] || uint64_t(offsets_[other]) + lengths_[other] <= offset;
      if (!apart) reason_ = std::string(operand) + " apart from the op's other regions required";
    }
    if (!reason_.empty()) return;
    offsets_[regions_] = offset;
    lengths_[regions_] = length;
    regions_++;
    region = {source_.arena + offset, length};
  }

  // The most operands that an op has: offsets_ and lengths_ hold its regions.
#define REGION(name) +1
#define TOPOLOGY(name) +1
#define COUNT(name) +1
#define SCALAR(name) +1
#define DOUBLE(name) +1
#define OP(name, list) static_assert(0 list <= 16, #name " has more operands than a decoder keeps");
#include "include/ops.def"
  static constexpr uint32_t MAX_REGIONS = 16;

  const Source& source_;
  const std::vector<uint32_t>& topology_;
  std::string& reason_;
  const uint32_t* at_ = nullptr;
  const uint32_t* end_ = nullptr;
  uint32_t offsets_[MAX_REGIONS], lengths_[MAX_REGIONS], regions_ = 0, rows_ = 0;
};

std::unique_ptr<Program> Program::load(const Source& source, const KernelTable& kernels, std::string& reason) {
  if (reinterpret_cast<uintptr_t>(source.arena) % (4 * LINE) != 0) {
    reason = "an arena that begins on a 64-byte line required";
  } else if (source.length < LINE) {
    reason = "an arena of at least one line required";
  } else if (source.threads < 1 || source.threads > MAX_THREADS) {
    reason = "1 to " + std::to_string(MAX_THREADS) + " threads required";
  } else if (source.ticks == 0 || source.events < LINE || uint64_t(source.events) + source.ticks > source.length) {
    reason = "an event tape of at least one tick within the arena required";
  }
  if (reason.empty() && source.ops[BACKWARD].length > 0 && source.block > MAX_WINDOW) {
    reason = "a window of at most " + std::to_string(MAX_WINDOW) + " ticks required";
  }
  if (!reason.empty()) return nullptr;

  auto program = std::make_unique<Program>();
  program->topology_.assign(source.topology.at, source.topology.at + source.topology.length);
  Decoder decoder(source, program->topology_, reason);
  for (uint32_t phase = 0; phase < PHASES; phase++) {
    const uint32_t rows = phase == BACKWARD ? source.block : source.ticks;
    if (!decoder.decode(source.ops[phase], rows, kernels, program->steps_[phase])) {
      reason = std::string("phase ") + phaseNames[phase] + ", " + reason;
      return nullptr;
    }
  }
  program->header_ = reinterpret_cast<uint32_t*>(source.arena);
  program->events_ = program->header_ + source.events;
  program->ticks_ = source.ticks;
  program->period_ = source.period;
  program->mask_ = source.mask;
  program->block_ = source.block;
  const auto& steps = program->steps_;
  const size_t most = steps[HANDOVER].size() + steps[FOLD].size() + steps[UPDATE].size();
  if (source.threads > 1 || !program->steps_[HANDOVER].empty()) program->learner_ = std::make_unique<Learner>(source.threads - 1, most);
  return program;
}

void Program::settle() {
  if (learner_ != nullptr) learner_->finish();
}

// The ticks since the last fold, the last one first.
void Program::backward(const Moment& now) {
  if (steps_[BACKWARD].empty()) return;
  const uint32_t ticks = header_[header::sinceFold];
  Moment then = now;
  for (then.row = ticks < block_ ? ticks : block_; then.row-- > 0;) perform(BACKWARD, then);
}

// What the last block left goes on before anything of it is touched. The update follows here where a learner works beside the ticks.
void Program::fold(const Moment& now, bool due, bool wait) {
  const bool beside = !steps_[HANDOVER].empty();
  if (learner_ != nullptr) {
    if (learner_->finish()) waits_++;
    learner_->start(now, &steps_[HANDOVER], nullptr);
    learner_->finish();
    backward(now);
    learner_->start(now, &steps_[FOLD], beside && due ? &steps_[UPDATE] : nullptr);
    if (wait || !beside) learner_->finish();
  } else {
    backward(now);
    perform(FOLD, now);
  }
  header_[header::sinceFold] = 0;
}

void Program::update(const Moment& now) {
  if (!steps_[HANDOVER].empty()) return;
  if (learner_ == nullptr) {
    perform(UPDATE, now);
    return;
  }
  learner_->start(now, &steps_[UPDATE], nullptr);
  learner_->finish();
}

// Twin of run() in runtime/reference/backend.ts.
uint32_t Program::run(uint32_t ticks) {
  uint32_t* const words = header_;
  const auto at = [&](uint32_t row) { return Moment{words[header::tick], row, words, 0, 1}; };
  if (words[header::learning] == 0 && words[header::sinceFold] != 0) fold(at(0), false, true);
  for (uint32_t row = 0; row < ticks; row++) {
    const Moment now = at(row);
    const uint32_t event = events_[row];
    perform(FORWARD, now);
    if (words[header::learning] != 0) {
      perform(LEARN, now);
      words[header::sinceUpdate]++;
      words[header::sinceFold]++;
      const bool due = period_ > 0 ? words[header::sinceUpdate] >= period_ : (event & mask_) != 0;
      if (due || event != 0 || words[header::sinceFold] >= block_) fold(now, due, event != 0);
      if ((event & LABEL_EVENT) != 0) perform(LABEL, now);
      if (due) {
        update(now);
        words[header::sinceUpdate] = 0;
        words[header::updates]++;
      }
    }
    perform(GUARD, now);
    // A little of the learner's work is done at every tick of the next block.
    if (learner_ != nullptr && words[header::learning] != 0) {
      const uint32_t since = words[header::sinceFold];
      learner_->spread(since < block_ ? block_ - since : 1);
    }
    if ((event & EPISODE_END) != 0) perform(RESET, now);
    words[header::tick] = now.tick + 1;
  }
  return words[header::status];
}

}  // namespace ganglion
