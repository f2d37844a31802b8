package dev.whetstone.kit.loop;

import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
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
    consumption.process(records, EventData.LoopEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<EventData.LoopEvent>> events) {
    for (ReceivedEvent<EventData.LoopEvent> received : events) {
      switch (received.data()) {
        case LoopDeclared declared -> loops.record(declared);
      }
    }
  }
}
