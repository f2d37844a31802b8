package dev.whetstone.doctor.kafka;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A topic as the broker describes it.
 *
 * @param replicas of the partition that has the fewest
 * @param leaderless partitions without a leader
 * @param inSync replicas of the partition that has the fewest in sync
 * @param settings absent where the Kafka user may not read them
 */
record TopicView(
    String name,
    int partitions,
    int replicas,
    int leaderless,
    int inSync,
    @Nullable TopicSettings settings) {

  /**
   * @param retention of records; absent without a limit
   */
  record TopicSettings(String cleanupPolicy, @Nullable Duration retention, int minInsyncReplicas) {}
}
