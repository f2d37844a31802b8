package dev.whetstone.eval.answer;

import dev.whetstone.contracts.LoopId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the answers that this process has collected. For display only. */
@ApplicationScoped
public class AnswerProgress {
  private final Map<LoopId, Counter> counters = new ConcurrentHashMap<>();

  /**
   * @param done answers collected
   * @param total answers needed
   */
  public record Count(long done, long total) {}

  private record Counter(AtomicLong done, long total) {}

  public Optional<Count> of(LoopId loop) {
    return Optional.ofNullable(counters.get(loop))
        .map(counter -> new Count(counter.done().get(), counter.total()));
  }

  void begin(LoopId loop, long done, long total) {
    counters.put(loop, new Counter(new AtomicLong(done), total));
  }

  void step(LoopId loop) {
    Counter counter = counters.get(loop);
    if (counter != null) {
      counter.done().incrementAndGet();
    }
  }

  void end(LoopId loop) {
    counters.remove(loop);
  }
}
