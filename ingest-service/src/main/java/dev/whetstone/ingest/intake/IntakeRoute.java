package dev.whetstone.ingest.intake;

import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.ingest.event.PreparedEvent;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.publish.EventPublisher;
import dev.whetstone.kit.event.DeadLetter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The destination of a record of the intake topic.
 *
 * @param accepted its event type if it is passed on, null if it goes to the dead letters
 * @param refused why it is not passed on
 */
record IntakeRoute(
    ConsumerRecord<String, byte[]> received,
    ProducerRecord<String, byte[]> message,
    @Nullable EventType accepted,
    @Nullable FaultCode refused,
    boolean bare) {

  static IntakeRoute on(ConsumerRecord<String, byte[]> received, PreparedEvent event) {
    return new IntakeRoute(
        received, EventPublisher.message(event), event.attributes().type(), null, false);
  }

  static IntakeRoute aside(ConsumerRecord<String, byte[]> received, Fault fault) {
    String detail = fault.detail() + "; " + fault.remedy();
    var letter = DeadLetter.of(received, fault.code().code(), detail, fault.pointer());
    return new IntakeRoute(received, letter, null, fault.code(), false);
  }

  /** The same for a record that is too large for the broker. */
  IntakeRoute asBareLetter() {
    FaultCode code = refused == null ? FaultCode.ITEM_TOO_LARGE : refused;
    var letter =
        DeadLetter.bare(
            received,
            code.code(),
            "the record is larger than the broker accepts; read it at its origin, or raise max.message.bytes and replay it");
    return new IntakeRoute(received, letter, null, code, true);
  }
}
