package dev.whetstone.curation.fate;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.count.CountKind;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
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
        end_user_digest, received_at, occurred_at, join_deadline, fate, reason, detail, deadline, phase, target, body)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (event_key) do update set kind = excluded.kind, response_id = excluded.response_id,
        conversation_key = excluded.conversation_key, end_user_digest = excluded.end_user_digest,
        received_at = excluded.received_at, occurred_at = excluded.occurred_at,
        join_deadline = excluded.join_deadline, fate = excluded.fate, reason = excluded.reason,
        detail = excluded.detail, deadline = excluded.deadline, phase = excluded.phase, target = excluded.target,
        body = excluded.body
      where event.fate = 'dead_lettered' or event.phase = 'parked'
      """;
  private static final String ASSIGN =
      """
      update event set fate = ?, reason = ?, detail = ?, deadline = ?, phase = ?,
        body = case when ?::boolean then null else body end
      where event_key = ?
      """;

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
    boolean dropBody = phase == Receipt.Phase.CLOSED && standing.fate() != Fate.DEAD_LETTERED;
    sql.update(
        ASSIGN,
        standing.fate().wireName(),
        standing.reason(),
        standing.detail(),
        standing.deadline(),
        wireName(phase),
        dropBody,
        key.text());
  }

  /**
   * Open feedback on the given answers in a fixed order, locked until the transaction ends so that
   * it does not expire while examples are formed from it.
   */
  public List<Receipt> openFeedback(LoopId loop, Collection<String> responseIds) {
    return sql.query(
        """
        select * from event where tenant = ? and loop = ? and response_id = any(?) and phase = 'open'
          and kind not in ('interaction', 'retraction', 'erasure') order by event_key for update
        """,
        ReceiptRepository::read,
        loop.tenant(),
        loop.loop(),
        responseIds);
  }

  /** Open events that replace or retract one of the given ones, in a fixed order. */
  public List<Receipt> aimingAt(Collection<EventKey> targets) {
    return sql.query(
        "select * from event where target = any(?) and phase = 'open' order by event_key",
        ReceiptRepository::read,
        targets);
  }

  public List<Receipt> all(Collection<EventKey> keys) {
    return sql.query(
        "select * from event where event_key = any(?) order by event_key",
        ReceiptRepository::read,
        keys);
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

  /** Claims parked events of a loop in order of arrival; skips those another worker has locked. */
  public List<Receipt> claimParked(LoopId loop, int limit) {
    return sql.query(
        """
        select * from event where tenant = ? and loop = ? and phase = 'parked'
        order by arrival limit ? for update skip locked
        """,
        ReceiptRepository::read,
        loop.tenant(),
        loop.loop(),
        limit);
  }

  /** Claims waiting events past their deadline; skips those another worker has locked. */
  public List<Receipt> claimExpired(Instant now, int limit) {
    return sql.query(
        """
        select * from event where fate = 'waiting' and deadline <= ?
        order by deadline, event_key limit ? for update skip locked
        """,
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
        row.getString("body"));
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
      receipt.body()
    };
  }

  private static String wireName(Receipt.Phase phase) {
    return phase.name().toLowerCase(java.util.Locale.ROOT);
  }
}
