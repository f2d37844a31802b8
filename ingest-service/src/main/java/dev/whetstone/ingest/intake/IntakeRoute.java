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
 * Where a record of the intake goes.
 *
 * @param accepted its type when it goes on, null when it goes to the dead letters
 * @param refused why it does not go on
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

  /** The same for a broker that does not take it as large as that. */
  IntakeRoute asBareLetter() {
    FaultCode code = refused == null ? FaultCode.ITEM_TOO_LARGE : refused;
    var letter =
        DeadLetter.bare(
            received,
            code.code(),
            "the record is larger than the broker takes; read it at its origin, or raise max.message.bytes and replay it");
    return new IntakeRoute(received, letter, null, code, true);
  }
}
