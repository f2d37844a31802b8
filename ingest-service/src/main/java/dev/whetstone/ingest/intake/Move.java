package dev.whetstone.ingest.intake;

import dev.whetstone.contracts.event.EventType;
import dev.whetstone.ingest.event.PreparedEvent;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.publish.Publisher;
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
record Move(
    ConsumerRecord<String, byte[]> received,
    ProducerRecord<String, byte[]> message,
    @Nullable EventType accepted,
    @Nullable FaultCode refused,
    boolean bare) {

  static Move on(ConsumerRecord<String, byte[]> received, PreparedEvent event) {
    return new Move(received, Publisher.message(event), event.attributes().type(), null, false);
  }

  static Move aside(ConsumerRecord<String, byte[]> received, Fault fault) {
    String detail = fault.detail() + "; " + fault.remedy();
    var letter = DeadLetter.of(received, fault.code().code(), detail, fault.pointer());
    return new Move(received, letter, null, fault.code(), false);
  }

  /** The same for a broker that does not take it as large as that. */
  Move asBareLetter() {
    FaultCode code = refused == null ? FaultCode.ITEM_TOO_LARGE : refused;
    var letter =
        DeadLetter.bare(
            received,
            code.code(),
            "the record is larger than the broker takes; read it at its origin, or raise max.message.bytes and replay it");
    return new Move(received, letter, null, code, true);
  }
}
