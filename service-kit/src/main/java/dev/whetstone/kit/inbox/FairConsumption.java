package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.work.DatabaseRetry;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;

/**
 * Takes polled records into effect so that no tenant waits for the work of another. A partition is
 * read in order, and the events of many tenants share it: those of a tenant with more than its
 * share of a poll are spooled, which costs one insert for the poll, and take effect in the threads
 * of {@link SpoolDrain}. What is spooled is durable, so the poll's offset moves on.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class FairConsumption {
  private static final Logger LOG = Logger.getLogger(FairConsumption.class);
  private static final Duration ROOM_CHECK = Duration.ofMillis(200);
  private final EventConsumption consumption;
  private final EventSpool spool;
  private final SpoolConfig config;
  private final MeterRegistrar meters;

  public FairConsumption(
      EventConsumption consumption, EventSpool spool, SpoolConfig config, MeterRegistrar meters) {
    this.consumption = consumption;
    this.spool = spool;
    this.config = config;
    this.meters = meters;
  }

  /** Makes the drain of a topic; the caller starts and stops it. */
  public <D extends EventData> SpoolDrain<D> drain(
      String topic, Class<D> topicEvents, EventEffect<D> effect, EventLoad.Estimate<D> estimate) {
    return new SpoolDrain<>(consumption, spool, config, topic, topicEvents, effect, estimate);
  }

  /**
   * Returns when every record has taken effect, was a duplicate, is a dead letter or is spooled.
   *
   * @param drain of the topic; woken when records were spooled
   */
  public <D extends EventData> void process(
      ConsumerRecords<String, byte[]> records, SpoolDrain<D> drain) {
    drain.pollBegins();
    try {
      for (TopicPartition partition : records.partitions()) {
        process(partition, records.records(partition), drain);
      }
    } finally {
      drain.pollEnds();
    }
  }

  <D extends EventData> void process(
      TopicPartition partition, List<ConsumerRecord<String, byte[]>> records, SpoolDrain<D> drain) {
    TenantShareRule share = new TenantShareRule(config.directRows(), config.directBytes());
    Set<String> waiting = DatabaseRetry.call(() -> tenantsWaiting(partition), Integer.MAX_VALUE);
    var byRecord = share.split(records, waiting, FairConsumption::tenant, EventSpool::size);
    List<PolledEvent<D>> events = drain.read(byRecord.direct());
    var byLoad =
        share.split(
            events,
            Set.of(),
            event -> tenant(event.origin()),
            event -> event.bytes() + event.load().bytes());
    var spooled = new ArrayList<>(byRecord.spooled());
    byLoad.spooled().forEach(event -> spooled.add(event.origin()));
    // The tenants with few events first: they need not wait for the insert either.
    consumption.consume(partition, byLoad.direct(), drain.effect());
    if (!spooled.isEmpty()) {
      spool(partition, spooled);
      drain.wake();
    }
  }

  private Set<String> tenantsWaiting(TopicPartition partition) {
    return spool.queues(partition.topic()).stream()
        .filter(queue -> queue.partition() == partition.partition())
        .map(EventSpool.Queue::tenant)
        .collect(Collectors.toSet());
  }

  private void spool(TopicPartition partition, List<ConsumerRecord<String, byte[]>> records) {
    Map<String, List<ConsumerRecord<String, byte[]>>> byTenant = new LinkedHashMap<>();
    for (ConsumerRecord<String, byte[]> each : records) {
      byTenant.computeIfAbsent(tenant(each), _ -> new ArrayList<>()).add(each);
    }
    byTenant
        .keySet()
        .forEach(
            tenant ->
                awaitRoom(new EventSpool.Queue(partition.topic(), partition.partition(), tenant)));
    DatabaseRetry.run(() -> spool.add(byTenant));
    meters.counter(KitMeter.EVENTS_SPOOLED).increment(records.size());
  }

  /** Behind a full queue the partition waits, as it did before there was a spool. */
  private void awaitRoom(EventSpool.Queue queue) {
    boolean told = false;
    while (DatabaseRetry.call(
        () -> spool.hasAtLeast(queue, config.mostRows()), Integer.MAX_VALUE)) {
      if (!told) {
        LOG.warnf(
            "spool-full topic=%s partition=%d tenant=%s rows=%d: the partition waits",
            queue.topic(), queue.partition(), queue.tenant(), config.mostRows());
        told = true;
      }
      LockSupport.parkNanos(ROOM_CHECK.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("interrupted while the spool of a tenant was full");
      }
    }
  }

  /** The tenant that a record names, unless it is no name that a tenant can have. */
  private static String tenant(ConsumerRecord<String, byte[]> polled) {
    Header header = polled.headers().lastHeader("ce_tenant");
    if (header == null || header.value() == null) {
      return TenantShareRule.NO_TENANT;
    }
    String tenant = new String(header.value(), StandardCharsets.UTF_8);
    return LoopId.NAME.matcher(tenant).matches() ? tenant : TenantShareRule.NO_TENANT;
  }
}
