package dev.whetstone.training.loop;

import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.kit.inbox.Consumption;
import dev.whetstone.kit.inbox.Received;
import dev.whetstone.kit.loop.DeclaredLoops;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Learns of loops. */
@ApplicationScoped
public class LoopsConsumer {
  private final Consumption consumption;
  private final DeclaredLoops loops;

  public LoopsConsumer(Consumption consumption, DeclaredLoops loops) {
    this.consumption = consumption;
    this.loops = loops;
  }

  @Incoming("loops")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, this::apply);
  }

  private void apply(List<Received> events) {
    for (Received received : events) {
      if (received.event().data() instanceof LoopDeclared declared) {
        loops.record(declared);
      }
    }
  }
}
