package dev.whetstone.ingest.loops;

import dev.whetstone.contracts.LoopId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The declared loops, in memory; {@link LoopsConsumer} updates them. */
@ApplicationScoped
public class KnownLoops {
  private final Set<LoopId> loops = ConcurrentHashMap.newKeySet();
  private volatile boolean caughtUp;

  /** Whether the topic was read up to the end that it had when the service started. */
  public boolean caughtUp() {
    return caughtUp;
  }

  public boolean contains(LoopId loop) {
    return loops.contains(loop);
  }

  /** A tenant's loops, by name. */
  public List<LoopId> of(String tenant) {
    return loops.stream()
        .filter(loop -> loop.tenant().equals(tenant))
        .sorted(Comparator.comparing(LoopId::loop))
        .toList();
  }

  void add(LoopId loop) {
    loops.add(loop);
  }

  void remove(LoopId loop) {
    loops.remove(loop);
  }

  void markCaughtUp() {
    caughtUp = true;
  }
}
