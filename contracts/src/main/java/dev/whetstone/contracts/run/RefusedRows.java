package dev.whetstone.contracts.run;

import java.util.List;

/**
 * Rows that the base cannot take and that were left out of training, over all files of a run.
 *
 * @param count all of them
 * @param rows the first twenty, each with the reason
 */
public record RefusedRows(int count, List<Row> rows) {
  public RefusedRows {
    rows = List.copyOf(rows);
  }

  /**
   * One row.
   *
   * @param id the example's id
   * @param code stable, for example {@code template-refuses} or {@code control-tokens}
   * @param detail in the words of the chat template, where it gave any
   */
  public record Row(String id, String code, String detail) {}
}
