package dev.whetstone.curation.example;

import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values that stages derived from the text of examples, kept so that later cuts need not compute
 * them again. They end with their example: the row's deletion deletes them, and so does its
 * erasure, its rejection (by a cut or past its deadline) and its withdrawal. All calls run in the
 * caller's transaction.
 */
@ApplicationScoped
public class ExampleFeatureRepository {
  private final Sql sql;

  public ExampleFeatureRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * A feature of one example's row.
   *
   * @param kind name of the feature
   * @param version of the algorithm that computed it
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Feature(String rowId, String kind, String version, byte[] value) {}

  /** Recorded features of these rows, of one kind and version. */
  public List<Feature> find(Collection<String> rowIds, String kind, String version) {
    return sql.query(
        """
        select row_id, value from example_feature
        where row_id = any(?) and kind = ? and version = ?
        """,
        row -> new Feature(row.getString("row_id"), kind, version, row.getBytes("value")),
        rowIds,
        kind,
        version);
  }

  /**
   * Records features, replacing those of other versions. Rows whose text is gone by now get none:
   * the share lock makes this wait for an erasure in progress, and an erasure wait for this.
   */
  public void record(Collection<Feature> features) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    features.stream()
        .sorted(Comparator.comparing(Feature::rowId))
        .forEach(
            one -> rows.add(new Object[] {one.kind(), one.version(), one.value(), one.rowId()}));
    sql.updateAll(
        """
        insert into example_feature (row_id, kind, version, value)
        select row_id, ?, ?, ? from example
        where row_id = ? and body is not null and not unwanted
          and state in ('ready', 'cut', 'used') for share
        on conflict (row_id, kind) do update set version = excluded.version, value = excluded.value
        """,
        rows);
  }

  /** Deletes all features of these rows. */
  public void delete(Collection<String> rowIds) {
    sql.update("delete from example_feature where row_id = any(?)", rowIds);
  }
}
