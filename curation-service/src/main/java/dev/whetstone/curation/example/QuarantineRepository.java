package dev.whetstone.curation.example;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of examples in quarantine. */
@ApplicationScoped
public class QuarantineRepository {
  /** Rows of a cursor in memory. */
  private static final int FETCH = 20;

  /** Characters of text on one page; the rest is on the next. */
  private static final long MOST_TEXT = 8L << 20;

  private final Sql sql;

  public QuarantineRepository(Sql sql) {
    this.sql = sql;
  }

  /** A place in the list: behind the row with this deadline and row id. */
  public record Place(Instant deadline, String rowId) {}

  /** Some rows of the list, and whether there are more. */
  public record Page(List<StoredExample> examples, boolean more) {
    public Page {
      examples = List.copyOf(examples);
    }
  }

  /**
   * Quarantined examples that still have their text, earliest deadline first, in the caller's
   * transaction.
   *
   * @param after null for the first page
   */
  public Page page(LoopId loop, @Nullable Place after, int limit) {
    List<StoredExample> examples = new ArrayList<>();
    long[] left = {MOST_TEXT};
    boolean[] more = {false};
    sql.scan(
        """
        select * from example
        where tenant = ? and loop = ? and state = 'quarantined' and body is not null
          and (deadline, row_id) > (coalesce(?::timestamptz, '-infinity'), ?)
        order by deadline, row_id limit ?
        """,
        FETCH,
        row -> {
          left[0] -= row.getString("body").length();
          more[0] = examples.size() == limit || (!examples.isEmpty() && left[0] < 0);
          if (!more[0]) {
            examples.add(ExampleRepository.read(row));
          }
          return !more[0];
        },
        loop.tenant(),
        loop.loop(),
        after == null ? null : after.deadline(),
        after == null ? "" : after.rowId(),
        limit + 1);
    return new Page(examples, more[0]);
  }

  /** Releases quarantined examples to the next cut. */
  public void release(Collection<String> rowIds, Instant deadline) {
    sql.update(
        """
        update example set state = 'ready', reason = null, detail = null, deadline = ?, released = true,
          version = version + 1
        where row_id = any(?) and state = 'quarantined'
        """,
        deadline,
        rowIds);
  }
}
