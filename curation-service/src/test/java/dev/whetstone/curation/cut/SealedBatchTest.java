package dev.whetstone.curation.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class SealedBatchTest {
  @Inject CurationReconciler reconciler;
  @Inject ReceiptRepository receipts;
  @Inject ObjectStore store;
  @Inject DeclaredLoopRepository loops;
  @Inject MutableClock clock;

  @BeforeEach
  void setTheClock() {
    clock.set(TestClock.START.plus(Duration.ofHours(2)));
  }

  @Test
  void shouldTurnCorrectionsOnKafkaIntoASealedBatch() {
    var send = TestEvents.of("acme", "whole-path");
    Instant at = TestClock.START;
    try (var kafka = KafkaProbe.shared()) {
      kafka.send(send.declared(""));
      for (int i = 0; i < 60; i++) {
        Instant then = at.plus(Duration.ofMinutes(i));
        String question = TestTexts.question(i);
        kafka.send(
            send.interaction("r" + i, "c" + i, "user" + i, then, question, TestTexts.badAnswer(i)));
        kafka.send(
            send.correction(
                "f" + i, "r" + i, "user" + i, then.plusSeconds(60), TestTexts.goodAnswer(i)));
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(receipts.counts(send.loop()).values().stream().mapToLong(n -> n).sum())
                      .isEqualTo(120));

      reconciler.reconcile();

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(kafka.all(TopicNames.BATCHES, "dev.whetstone.batch.sealed.v1"))
                      .anyMatch(one -> send.loop().key().equals(one.key())));
      var message =
          kafka.all(TopicNames.BATCHES, "dev.whetstone.batch.sealed.v1").stream()
              .filter(one -> send.loop().key().equals(one.key()))
              .findFirst()
              .orElseThrow();
      BatchSealed sealed = KafkaProbe.body(message, BatchSealed.class);
      byte[] manifestBytes = store.read(store.key(URI.create(sealed.manifestUri())));
      assertThat(ContentDigests.sha256(manifestBytes)).isEqualTo(sealed.batchId());
      var manifest = Json.read(manifestBytes, BatchManifest.class);
      manifest.files().forEach(file -> store.readVerified(file.blob(), file.sha256()));
      assertThat(manifest.file(Form.SFT, Split.TRAIN).orElseThrow().rows()).isGreaterThan(10);
      String card =
          new String(
              store.read(manifest.file("card.md").orElseThrow().blob()), StandardCharsets.UTF_8);
      assertThat(card).contains("# Batch 1 of loop acme/whole-path", "| sft |");
      assertThat(receipts.counts(send.loop()).get(Fate.USED)).isGreaterThan(100);
    }
  }

  /** I1: what cannot be read has a fate too, and its neighbours on the topic flow on. */
  @Test
  void shouldTellTheFateOfAPoisonMessage() {
    var send = TestEvents.of("acme", "poison-message");
    try (var kafka = KafkaProbe.shared()) {
      kafka.send(send.declared(""));
      var poison =
          KafkaProbe.encode(
              send.correction("poison", "r1", "ada", TestClock.START, TestTexts.goodAnswer(1)));
      var broken =
          new ProducerRecord<>(
              poison.topic(),
              null,
              poison.key(),
              "{\"kind\":".getBytes(StandardCharsets.UTF_8),
              poison.headers());
      kafka.send(broken);
      kafka.send(
          send.interaction(
              "r1", "c1", "ada", TestClock.START, TestTexts.question(1), TestTexts.badAnswer(1)));
      kafka.send(send.correction("f1", "r1", "ada", TestClock.START, TestTexts.goodAnswer(1)));

      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(receipts.counts(send.loop()))
                      .containsEntry(Fate.DEAD_LETTERED, 1L)
                      .containsEntry(Fate.READY, 2L));
      assertThat(receipts.byId(send.loop(), "poison").getFirst().standing().reason())
          .isEqualTo("undecodable");
    }
  }
}
