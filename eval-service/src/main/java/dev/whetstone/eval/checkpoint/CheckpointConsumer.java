package dev.whetstone.eval.checkpoint;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Hears of candidates. They are only written down here; the judge looks at the rows. */
@ApplicationScoped
public class CheckpointConsumer {
  private final EventConsumption consumption;
  private final CheckpointRepository checkpoints;

  public CheckpointConsumer(EventConsumption consumption, CheckpointRepository checkpoints) {
    this.consumption = consumption;
    this.checkpoints = checkpoints;
  }

  @Incoming("checkpoints")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, this::apply);
  }

  private void apply(List<ReceivedEvent> received) {
    for (ReceivedEvent one : received) {
      LoopId loop = one.event().attributes().loop();
      switch (one.event().data()) {
        case CheckpointReady ready -> {
          checkpoints.record(loop, ready);
        }
        case CheckpointTainted tainted -> checkpoints.record(loop, tainted);
        default ->
            throw new IllegalArgumentException(
                one.event().attributes().type().wireName() + " does not belong on this topic");
      }
    }
  }
}
