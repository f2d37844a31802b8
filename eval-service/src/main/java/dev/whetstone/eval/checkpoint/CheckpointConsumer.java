package dev.whetstone.eval.checkpoint;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.contracts.event.EventData.CheckpointEvent;
import dev.whetstone.eval.due.DueLoopRepository;
import dev.whetstone.eval.due.WorkKind;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Records checkpoints and their taints. The evaluation reads the rows. */
@ApplicationScoped
public class CheckpointConsumer {
  private final EventConsumption consumption;
  private final CheckpointRepository checkpoints;
  private final DueLoopRepository due;

  public CheckpointConsumer(
      EventConsumption consumption, CheckpointRepository checkpoints, DueLoopRepository due) {
    this.consumption = consumption;
    this.checkpoints = checkpoints;
    this.due = due;
  }

  @Incoming("checkpoints")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, CheckpointEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<CheckpointEvent>> received) {
    Set<LoopId> loops = new HashSet<>();
    for (ReceivedEvent<CheckpointEvent> one : received) {
      LoopId loop = one.event().attributes().loop();
      loops.add(loop);
      switch (one.data()) {
        case CheckpointReady ready -> checkpoints.record(loop, ready);
        case CheckpointTainted tainted -> checkpoints.record(loop, tainted);
      }
    }
    due.wakeAll(loops, WorkKind.EVALUATION, WorkKind.ROLLOUT);
  }
}
