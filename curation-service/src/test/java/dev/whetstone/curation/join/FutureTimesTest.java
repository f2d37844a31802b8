package dev.whetstone.curation.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Times of a producer that writes to the feedback topic itself, past the checks of ingest. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class FutureTimesTest {
  private static final Instant AT = TestClock.START;
  private static final Instant NOW = AT.plusSeconds(3600);
  private static final Instant FUTURE = Instant.parse("2131-01-01T00:00:00Z");

  @Inject EventFeed feed;
  @Inject ReceiptRepository receipts;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(NOW);
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
    feed.take(
        send.interaction("r1", null, "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1)));
  }

  @Test
  void shouldNotLetATimeInTheFutureWin() {
    Event<FeedbackGiven> future = send.thumb("future", "r1", "ada", FUTURE, true);
    feed.take(
        send.event("future", AT.plusSeconds(1), future.attributes().partitionKey(), future.data()),
        send.thumb("later", "r1", "ada", AT.plusSeconds(2), false));

    assertThat(receipt("later").standing().fate()).isEqualTo(Fate.READY);
    assertThat(receipt("future").standing().detail()).contains("different feedback later: later");
  }

  @Test
  void shouldNotBelieveThatAnEventIsReceivedInTheFuture() {
    feed.take(send.thumb("future", "r1", "ada", FUTURE, true));

    assertThat(receipt("future").receivedAt()).isEqualTo(NOW);
  }

  private Receipt receipt(String id) {
    return receipts.byId(send.loop(), id).getFirst();
  }
}
