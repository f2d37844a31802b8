package dev.whetstone.training.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Selects the rows that a run trains on: newest and best first, up to a cap. It takes the batches
 * one after the other, newest first, so that only one of them is in memory at a time.
 */
public final class ExampleSelection {
  private final Set<String> seen;
  private int room;

  /**
   * @param withdrawn example ids to leave out
   * @param cap examples over all batches
   */
  public ExampleSelection(Set<String> withdrawn, int cap) {
    this.seen = new HashSet<>(withdrawn);
    this.room = cap;
  }

  /**
   * One row, identified by its example.
   *
   * @param weight its sample weight; greater for better examples
   */
  public record Row(String exampleId, double weight) {}

  /** Whether an older batch could still add something. */
  public boolean hasRoom() {
    return room > 0;
  }

  /**
   * Takes the next older batch and answers the example ids to keep of it. An example that several
   * batches hold is kept in the newest of them only.
   */
  public Set<String> take(List<Row> rows) {
    List<Row> fresh = new ArrayList<>();
    for (Row row : rows) {
      if (seen.add(row.exampleId())) {
        fresh.add(row);
      }
    }
    Set<String> chosen = best(fresh, room);
    room -= chosen.size();
    return chosen;
  }

  private static Set<String> best(List<Row> rows, int count) {
    Set<String> chosen = new HashSet<>();
    rows.stream()
        .sorted(Comparator.comparingDouble(Row::weight).reversed().thenComparing(Row::exampleId))
        .limit(count)
        .forEach(row -> chosen.add(row.exampleId()));
    return chosen;
  }
}
