package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.testing.KafkaProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** I1 at ingest: every event that was answered with 202 is in Kafka, regardless of kills. */
class AcceptedEventDurabilityTest {
  private static final LoopId LOOP = new LoopId("acme", "support");
  private static final int SENDERS = 4;
  private static final int BATCH = 20;
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  /**
   * Pause after a rejection, so that the senders do not starve the restarting services of CPU time.
   */
  private static final Duration PAUSE = Duration.ofMillis(100);

  @RegisterExtension
  static final WhetstoneUnderTest whetstone =
      WhetstoneUnderTest.of(EnumSet.of(StackComponent.INFRA, StackComponent.INGEST));

  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicInteger rejections = new AtomicInteger();

  @Test
  void shouldKeepAcceptedEventsThroughKillNineOfIngestAndKafka() throws Exception {
    declareLoop();
    var api = whetstone.api(LOOP.tenant());
    await().atMost(TIMEOUT).until(() -> send(api, "first", 0));
    try (var senders = Executors.newFixedThreadPool(SENDERS)) {
      for (int sender = 0; sender < SENDERS; sender++) {
        String name = "sender-" + sender;
        senders.execute(() -> keepSending(api, name));
      }
      try {
        awaitMore(1_000);
        whetstone.killAndRestart(StackComponent.INGEST);
        awaitMore(1_000);
        whetstone.killAndRestart(StackComponent.INFRA);
        awaitMore(1_000);
      } finally {
        // Closing the executor waits for the senders to finish.
        stopped.set(true);
      }
    }

    assertThat(rejections).as("the kills caused rejections").hasPositiveValue();
    assertThat(idsInKafka()).containsAll(accepted);
  }

  private void awaitMore(int events) {
    int before = accepted.size();
    await().atMost(TIMEOUT).until(() -> accepted.size() >= before + events);
  }

  /** Sends batches continuously and repeats a batch that is not accepted, as apps should. */
  private void keepSending(ApiClient api, String sender) {
    for (int batch = 1; !stopped.get(); ) {
      if (send(api, sender, batch)) {
        batch++;
      } else {
        rejections.incrementAndGet();
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private boolean send(ApiClient api, String sender, int batch) {
    ArrayNode body = ApiClient.JSON.createArrayNode();
    for (int i = 0; i < BATCH; i++) {
      String id = sender + "-" + batch + "-" + i;
      body.add(
          ProductAppClient.interaction(id, "conversation-" + id, sender, "Question?", "Answer."));
    }
    try {
      ApiReply reply = new ProductAppClient(api, LOOP.loop()).send("interactions", body);
      if (reply.status() != 202) {
        return false;
      }
      ProductAppClient.receipts(reply.body())
          .forEach(receipt -> accepted.add(receipt.path("id").asText()));
      return true;
    } catch (RemedyException e) {
      return false;
    }
  }

  private static Set<String> idsInKafka() {
    try (KafkaProbe probe = whetstone.kafka()) {
      return probe.all(TopicNames.FEEDBACK).stream()
          .map(message -> KafkaProbe.header(message, "ce_id"))
          .collect(Collectors.toSet());
    }
  }

  /** Publishes the declaration like the registry of eval. */
  private static void declareLoop() throws IOException {
    Path golden =
        WhetstoneUnderTest.PROJECT.resolve("contracts/src/test/resources/golden/loop-spec.v1.json");
    LoopSpec spec = ApiClient.JSON.readValue(Files.readAllBytes(golden), LoopSpec.class);
    var attributes =
        new EventAttributes(
            "declared-1",
            "eval",
            EventType.LOOP_DECLARED,
            Instant.parse("2026-11-20T12:00:00Z"),
            null,
            LOOP,
            LOOP.key(),
            null);
    try (KafkaProbe probe = whetstone.kafka()) {
      probe.send(new Event<>(attributes, new LoopDeclared(spec, "0".repeat(64), 1)));
    }
  }
}
