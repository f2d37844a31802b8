package dev.whetstone.curation.fate;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.SenderStamp;
import dev.whetstone.curation.count.CountKind;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rows of accepted events. */
@ApplicationScoped
public class ReceiptRepository {
  private static final String INSERT =
      """
      insert into event (event_key, tenant, loop, source, id, kind, response_id, conversation_key,
        end_user_digest, received_at, occurred_at, join_deadline, fate, reason, detail, deadline, phase, target, body,
        key_id, publishable, connection)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (event_key) do update set kind = excluded.kind, response_id = excluded.response_id,
        conversation_key = excluded.conversation_key, end_user_digest = excluded.end_user_digest,
        received_at = excluded.received_at, occurred_at = excluded.occurred_at,
        join_deadline = excluded.join_deadline, fate = excluded.fate, reason = excluded.reason,
        detail = excluded.detail, deadline = excluded.deadline, phase = excluded.phase, target = excluded.target,
        body = excluded.body, key_id = excluded.key_id, publishable = excluded.publishable,
        connection = excluded.connection
      where event.fate = 'dead_lettered' or event.phase = 'parked'
      """;
  private static final String ASSIGN =
      """
      update event set fate = ?, reason = ?, detail = ?, deadline = ?, phase = ?,
        body = case when ?::boolean then null else body end
      where event_key = ?
      """;

  /** All columns but the text, which can be large. */
  static final String HEAD =
      "event_key, kind, response_id, conversation_key, end_user_digest, received_at, occurred_at,"
          + " join_deadline, fate, reason, detail, deadline, phase, target, null::text as body,"
          + " key_id, publishable, connection";

  private static final String[] DROPPED =
      Stream.of(Fate.REJECTED, Fate.QUARANTINED, Fate.DEAD_LETTERED)
          .map(Fate::wireName)
          .toArray(String[]::new);

  private final Sql sql;
  private final LoopCountRepository counts;

  public ReceiptRepository(Sql sql, LoopCountRepository counts) {
    this.sql = sql;
    this.counts = counts;
  }

  /** Records events; replaces the rows of parked and dead-lettered events that arrive again. */
  public void record(Collection<Receipt> receipts) {
    sql.updateAll(INSERT, receipts.stream().map(ReceiptRepository::arguments).toList());
  }

  /** Records a dead letter unless it already has a receipt. */
  public void recordDeadLetter(
      EventKey key, String kind, Instant receivedAt, EventStanding standing) {
    sql.update(
        """
        insert into event (event_key, tenant, loop, source, id, kind, received_at, join_deadline, fate, reason,
          detail, phase)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'closed') on conflict do nothing
        """,
        key.text(),
        key.loop().tenant(),
        key.loop().loop(),
        key.source(),
        key.id(),
        kind,
        receivedAt,
        receivedAt,
        standing.fate().wireName(),
        standing.reason(),
        standing.detail());
  }

  /**
   * Gives an event another fate. A closed event loses its body, which is no longer read; a dead
   * letter keeps its body for diagnosis.
   */
  public void assign(EventKey key, EventStanding standing, Receipt.Phase phase) {
    assignAll(List.of(new Assignment(key, standing, phase)));
  }

  /** A new fate of an event. */
  public record Assignment(EventKey key, EventStanding standing, Receipt.Phase phase) {
    /** Whether the event has another fate than this. */
    public boolean changes(Receipt receipt) {
      return receipt.phase() != phase || !receipt.standing().equals(standing);
    }
  }

  /** Gives events other fates in one round trip; see {@link #assign}. */
  public void assignAll(Collection<Assignment> assignments) {
    sql.updateAll(ASSIGN, assignments.stream().map(ReceiptRepository::arguments).toList());
  }

  private static @Nullable Object[] arguments(Assignment assignment) {
    EventStanding standing = assignment.standing();
    boolean dropBody =
        assignment.phase() == Receipt.Phase.CLOSED && standing.fate() != Fate.DEAD_LETTERED;
    return new @Nullable Object[] {
      standing.fate().wireName(),
      standing.reason(),
      standing.detail(),
      standing.deadline(),
      wireName(assignment.phase()),
      dropBody,
      assignment.key().text()
    };
  }

  /** Events without their bodies. */
  public List<Receipt> heads(Collection<EventKey> keys) {
    return sql.query(
        "select " + HEAD + " from event where event_key = any(?) order by event_key",
        ReceiptRepository::read,
        keys);
  }

  public List<Receipt> all(Collection<EventKey> keys) {
    return sql.query(
        "select * from event where event_key = any(?) order by event_key",
        ReceiptRepository::read,
        keys);
  }

  /** The size of the bodies of those events that have one. */
  public Map<EventKey, Long> bodyBytes(Collection<EventKey> keys) {
    Map<EventKey, Long> bytes = new HashMap<>();
    if (!keys.isEmpty()) {
      sql.query(
              "select event_key, octet_length(body) from event where event_key = any(?) and body is not null",
              row -> Map.entry(EventKey.parse(row.getString(1)), row.getLong(2)),
              keys)
          .forEach(entry -> bytes.put(entry.getKey(), entry.getValue()));
    }
    return bytes;
  }

  public Optional<Receipt> find(EventKey key) {
    return sql
        .query("select * from event where event_key = ?", ReceiptRepository::read, key.text())
        .stream()
        .findFirst();
  }

  public List<Receipt> byId(LoopId loop, String id) {
    return sql.query(
        "select * from event where tenant = ? and loop = ? and id = ? order by event_key",
        ReceiptRepository::read,
        loop.tenant(),
        loop.loop(),
        id);
  }

  /**
   * One page of the events with an id, by key.
   *
   * @param after only keys behind this one; empty for the first page
   */
  public List<Receipt> byId(LoopId loop, String id, String after, int limit) {
    return sql.query(
        """
        select * from event where tenant = ? and loop = ? and id = ? and event_key > ?
        order by event_key limit ?
        """,
        ReceiptRepository::read,
        loop.tenant(),
        loop.loop(),
        id,
        after,
        limit);
  }

  /**
   * One page of the events about a response, by key.
   *
   * @param after only keys behind this one; empty for the first page
   */
  public List<Receipt> byResponse(LoopId loop, String responseId, String after, int limit) {
    return sql.query(
        """
        select * from event where tenant = ? and loop = ? and response_id = ? and event_key > ?
        order by event_key limit ?
        """,
        ReceiptRepository::read,
        loop.tenant(),
        loop.loop(),
        responseId,
        after,
        limit);
  }

  /**
   * Claims parked events of a loop in order of arrival; skips those another worker has locked.
   *
   * @param limit of events
   * @param bytes of their bodies; the first is claimed whatever its size
   */
  public List<Receipt> claimParked(LoopId loop, int limit, long bytes) {
    return sql.query(
        """
        select * from event where phase = 'parked' and event_key in (
          select event_key from (
            select event_key, arrival,
              sum(octet_length(body)) over (order by arrival) - octet_length(body) as earlier
            from (
              select event_key, arrival, body from event
              where tenant = ? and loop = ? and phase = 'parked' order by arrival limit ?) parked) summed
          where earlier < ?)
        order by arrival for update skip locked
        """,
        ReceiptRepository::read,
        loop.tenant(),
        loop.loop(),
        limit,
        bytes);
  }

  /**
   * Claims waiting events past their deadline, without their bodies; skips those another worker has
   * locked.
   */
  public List<Receipt> claimExpired(Instant now, int limit) {
    return sql.query(
        "select "
            + HEAD
            + " from event where fate = 'waiting' and deadline <= ?"
            + " order by deadline, event_key limit ? for update skip locked",
        ReceiptRepository::read,
        now,
        limit);
  }

  /** Makes a loop's feedback on whole conversations context once the conversation is known. */
  public int joinConversations(LoopId loop) {
    return sql.update(
        """
        update event e set fate = 'context', reason = null, deadline = null,
          detail = 'about the whole conversation, not about one answer'
        where e.tenant = ? and e.loop = ? and e.fate = 'waiting' and e.reason = 'conversation'
          and e.phase = 'open' and exists (
            select 1 from conversation c where c.tenant = e.tenant and c.loop = e.loop
              and c.conversation_key = e.conversation_key)
        """,
        loop.tenant(),
        loop.loop());
  }

  /**
   * The number of accepted events per fate, from counters. Fate is a checked, non-null column of
   * the event's only row, so the counts add up to all accepted events (I1).
   */
  public Map<Fate, Long> counts(LoopId loop) {
    Map<Fate, Long> fates = new EnumMap<>(Fate.class);
    counts
        .of(loop, CountKind.EVENT)
        .forEach(one -> fates.merge(Fate.of(one.state()), one.n(), Long::sum));
    return fates;
  }

  /** The number of dropped events per reason, from counters. */
  public Map<String, Long> reasons(LoopId loop) {
    Map<String, Long> reasons = new TreeMap<>();
    counts.of(loop, CountKind.EVENT, DROPPED).stream()
        .filter(one -> !one.reason().isEmpty())
        .forEach(one -> reasons.merge(one.reason(), one.n(), Long::sum));
    return reasons;
  }

  /** Reads a row of the table {@code event}. */
  public static Receipt read(ResultSet row) throws SQLException {
    return new Receipt(
        EventKey.parse(row.getString("event_key")),
        row.getString("kind"),
        row.getString("response_id"),
        row.getString("conversation_key"),
        row.getString("end_user_digest"),
        Objects.requireNonNull(Sql.instant(row, "received_at")),
        Sql.instant(row, "occurred_at"),
        Objects.requireNonNull(Sql.instant(row, "join_deadline")),
        new EventStanding(
            Fate.of(row.getString("fate")),
            row.getString("reason"),
            row.getString("detail"),
            Sql.instant(row, "deadline")),
        Receipt.Phase.valueOf(row.getString("phase").toUpperCase(java.util.Locale.ROOT)),
        row.getString("target") == null ? null : EventKey.parse(row.getString("target")),
        row.getString("body"),
        row.getString("key_id") == null
            ? null
            : new SenderStamp(
                row.getString("key_id"),
                row.getBoolean("publishable"),
                row.getString("connection")));
  }

  private static @Nullable Object[] arguments(Receipt receipt) {
    EventStanding standing = receipt.standing();
    return new @Nullable Object[] {
      receipt.key().text(),
      receipt.key().loop().tenant(),
      receipt.key().loop().loop(),
      receipt.key().source(),
      receipt.key().id(),
      receipt.kind(),
      receipt.responseId(),
      receipt.conversationKey(),
      receipt.endUserDigest(),
      receipt.receivedAt(),
      receipt.occurredAt(),
      receipt.joinDeadline(),
      standing.fate().wireName(),
      standing.reason(),
      standing.detail(),
      standing.deadline(),
      wireName(receipt.phase()),
      receipt.target() == null ? null : receipt.target().text(),
      receipt.body(),
      receipt.sender() == null ? null : receipt.sender().keyId(),
      receipt.sender() != null && receipt.sender().publishable(),
      receipt.sender() == null ? null : receipt.sender().connection()
    };
  }

  private static String wireName(Receipt.Phase phase) {
    return phase.name().toLowerCase(java.util.Locale.ROOT);
  }
}
