package dev.whetstone.ingest;

import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.ingest.loops.KnownLoops;
import dev.whetstone.testing.KafkaProbe;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Declares loops for tests: ingest looks at the keys of the compacted topic only. */
public final class Loops {
  private Loops() {}

  /** Declares a loop and waits until ingest knows it. */
  public static LoopId declare(KafkaProbe kafka, KnownLoops known, String tenant, String name) {
    LoopId loop = new LoopId(tenant, name);
    if (known.contains(loop)) {
      return loop;
    }
    kafka.send(
        new ProducerRecord<>(TopicNames.LOOPS, loop.key(), "{}".getBytes(StandardCharsets.UTF_8)));
    await().atMost(Duration.ofSeconds(20)).until(() -> known.contains(loop));
    return loop;
  }
}
