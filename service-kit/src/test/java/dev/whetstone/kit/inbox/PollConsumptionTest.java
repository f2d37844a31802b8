package dev.whetstone.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.work.RetryBackoff;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which transactions a poll's events go through when some fail. */
class PollConsumptionTest {
  private static final int ATTEMPTS = 3;
  private static final int ATTEMPTS_AT_LOCKS = 4;

  private final List<String> committed = new ArrayList<>();
  private final List<String> givenUp = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();

  @Test
  void shouldTakeAPollInOneTransactionThatIsWithinTheBounds() {
    run(event -> null, true, "a1", "b1", "a2");

    assertThat(sizes).containsExactly(3);
    assertThat(committed).containsExactly("a1", "a2", "b1");
  }

  @Test
  void shouldHalveDownToTheEventThatFailsByItself() {
    run(failing("a3"::equals, new IllegalArgumentException("bad")), true, "a1", "a2", "a3", "a4");

    assertThat(committed).containsExactly("a1", "a2", "a4");
    assertThat(givenUp).containsExactly("a3");
  }

  @Test
  void shouldGiveUpAnEventThatAlwaysTakesTooLongAndGoOn() {
    run(failing("a2"::equals, timeout()), true, "a1", "a2", "a3", "b1");

    assertThat(committed).containsExactlyInAnyOrder("a1", "a3", "b1");
    assertThat(givenUp).containsExactly("a2");
    assertThat(sizes.stream().filter(size -> size == 4)).hasSize(2);
  }

  @Test
  void shouldGiveUpNothingWhileTheDatabaseCannotBeReached() {
    Map<String, Integer> calls = new HashMap<>();
    run(
        event ->
            calls.merge(event, 1, Integer::sum) < 20
                ? new IllegalStateException(new SQLException("connection lost", "08006"))
                : null,
        false,
        "a1");

    assertThat(committed).containsExactly("a1");
    assertThat(givenUp).isEmpty();
  }

  @Test
  void shouldTakeOtherLoopsFirstWhileALoopIsLocked() {
    Map<String, Integer> calls = new HashMap<>();
    run(
        event -> event.startsWith("a") && calls.merge("a", 1, Integer::sum) < 4 ? locked() : null,
        true,
        "a1",
        "b1",
        "a2",
        "c1",
        "b2");

    assertThat(committed).containsExactly("b1", "b2", "c1", "a1", "a2");
    assertThat(givenUp).isEmpty();
  }

  @Test
  void shouldKeepTheOrderOfALoopWhoseLaterEventsAreInAnotherTransaction() {
    Map<String, Integer> calls = new HashMap<>();
    String[] ids = new String[25];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (i % 5 == 4 ? "b" : "a") + (char) ('a' + i);
    }
    run(
        event -> event.equals("aa") && calls.merge("a", 1, Integer::sum) < 3 ? locked() : null,
        true,
        ids);

    assertThat(committed).hasSize(25);
    assertThat(committed.stream().filter(id -> id.startsWith("a"))).isSorted();
    assertThat(committed.stream().filter(id -> id.startsWith("b"))).isSorted();
    assertThat(committed.subList(0, 5)).allMatch(id -> id.startsWith("b"));
  }

  @Test
  void shouldGiveUpAnEventThatStaysLocked() {
    run(failing("a1"::equals, locked()), true, "a1", "b1");

    assertThat(committed).containsExactly("b1");
    assertThat(givenUp).containsExactly("a1");
    // Together, apart, and then by itself.
    assertThat(sizes).hasSize(2 + 1 + ATTEMPTS_AT_LOCKS);
  }

  private static java.util.function.Function<String, @Nullable RuntimeException> failing(
      Predicate<String> which, RuntimeException fault) {
    return event -> which.test(event) ? fault : null;
  }

  private static RuntimeException timeout() {
    return new IllegalStateException(new SQLException("canceling statement", "57014"));
  }

  private static RuntimeException locked() {
    return new IllegalStateException(new SQLException("lock timeout", "55P03"));
  }

  private void run(
      java.util.function.Function<String, @Nullable RuntimeException> fault,
      boolean answers,
      String... ids) {
    List<PolledEvent<FeedbackEvent>> events = new ArrayList<>();
    for (String id : ids) {
      events.add(PolledEvent.read(record(id), FeedbackEvent.class));
    }
    var backoff = RetryBackoff.doubling(Duration.ofNanos(1), Duration.ofNanos(1));
    new PollConsumption<>(config(), backoff, new Recorder(fault, answers)).run(events, 10);
  }

  private final class Recorder implements PollConsumption.Transactions<FeedbackEvent> {
    private final java.util.function.Function<String, @Nullable RuntimeException> fault;
    private final boolean answers;

    Recorder(
        java.util.function.Function<String, @Nullable RuntimeException> fault, boolean answers) {
      this.fault = fault;
      this.answers = answers;
    }

    @Override
    public @Nullable RuntimeException attempt(List<PolledEvent<FeedbackEvent>> events) {
      sizes.add(events.size());
      for (PolledEvent<FeedbackEvent> event : events) {
        RuntimeException failure = fault.apply(id(event));
        if (failure != null) {
          return failure;
        }
      }
      events.forEach(event -> committed.add(id(event)));
      return null;
    }

    @Override
    public boolean databaseAnswers() {
      return answers;
    }

    @Override
    public void giveUp(PolledEvent<FeedbackEvent> event, RuntimeException failure) {
      givenUp.add(id(event));
    }
  }

  private static String id(PolledEvent<FeedbackEvent> event) {
    return java.util.Objects.requireNonNull(event.event()).event().attributes().id();
  }

  /** The loop is named by the id's first letter. */
  private static ConsumerRecord<String, byte[]> record(String id) {
    var data = new FeedbackRetracted("app", "x", null, null);
    var attributes =
        new EventAttributes(
            id,
            "app",
            EventType.of(data),
            Instant.EPOCH,
            null,
            new LoopId("acme", id.substring(0, 1)),
            id,
            null);
    ProducerRecord<String, byte[]> sent = CloudEvents.encode(new Event<>(attributes, data));
    return new ConsumerRecord<>(
        sent.topic(),
        0,
        0,
        0L,
        TimestampType.CREATE_TIME,
        0,
        0,
        sent.key(),
        sent.value(),
        new RecordHeaders(sent.headers()),
        Optional.empty());
  }

  private static ConsumptionConfig config() {
    return new ConsumptionConfig() {
      @Override
      public int rows() {
        return 10;
      }

      @Override
      public long bytes() {
        return 1_000_000;
      }

      @Override
      public int rowsPerTurn() {
        return 5;
      }

      @Override
      public Duration targetTime() {
        return Duration.ofSeconds(5);
      }

      @Override
      public Duration transactionTimeout() {
        return Duration.ofSeconds(40);
      }

      @Override
      public int attempts() {
        return ATTEMPTS;
      }

      @Override
      public int attemptsAtLocks() {
        return ATTEMPTS_AT_LOCKS;
      }
    };
  }
}
