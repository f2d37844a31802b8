package dev.whetstone.kit.loop;

import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.kit.inbox.EventConsumption;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/** Stores the declarations that a service consumes from the topic of loops. */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class DeclaredLoopRecorder {
  private final EventConsumption consumption;
  private final DeclaredLoopRepository loops;

  public DeclaredLoopRecorder(EventConsumption consumption, DeclaredLoopRepository loops) {
    this.consumption = consumption;
    this.loops = loops;
  }

  /** Stores the declarations of these records, each once. */
  public void keep(ConsumerRecords<String, byte[]> records) {
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
