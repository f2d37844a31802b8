package dev.whetstone.kit.trace;

import dev.whetstone.contracts.LoopId;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a span says. Its attributes are names, ids and numbers of the loop, never text of a tenant
 * or of an end user.
 *
 * @param name from a bounded set
 * @param loop null where the work is for all loops of the tenant
 * @param startedAt null for now
 * @param parent null for a trace of its own
 * @param links at most {@link #MOST_LINKS}
 */
public record StageSpan(
    String name,
    SpanKind kind,
    String tenant,
    @Nullable String loop,
    @Nullable Instant startedAt,
    @Nullable TraceContext parent,
    List<TraceContext> links,
    Map<String, String> texts,
    Map<String, Long> numbers) {

  /** The limit of OpenTelemetry's SDK; it drops what exceeds it. */
  public static final int MOST_LINKS = 128;

  public StageSpan {
    if (links.size() > MOST_LINKS) {
      throw new IllegalArgumentException(
          "a span has at most %d links, this one has %d".formatted(MOST_LINKS, links.size()));
    }
    links = List.copyOf(links);
    texts = Map.copyOf(texts);
    numbers = Map.copyOf(numbers);
  }

  /** The work of a stage. */
  public static StageSpan of(String name, LoopId loop) {
    return of(name, SpanKind.INTERNAL, loop.tenant(), loop.loop());
  }

  /** The answer to a request. */
  public static StageSpan ofRequest(String name, String tenant, @Nullable String loop) {
    return of(name, SpanKind.SERVER, tenant, loop);
  }

  /** The consumption of messages. */
  public static StageSpan ofMessages(String name, LoopId loop) {
    return of(name, SpanKind.CONSUMER, loop.tenant(), loop.loop());
  }

  private static StageSpan of(String name, SpanKind kind, String tenant, @Nullable String loop) {
    return new StageSpan(name, kind, tenant, loop, null, null, List.of(), Map.of(), Map.of());
  }

  public StageSpan startedAt(Instant start) {
    return new StageSpan(name, kind, tenant, loop, start, parent, links, texts, numbers);
  }

  /** Empty for a trace of its own. */
  public StageSpan childOf(Optional<TraceContext> other) {
    return new StageSpan(
        name, kind, tenant, loop, startedAt, other.orElse(null), links, texts, numbers);
  }

  public StageSpan linkedTo(List<TraceContext> others) {
    return new StageSpan(name, kind, tenant, loop, startedAt, parent, others, texts, numbers);
  }

  public StageSpan with(String attribute, String value) {
    Map<String, String> more = new LinkedHashMap<>(texts);
    more.put(attribute, value);
    return new StageSpan(name, kind, tenant, loop, startedAt, parent, links, more, numbers);
  }

  public StageSpan with(String attribute, long value) {
    Map<String, Long> more = new LinkedHashMap<>(numbers);
    more.put(attribute, value);
    return new StageSpan(name, kind, tenant, loop, startedAt, parent, links, texts, more);
  }
}
