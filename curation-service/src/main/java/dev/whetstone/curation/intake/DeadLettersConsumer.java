package dev.whetstone.curation.intake;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.kit.sql.DatabaseFaults;
import dev.whetstone.kit.work.DatabaseRetry;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Consumes the dead letters of the feedback topic, from any writer, so that an event that could not
 * be read or taken in has a fate that can be asked for. It goes round the inbox on purpose: a dead
 * letter that a person sends again must come in as new.
 */
@ApplicationScoped
public class DeadLettersConsumer {
  private static final Logger LOG = Logger.getLogger(DeadLettersConsumer.class);
  private final ReceiptRepository receipts;

  public DeadLettersConsumer(ReceiptRepository receipts) {
    this.receipts = receipts;
  }

  @Incoming("feedback-dead-letters")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    List<ConsumerRecord<String, byte[]>> letters = new ArrayList<>(records.count());
    records.forEach(letters::add);
    record(letters);
  }

  /** Returns when all are recorded; one that never can be is left out, not its neighbours. */
  private void record(List<ConsumerRecord<String, byte[]>> letters) {
    try {
      DatabaseRetry.run(() -> letters.forEach(this::record));
    } catch (RuntimeException e) {
      if (DatabaseFaults.mayPass(e)) {
        throw e;
      }
      if (letters.size() > 1) {
        int half = letters.size() / 2;
        record(letters.subList(0, half));
        record(letters.subList(half, letters.size()));
      } else {
        ConsumerRecord<String, byte[]> letter = letters.getFirst();
        LOG.errorf(e, "unrecordable partition=%d offset=%d", letter.partition(), letter.offset());
      }
    }
  }

  private void record(ConsumerRecord<String, byte[]> letter) {
    try {
      var loop = new LoopId(header(letter, "ce_tenant"), header(letter, "ce_loop"));
      var key = new EventKey(loop, header(letter, "ce_source"), header(letter, "ce_id"));
      var standing =
          new EventStanding(
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
