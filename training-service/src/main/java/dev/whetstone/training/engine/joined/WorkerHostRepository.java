package dev.whetstone.training.engine.joined;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of joined hosts. */
@ApplicationScoped
class WorkerHostRepository {
  private final Sql sql;

  WorkerHostRepository(Sql sql) {
    this.sql = sql;
  }

  /** A host as it is stored. */
  record StoredHost(
      HostId id,
      String session,
      HostCapacity capacity,
      HostCapacity free,
      Map<String, String> labels,
      boolean draining,
      Instant joinedAt,
      Instant seenAt,
      @Nullable Instant leftAt) {
    boolean isHeard(Instant since) {
      return leftAt == null && seenAt.isAfter(since);
    }
  }

  Optional<StoredHost> lock(HostId host) {
    return sql.first(
        "select * from worker_host where tenant = ? and name = ? for update",
        WorkerHostRepository::read,
        host.tenant(),
        host.name());
  }

  Optional<StoredHost> find(HostId host) {
    return sql.first(
        "select * from worker_host where tenant = ? and name = ?",
        WorkerHostRepository::read,
        host.tenant(),
        host.name());
  }

  /** Hosts of a tenant that were heard from, by name. */
  List<StoredHost> heard(String tenant, Instant since) {
    return sql.query(
        """
        select * from worker_host where tenant = ? and seen_at > ? and left_at is null
        order by name limit 100
        """,
        WorkerHostRepository::read,
        tenant,
        since);
  }

  void save(HostId host, HostQuestion question, Instant now) {
    sql.update(
        """
        insert into worker_host (tenant, name, session, capacity, free, labels, draining, joined_at, seen_at, left_at)
        values (?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?, ?, ?, ?)
        on conflict (tenant, name) do update set
          joined_at = case when worker_host.session = excluded.session then worker_host.joined_at
            else excluded.joined_at end,
          session = excluded.session, capacity = excluded.capacity, free = excluded.free,
          labels = excluded.labels, draining = excluded.draining, seen_at = excluded.seen_at,
          left_at = excluded.left_at
        """,
        host.tenant(),
        host.name(),
        question.session(),
        Json.text(question.capacity()),
        Json.text(question.free()),
        Json.text(question.labels()),
        question.draining(),
        now,
        now,
        question.leaving() ? now : null);
  }

  /** A page of a tenant's hosts by name, with what runs on each. */
  List<WorkerHostView> page(String tenant, @Nullable String after, int limit, Instant heardSince) {
    return sql.query(
        """
        select h.*, array(select attempt_id from worker_assignment a
          where a.tenant = h.tenant and a.host = h.name and a.state = 'running'
          order by attempt_id limit 100) as running
        from worker_host h where tenant = ? and name > ? order by name limit ?
        """,
        row -> {
          StoredHost host = read(row);
          return new WorkerHostView(
              host.id().name(),
              state(host, heardSince),
              host.capacity(),
              host.free(),
              host.labels(),
              Arrays.asList((String[]) row.getArray("running").getArray()),
              host.joinedAt(),
              host.seenAt(),
              host.leftAt());
        },
        tenant,
        after == null ? "" : after,
        limit);
  }

  private static String state(StoredHost host, Instant heardSince) {
    if (host.leftAt() != null) {
      return "left";
    }
    if (!host.isHeard(heardSince)) {
      return "lost";
    }
    return host.draining() ? "draining" : "ready";
  }

  private static StoredHost read(ResultSet row) throws SQLException {
    return new StoredHost(
        new HostId(row.getString("tenant"), row.getString("name")),
        row.getString("session"),
        Json.read(row.getString("capacity"), HostCapacity.class),
        Json.read(row.getString("free"), HostCapacity.class),
        labels(row),
        row.getBoolean("draining"),
        Objects.requireNonNull(Sql.instant(row, "joined_at")),
        Objects.requireNonNull(Sql.instant(row, "seen_at")),
        Sql.instant(row, "left_at"));
  }

  private static Map<String, String> labels(ResultSet row) throws SQLException {
    Map<String, String> labels = new HashMap<>();
    Json.read(row.getString("labels"), JsonNode.class)
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    return labels;
  }
}
