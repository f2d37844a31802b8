package dev.whetstone.curation.example;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.curation.count.CountKind;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.curation.example.PoolCounts.Group;
import dev.whetstone.curation.example.PoolCounts.Recent;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The examples that wait for a batch. How many there are is answered from counters and the ends of
 * indexes, whatever their number; their text is read through a cursor and within a budget.
 */
@ApplicationScoped
public class ReadyPoolRepository {
  /** Rates are computed from so many of the newest examples at most. */
  private static final int MOST_RECENT = 2_000;

  /** Rows of a cursor in memory. The text of one example can have almost a megabyte. */
  private static final int FETCH = 20;

  private final Sql sql;
  private final LoopCountRepository counts;

  public ReadyPoolRepository(Sql sql, LoopCountRepository counts) {
    this.sql = sql;
    this.counts = counts;
  }

  /**
   * Counts the examples in the given states.
   *
   * @param recentFrom rates are computed from examples received after this time
   * @param tags which of these occur is looked up
   */
  public PoolCounts counts(
      LoopId loop, Instant recentFrom, Collection<String> tags, ExampleState... states) {
    String[] names = names(states);
    Map<Group, Integer> waiting = new HashMap<>();
    counts
        .of(loop, CountKind.EXAMPLE, names)
        .forEach(one -> waiting.merge(group(one.form(), one.split()), (int) one.n(), Integer::sum));
    Map<Group, Recent> recent = new HashMap<>();
    for (String state : names) {
      recent(loop, state, recentFrom).forEach((group, one) -> recent.merge(group, one, JOINED));
    }
    Instant oldest =
        Arrays.stream(names)
            .map(state -> oldest(loop, state))
            .flatMap(Optional::stream)
            .min(Instant::compareTo)
            .orElse(null);
    return new PoolCounts(waiting, recent, oldest, counts.presentTags(loop, tags, names));
  }

  private Map<Group, Recent> recent(LoopId loop, String state, Instant from) {
    Map<Group, Recent> recent = new HashMap<>();
    sql.query(
            """
            select form, split, count(*) as n, min(received_at) as first from (
              select form, split, received_at from example
              where tenant = ? and loop = ? and state = ? and received_at > ?
              order by received_at desc, row_id desc limit ?) as newest
            group by 1, 2
            """,
            row ->
                Map.entry(
                    group(row.getString("form"), row.getString("split")),
                    new Recent(row.getInt("n"), Objects.requireNonNull(Sql.instant(row, "first")))),
            loop.tenant(),
            loop.loop(),
            state,
            from,
            MOST_RECENT)
        .forEach(entry -> recent.put(entry.getKey(), entry.getValue()));
    return recent;
  }

  private Optional<Instant> oldest(LoopId loop, String state) {
    return sql.first(
        """
        select received_at from example where tenant = ? and loop = ? and state = ?
        order by received_at, row_id limit 1
        """,
        row -> Objects.requireNonNull(Sql.instant(row, "received_at")),
        loop.tenant(),
        loop.loop(),
        state);
  }

  /** When the newest ready example was formed; null when there is none. */
  public @Nullable Instant newestFormed(LoopId loop) {
    return sql.first(
            """
            select formed_at from example where tenant = ? and loop = ? and state = 'ready'
            order by formed_at desc limit 1
            """,
            row -> Objects.requireNonNull(Sql.instant(row, "formed_at")),
            loop.tenant(),
            loop.loop())
        .orElse(null);
  }

  /** Examples that fit a budget. */
  public record Window(List<StoredExample> examples, boolean complete) {
    public Window {
      examples = List.copyOf(examples);
    }
  }

  /**
   * The examples in a state that wait longest, as many as fit, in the caller's transaction. At
   * least one, however large it is.
   *
   * @param most number of examples
   * @param characters of their text
   */
  public Window oldest(LoopId loop, ExampleState state, int most, long characters) {
    return read(loop, state, most, characters, "order by received_at, row_id");
  }

  /** The newest examples in a state, as many as fit, in the caller's transaction. */
  public Window newest(LoopId loop, ExampleState state, int most, long characters) {
    return read(loop, state, most, characters, "order by received_at desc, row_id desc");
  }

  private Window read(LoopId loop, ExampleState state, int most, long characters, String order) {
    List<StoredExample> read = new ArrayList<>();
    long[] left = {characters};
    boolean[] complete = {true};
    sql.scan(
        "select * from example where tenant = ? and loop = ? and state = ? " + order + " limit ?",
        FETCH,
        row -> {
          String body = row.getString("body");
          left[0] -= body == null ? 0 : body.length();
          if (!read.isEmpty() && (read.size() == most || left[0] < 0)) {
            complete[0] = false;
            return false;
          }
          read.add(ExampleRepository.read(row));
          return true;
        },
        loop.tenant(),
        loop.loop(),
        state.wireName(),
        most + 1);
    return new Window(read, complete[0]);
  }

  /**
   * Locks rows until the transaction ends; the versions of those that are still ready, by row id.
   */
  public Map<String, Long> lockReady(Collection<String> rowIds) {
    Map<String, Long> versions = new HashMap<>();
    sql.query(
            """
            select row_id, version from example where row_id = any(?) and state = 'ready'
            order by row_id for update
            """,
            row -> Map.entry(row.getString(1), row.getLong(2)),
            rowIds)
        .forEach(entry -> versions.put(entry.getKey(), entry.getValue()));
    return versions;
  }

  private static final java.util.function.BinaryOperator<Recent> JOINED =
      (one, other) ->
          new Recent(
              one.n() + other.n(),
              one.first().isBefore(other.first()) ? one.first() : other.first());

  private static Group group(String form, String split) {
    return new Group(Form.valueOf(form.toUpperCase(Locale.ROOT)), ExampleRepository.split(split));
  }

  private static String[] names(ExampleState... states) {
    return Arrays.stream(states).map(ExampleState::wireName).toArray(String[]::new);
  }
}
