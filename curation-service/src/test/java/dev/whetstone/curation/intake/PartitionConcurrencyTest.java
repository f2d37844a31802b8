package dev.whetstone.curation.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.erasure.ErasureRepository;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.join.InteractionRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** A loop whose rows or erasure lock another transaction holds, and other loops beside it. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class PartitionConcurrencyTest {
  private static final Duration SOON = Duration.ofSeconds(8);

  @Inject EventFeed feed;
  @Inject TombstoneRepository tombstones;
  @Inject ReceiptRepository receipts;
  @Inject InteractionRepository interactions;
  @Inject ErasureRepository erasures;
  @Inject CurationReconciler reconciler;
  @Inject MutableClock clock;
  private TestEvents locked;
  private TestEvents free;

  @BeforeEach
  void declare(TestInfo test) {
    clock.set(TestClock.START.plusSeconds(3600));
    TestEvents named = TestEvents.of(test);
    locked = TestEvents.of("acme", named.loop().loop() + "-locked");
    free = TestEvents.of("acme", named.loop().loop() + "-free");
    feed.declare(locked.declared(""));
    feed.declare(free.declared(""));
  }

  @Test
  void shouldServeAPartitionWhileTheWorkOfAnotherWaits() {
    QuarkusTransaction.requiringNew()
        .timeout(60)
        .run(
            () -> {
              interactions.lockOrCreate(locked.loop(), List.of("r1"));
              send(locked, 0);
              send(free, 1);

              // Sooner than the waiting partition's wait for the lock ends.
              await().atMost(SOON).until(() -> recorded(free));
              assertThat(recorded(locked)).isFalse();
            });

    await().atMost(Duration.ofSeconds(60)).until(() -> recorded(locked));
  }

  private static void send(TestEvents loop, int partition) {
    Event<?> event =
        loop.interaction(
            "r1", "c1", "ada", TestClock.START, TestTexts.question(1), TestTexts.badAnswer(1));
    ProducerRecord<String, byte[]> encoded = KafkaProbe.encode(event);
    try (KafkaProbe probe = KafkaProbe.shared()) {
      probe.send(
          new ProducerRecord<>(
              encoded.topic(), partition, encoded.key(), encoded.value(), encoded.headers()));
    }
  }

  private boolean recorded(TestEvents loop) {
    return QuarkusTransaction.requiringNew()
        .call(() -> !receipts.byId(loop.loop(), "int-r1").isEmpty());
  }
}
