package dev.whetstone.curation.intake;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EventKey;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipts;
import dev.whetstone.curation.fate.Standing;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Consumes the feedback topic's dead letters, whoever wrote them, so that an event that could not
 * be read or taken in has a fate that can be asked for. It goes round the inbox on purpose: a dead
 * letter that a person sends again must come in as new.
 */
@ApplicationScoped
public class DeadLettersConsumer {
  private static final Logger LOG = Logger.getLogger(DeadLettersConsumer.class);
  private final Receipts receipts;

  public DeadLettersConsumer(Receipts receipts) {
    this.receipts = receipts;
  }

  @Incoming("feedback-dead-letters")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    QuarkusTransaction.requiringNew().run(() -> records.forEach(this::record));
  }

  private void record(ConsumerRecord<String, byte[]> letter) {
    try {
      var loop = new LoopId(header(letter, "ce_tenant"), header(letter, "ce_loop"));
      var key = new EventKey(loop, header(letter, "ce_source"), header(letter, "ce_id"));
      var standing =
          new Standing(
              Fate.DEAD_LETTERED,
              header(letter, "error-code"),
              header(letter, "error-detail"),
              null);
      receipts.recordDeadLetter(
          key, kind(header(letter, "ce_type")), Instant.ofEpochMilli(letter.timestamp()), standing);
    } catch (IllegalArgumentException e) {
      LOG.warnf(
          "nameless-dead-letter partition=%d offset=%d reason=%s",
          letter.partition(), letter.offset(), e.getMessage());
    }
  }

  /** The type's last words, for example {@code feedback.given}. */
  private static String kind(String type) {
    return type.replaceFirst("^dev\\.whetstone\\.", "").replaceFirst("\\.v\\d+$", "");
  }

  private static String header(ConsumerRecord<String, byte[]> letter, String name) {
    Header header = letter.headers().lastHeader(name);
    if (header == null || header.value() == null) {
      throw new IllegalArgumentException("header " + name + " is missing");
    }
    return new String(header.value(), StandardCharsets.UTF_8);
  }
}
