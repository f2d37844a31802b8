package dev.whetstone.curation.intake;

import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.kit.inbox.Consumption;
import dev.whetstone.kit.loop.DeclaredLoops;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Consumes loops' declarations. Events that wait for one are released by the reconciler. */
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
    consumption.process(
        records,
        events ->
            events.forEach(
                received -> {
                  if (received.event().data() instanceof LoopDeclared declared) {
                    loops.record(declared);
                  }
                }));
  }
}
