package dev.whetstone.kit.readiness;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What a broker has against topics. */
final class TopicFaults {
  private static final String ABSENT =
      "the topic does not exist: create it with the partitions and clean-up policy that"
          + " docs/contracts.md lists";
  private static final String FORBIDDEN =
      "the Kafka user of this service may not describe the topic: give it the rights that"
          + " docs/kubernetes.md lists";

  private TopicFaults() {}

  /**
   * @param milliseconds that the broker has; topics of which it says nothing by then have no fault
   * @return what is wrong, by topic
   */
  static Map<String, String> of(Admin admin, Collection<String> topics, int milliseconds) {
    Map<String, String> faults = new HashMap<>();
    var answers =
        admin
            .describeTopics(topics, new DescribeTopicsOptions().timeoutMs(milliseconds))
            .topicNameValues();
    answers.forEach(
        (topic, answer) -> {
          try {
            answer.get(milliseconds, TimeUnit.MILLISECONDS);
          } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
              faults.put(topic, ABSENT);
            } else if (e.getCause() instanceof TopicAuthorizationException) {
              faults.put(topic, FORBIDDEN);
            }
          } catch (TimeoutException e) {
            // Told by the checks of the broker.
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    return faults;
  }
}
