package dev.whetstone.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Sends single demonstrations at a steady rate and measures the time from 202 to a fate. */
final class FateLatency {
  private static final Duration BETWEEN = Duration.ofMillis(250);
  private static final Duration POLL = Duration.ofMillis(20);

  /** A fate that takes longer counts as this long. */
  private static final Duration GIVE_UP = Duration.ofMinutes(3);

  private final ApiClient api;
  private final String loop;
  private final AtomicInteger sent = new AtomicInteger();

  FateLatency(ApiClient api, String loop) {
    this.api = api;
    this.loop = loop;
  }

  /**
   * Times in milliseconds, sorted.
   *
   * @param unknown how many had no fate in time
   */
  record Times(List<Double> sorted, int unknown) {
    Times {
      sorted = List.copyOf(sorted);
    }

    /** The nearest-rank percentile; not a number without a measurement. */
    double percentile(double share) {
      if (sorted.isEmpty()) {
        return Double.NaN;
      }
      int rank = (int) Math.ceil(share * sorted.size());
      return sorted.get(Math.clamp(rank - 1L, 0, sorted.size() - 1));
    }
  }

  /** Measures for a time, and waits for the last fate. */
  Times measure(Duration time) {
    ConcurrentLinkedQueue<Double> millis = new ConcurrentLinkedQueue<>();
    AtomicInteger unknown = new AtomicInteger();
    long end = System.nanoTime() + time.toNanos();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      while (System.nanoTime() < end) {
        threads.execute(() -> one(millis, unknown));
        LockSupport.parkNanos(BETWEEN.toNanos());
      }
    }
    double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new Times(Arrays.stream(sorted).boxed().toList(), unknown.get());
  }

  private void one(ConcurrentLinkedQueue<Double> millis, AtomicInteger unknown) {
    int n = sent.incrementAndGet();
    String id = loop + "-" + n;
    ApiReply taken =
        api.post(StackComponent.INGEST, "/v1/loops/" + loop + "/feedback", demonstration(id, n));
    if (!taken.isOk()) {
      unknown.incrementAndGet();
      return;
    }
    long accepted = System.nanoTime();
    while (System.nanoTime() - accepted < GIVE_UP.toNanos()) {
      if (api.get(StackComponent.CURATION, "/v1/loops/" + loop + "/fates?id=" + id).isOk()) {
        millis.add((System.nanoTime() - accepted) / 1e6);
        return;
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    unknown.incrementAndGet();
    millis.add((double) GIVE_UP.toMillis());
  }

  private static ObjectNode demonstration(String id, int n) {
    ObjectNode item =
        ApiClient.JSON
            .createObjectNode()
            .put("id", id)
            .put("kind", "demonstration")
            .put("endUser", "user-" + n);
    item.putObject("request")
        .putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", "What does part %d of catalogue %d cost?".formatted(n, n * 31));
    item.putObject("response")
        .put("role", "assistant")
        .put("content", "Part %d costs %d euros including delivery.".formatted(n, n * 7));
    return item;
  }
}
