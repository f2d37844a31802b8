package dev.whetstone.curation.retention;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/**
 * When curation's rows end. How long interactions are kept is the loop's {@code
 * retention.interactions}. The table of all ends is docs/retention.md.
 */
@ConfigMapping(prefix = "whetstone.curation.retention")
public interface RetentionConfig {
  /** Interval of the sweep; {@code off} disables it. */
  @WithDefault("1h")
  String every();

  /** Rows that one transaction ends. */
  @WithDefault("1000")
  int rowsAtOnce();

  /** Transactions of each kind in one pass; the next pass goes on. */
  @WithDefault("100")
  int transactionsPerPass();

  /** The text of rejected and withdrawn examples, after they were formed. */
  @WithDefault("P30D")
  Duration droppedText();

  /** The body of dead letters, after they were received. */
  @WithDefault("P30D")
  Duration deadLetterText();

  /**
   * Receipts and fates of events, and rejected examples, after they were received. At least as long
   * as the inbox keeps their keys.
   */
  @WithDefault("P400D")
  Duration fates();

  /**
   * Tombstones and erasures, after they were requested. Longer than every topic and every backup
   * that could bring the data back.
   */
  @WithDefault("P400D")
  Duration tombstones();

  /** Findings of evaluations, after they were reported. */
  @WithDefault("P90D")
  Duration findings();

  /** Rows of void cuts, and the copy of {@code cut.json} in the rows of sealed ones. */
  @WithDefault("P30D")
  Duration cuts();
}
