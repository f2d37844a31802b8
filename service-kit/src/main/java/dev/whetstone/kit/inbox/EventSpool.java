package dev.whetstone.kit.inbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** The rows of polled events that wait for their turn, a queue for each partition and tenant. */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class EventSpool {
  /** Steps from queue to queue in the index, however many rows each has. */
  private static final String QUEUES =
      """
      with recursive queue as (
        (select topic, part, tenant from event_spool where topic = ? order by 1, 2, 3 limit 1)
        union all
        select next.topic, next.part, next.tenant from queue, lateral (
          select topic, part, tenant from event_spool
          where topic = ? and (topic, part, tenant) > (queue.topic, queue.part, queue.tenant)
          order by 1, 2, 3 limit 1) next
      )
      select topic, part, tenant from queue
      """;

  private static final String FIRST =
      """
      select id, record_offset, origin, value from (
        select id, record_offset, origin, value, sum(bytes) over (order by id) - bytes as before
        from (select * from event_spool where topic = ? and part = ? and tenant = ?
              order by id limit ?) first) bounded
      where before <= ? order by id
      """;
  private final Sql sql;

  public EventSpool(Sql sql) {
    this.sql = sql;
  }

  /** The waiting events of one tenant from one partition. */
  record Queue(String topic, int partition, String tenant) {}

  /** An event that waits. */
  record Waiting(long id, ConsumerRecord<String, byte[]> origin) {}

  /** Every queue of a topic that has events. */
  List<Queue> queues(String topic) {
    return sql.query(
        QUEUES, row -> new Queue(row.getString(1), row.getInt(2), row.getString(3)), topic, topic);
  }

  /** Whether a queue has at least so many events. */
  boolean hasAtLeast(Queue queue, int events) {
    return sql.first(
            "select 1 from event_spool where topic = ? and part = ? and tenant = ?"
                + " order by id offset ? limit 1",
            row -> true,
            queue.topic(),
            queue.partition(),
            queue.tenant(),
            events - 1)
        .isPresent();
  }

  /** Appends records to the queues of their tenants. */
  @Transactional
  void add(Map<String, List<ConsumerRecord<String, byte[]>>> byTenant) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    byTenant.forEach(
        (tenant, records) ->
            records.forEach(
                each ->
                    rows.add(
                        new @Nullable Object[] {
                          each.topic(),
                          each.partition(),
                          tenant,
                          each.offset(),
                          origin(each),
                          each.value(),
                          size(each)
                        })));
    sql.updateAll(
        "insert into event_spool (topic, part, tenant, record_offset, origin, value, bytes)"
            + " values (?, ?, ?, ?, ?, ?, ?)",
        rows);
  }

  /**
   * The first events of a queue, in order.
   *
   * @param bytes together at most, unless the first alone has more
   */
  List<Waiting> first(Queue queue, int events, long bytes) {
    return sql.query(
        FIRST,
        row -> waiting(queue, row),
        queue.topic(),
        queue.partition(),
        queue.tenant(),
        events,
        bytes);
  }

  /**
   * Deletes events in the caller's transaction, in which they take effect.
   *
   * @return the ids that were there: those of the others have taken effect elsewhere
   */
  List<Long> take(List<Long> ids) {
    return sql.query(
        "delete from event_spool where id = any (?::bigint[]) returning id",
        row -> row.getLong(1),
        ids);
  }

  static long size(ConsumerRecord<String, byte[]> polled) {
    return polled.value() == null ? 0 : polled.value().length;
  }

  private static byte[] origin(ConsumerRecord<String, byte[]> polled) {
    ObjectNode origin =
        Json.mapper().createObjectNode().put("key", polled.key()).put("time", polled.timestamp());
    ArrayNode headers = origin.putArray("headers");
    for (Header header : polled.headers()) {
      headers.addArray().add(header.key()).add(header.value());
    }
    return Json.write(origin);
  }

  private static Waiting waiting(Queue queue, ResultSet row) throws SQLException {
    JsonNode origin = Json.read(row.getBytes("origin"), JsonNode.class);
    RecordHeaders headers = new RecordHeaders();
    for (JsonNode header : origin.path("headers")) {
      headers.add(header.get(0).asText(), bytes(header.get(1)));
    }
    byte[] value = row.getBytes("value");
    return new Waiting(
        row.getLong("id"),
        new ConsumerRecord<>(
            queue.topic(),
            queue.partition(),
            row.getLong("record_offset"),
            origin.path("time").asLong(),
            TimestampType.CREATE_TIME,
            ConsumerRecord.NULL_SIZE,
            value == null ? ConsumerRecord.NULL_SIZE : value.length,
            origin.path("key").isNull() ? null : origin.path("key").asText(),
            value,
            headers,
            Optional.empty()));
  }

  private static byte @Nullable [] bytes(JsonNode value) {
    try {
      return value.isNull() ? null : value.binaryValue();
    } catch (IOException e) {
      throw new UncheckedIOException("a header of a spooled event is not base64", e);
    }
  }
}
