package dev.whetstone.kit.trace;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The trace contexts that later stages name as their parent or link to. Only those whose spans are
 * exported are stored.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class TraceContextRepository {
  private static final String INSERT =
      """
      insert into trace_context (tenant, loop, kind, subject, traceparent, recorded_at)
      values (?, ?, ?, ?, ?, ?)
      on conflict (tenant, loop, kind, subject) do
      """;
  private static final String DELETE_OLD =
      """
      delete from trace_context where (tenant, loop, kind, subject) in
        (select tenant, loop, kind, subject from trace_context where recorded_at < ?
         order by recorded_at limit ?)
      """;

  private final Sql sql;
  private final Clock clock;

  public TraceContextRepository(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /** Stores the context of a stage, in place of an earlier one of the same subject. */
  public void put(TraceSubject subject, TraceContext context) {
    sql.update(INSERT + " update set traceparent = excluded.traceparent", row(subject, context));
  }

  /** Stores contexts that events brought along; the first of a subject stays. */
  public void addAll(Map<TraceSubject, TraceContext> contexts) {
    sql.updateAll(
        INSERT + " nothing",
        contexts.entrySet().stream().map(each -> row(each.getKey(), each.getValue())).toList());
  }

  private Object[] row(TraceSubject subject, TraceContext context) {
    return new Object[] {
      subject.loop().tenant(),
      subject.loop().loop(),
      subject.kind().wireName(),
      subject.id(),
      context.text(),
      clock.instant()
    };
  }

  public Optional<TraceContext> find(TraceSubject subject) {
    return sql.first(
            """
            select traceparent from trace_context
            where tenant = ? and loop = ? and kind = ? and subject = ?
            """,
            row -> row.getString(1),
            subject.loop().tenant(),
            subject.loop().loop(),
            subject.kind().wireName(),
            subject.id())
        .flatMap(TraceContext::parse);
  }

  /**
   * Different contexts of these subjects, the same ones for the same rows.
   *
   * @param most returned
   */
  public List<TraceContext> of(
      LoopId loop, TraceSubject.Kind kind, Collection<String> ids, int most) {
    return sql
        .query(
            """
            select distinct traceparent from trace_context
            where tenant = ? and loop = ? and kind = ? and subject = any(?)
            order by traceparent limit ?
            """,
            row -> row.getString(1),
            loop.tenant(),
            loop.loop(),
            kind.wireName(),
            ids,
            most)
        .stream()
        .flatMap(text -> TraceContext.parse(text).stream())
        .toList();
  }

  /** Forgets which traces subjects belong to. */
  public void forget(LoopId loop, TraceSubject.Kind kind, Collection<String> ids) {
    sql.update(
        "delete from trace_context where tenant = ? and loop = ? and kind = ? and subject = any(?)",
        loop.tenant(),
        loop.loop(),
        kind.wireName(),
        ids);
  }

  /** Deletes at most so many of the oldest in a transaction of its own; answers how many. */
  int deleteOlderThan(Instant before, int most) {
    return sql.updateInNewTransaction(DELETE_OLD, before, most);
  }
}
