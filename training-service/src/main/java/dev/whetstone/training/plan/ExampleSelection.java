package dev.whetstone.training.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which rows of which batches a run trains on: newest and best first, up to a cap. */
public final class ExampleSelection {
  private ExampleSelection() {}

  /**
   * One row, known by its example.
   *
   * @param weight its sample weight: better examples have a greater one
   */
  public record Row(String exampleId, double weight) {}

  /** The rows of one batch's file, in file order. */
  public record BatchRows(String batchId, long sequence, List<Row> rows) {
    public BatchRows {
      rows = List.copyOf(rows);
    }
  }

  /**
   * Answers, per batch id, the example ids to keep. An example that several batches hold is kept in
   * the newest of them only.
   *
   * @param cap examples over all batches
   */
  public static Map<String, Set<String>> select(
      List<BatchRows> batches, Set<String> withdrawn, int cap) {
    Map<String, Set<String>> kept = new HashMap<>();
    Set<String> seen = new HashSet<>(withdrawn);
    int room = cap;
    List<BatchRows> newestFirst =
        batches.stream().sorted(Comparator.comparingLong(BatchRows::sequence).reversed()).toList();
    for (BatchRows batch : newestFirst) {
      List<Row> fresh = new ArrayList<>();
      for (Row row : batch.rows()) {
        if (seen.add(row.exampleId())) {
          fresh.add(row);
        }
      }
      Set<String> chosen = best(fresh, room);
      room -= chosen.size();
      kept.put(batch.batchId(), chosen);
    }
    return kept;
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
