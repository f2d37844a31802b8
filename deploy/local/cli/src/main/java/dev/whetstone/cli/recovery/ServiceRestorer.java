package dev.whetstone.cli.recovery;

import dev.whetstone.cli.stack.LocalStack;
import dev.whetstone.cli.terminal.ProgressDisplay;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * The steps around the restore of one service's database from a backup: stop, restore the database,
 * rewind, replay.
 */
public final class ServiceRestorer {
  private static final Set<StackComponent> WITH_DATABASE =
      EnumSet.of(StackComponent.CURATION, StackComponent.TRAINING, StackComponent.EVAL);

  private final LocalStack stack;
  private final StackComponent service;

  /**
   * @throws RemedyException when the service has no database
   */
  public ServiceRestorer(LocalStack stack, StackComponent service) {
    if (!WITH_DATABASE.contains(service)) {
      throw new RemedyException(
          service.description() + " has no database",
          "use one of " + WITH_DATABASE.stream().map(StackComponent::id).toList());
    }
    this.stack = stack;
    this.service = service;
  }

  /**
   * What a rewind did.
   *
   * @param epoch of the database from now on
   * @param readAgain records per topic
   */
  public record Rewound(String epoch, Map<String, Long> readAgain) {}

  /** Stops the service, and the watchdog, which would start it again. */
  public void stop() {
    stack.stopWatchdog();
    stack.stop(service);
  }

  /**
   * Begins a new epoch in the restored database and sets the consumer group back.
   *
   * @param to when the backup was begun
   */
  public Rewound rewind(Instant to) {
    requireKafkaAndPostgres();
    if (stack.isRunning(service)) {
      throw new RemedyException(
          service.description() + " is running",
          "stop it first: ./whetstone restore stop " + service.id());
    }
    // Eval numbers declarations and champions; the other services know the highest so far.
    Map<String, PublishedNumbers.Numbers> published =
        service == StackComponent.EVAL ? PublishedNumbers.read(bootstrapServers()) : Map.of();
    String epoch = database().beginEpoch(published);
    try (var group = new ConsumerGroup(bootstrapServers(), service.id())) {
      return new Rewound(epoch, group.rewind(to));
    }
  }

  /**
   * Starts the service and the watchdog, and returns when the service has read what its topics hold
   * now.
   *
   * @return how many records it read again
   */
  public long replay(ProgressDisplay progress, Duration limit) {
    requireKafkaAndPostgres();
    try (var group = new ConsumerGroup(bootstrapServers(), service.id())) {
      Map<TopicPartition, Long> ends = group.ends();
      long first = group.lag(ends);
      stack.start(service);
      stack.awaitReady(service, progress);
      stack.startWatchdog();
      Optional<Boolean> caughtUp =
          progress.await(
              service.description() + " reads again",
              limit,
              () -> group.lag(ends) + " of " + first + " records are left",
              () -> group.lag(ends) == 0 ? Optional.of(true) : Optional.empty());
      if (caughtUp.isEmpty()) {
        throw new RemedyException(
            "%s has not read everything after %d minutes"
                .formatted(service.description(), limit.toMinutes()),
            "it goes on; look again with ./whetstone restore replay " + service.id());
      }
      return first;
    }
  }

  private void requireKafkaAndPostgres() {
    if (!stack.isRunning(StackComponent.INFRA)) {
      throw new RemedyException(
          StackComponent.INFRA.description() + " are not running",
          "start the stack: ./whetstone up");
    }
  }

  private ServiceDatabase database() {
    return new ServiceDatabase(
        "jdbc:postgresql://127.0.0.1:%d/%s"
            .formatted(stack.options().ports().postgres(), service.id()),
        "postgres",
        "postgres");
  }

  private String bootstrapServers() {
    return "127.0.0.1:" + stack.options().ports().kafka();
  }
}
