package dev.whetstone.curation.erasure;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.curation.agenda.LoopAgendaRepository;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.form.SplitRule;
import dev.whetstone.curation.tombstone.PseudonymDigests;
import dev.whetstone.curation.tombstone.Tombstone;
import dev.whetstone.curation.tombstone.Tombstone.Subject;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of erasures. */
@ApplicationScoped
public class ErasureRepository {
  private static final String INTO_LOOP =
      """
      insert into erasure (erasure_id, tenant, loop, subject, digest, conversation_key, watermark, state,
        requested_at, arrival)
      select erasure_id, tenant, ?, subject, digest, conversation_key, watermark, 'open', ?,
        (select last_value from event_arrival_seq)
      from erasure_request where tenant = ? and erasure_id = ? on conflict do nothing
      """;

  private final Sql sql;
  private final TombstoneRepository tombstones;
  private final ReceiptRepository receipts;
  private final PseudonymDigests pseudonyms;
  private final LoopAgendaRepository agenda;
  private final ErasureConfig config;
  private final Clock clock;

  public ErasureRepository(
      Sql sql,
      TombstoneRepository tombstones,
      ReceiptRepository receipts,
      PseudonymDigests pseudonyms,
      LoopAgendaRepository agenda,
      ErasureConfig config,
      Clock clock) {
    this.sql = sql;
    this.tombstones = tombstones;
    this.receipts = receipts;
    this.pseudonyms = pseudonyms;
    this.agenda = agenda;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Writes the tombstone, which covers all loops of the tenant from this transaction on, and the
   * erasure to be carried out in this loop; {@link #spread} adds the other loops. The caller holds
   * the loop's erasure lock.
   */
  public void request(EventAttributes attributes, EndUserErased erased) {
    LoopId loop = attributes.loop();
    boolean person = erased.endUser() != null;
    String digest =
        person
            ? Objects.requireNonNull(pseudonyms.endUser(loop.tenant(), erased.endUser()))
            : pseudonyms.conversation(
                loop.tenant(), Objects.requireNonNull(erased.conversationId()));
    Subject subject = person ? Subject.END_USER : Subject.CONVERSATION;
    tombstones.put(
        loop.tenant(),
        new Tombstone(subject, digest, erased.watermark().plus(config.clockTolerance())));
    Instant now = clock.instant();
    sql.update(
        """
        insert into erasure_request (tenant, erasure_id, subject, digest, conversation_key, watermark,
          requested_at, spread_until)
        values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
        """,
        loop.tenant(),
        erased.erasureId(),
        subject.wireName(),
        digest,
        person ? null : SplitRule.subject(erased.conversationId(), null, ""),
        erased.watermark(),
        now,
        now.plus(config.spread()));
    sql.update(INTO_LOOP, loop.loop(), now, loop.tenant(), erased.erasureId());
    receipts.record(List.of(receipt(attributes, erased.erasureId())));
  }

  /**
   * Adds recent erasures to the tenant's other loops that have a declaration or an event, in the
   * caller's transaction. Their deadline is that of the request, which a restore may have brought
   * back long after it.
   *
   * @return how many were added
   */
  int spread() {
    return sql.update(
        """
        insert into erasure (erasure_id, tenant, loop, subject, digest, conversation_key, watermark, state,
          requested_at, arrival)
        select r.erasure_id, r.tenant, a.loop, r.subject, r.digest, r.conversation_key, r.watermark, 'open',
          r.requested_at, (select last_value from event_arrival_seq)
        from erasure_request r join loop_agenda a on a.tenant = r.tenant
        where r.spread_until > ? and not exists (
          select 1 from erasure e
          where e.tenant = r.tenant and e.loop = a.loop and e.erasure_id = r.erasure_id)
        on conflict do nothing
        """,
        clock.instant());
  }

  /**
   * Claims the open erasure that had the fewest transactions; skips those that another worker has
   * locked.
   *
   * @param past {@link Erasure#key keys} of erasures to skip
   */
  Optional<Erasure> claim(Collection<String> past) {
    return sql
        .query(
            """
            select * from erasure
            where state = 'open' and not (tenant || '/' || loop || '/' || erasure_id = any(?))
            order by steps, requested_at, erasure_id, tenant, loop limit 1 for update skip locked
            """,
            ErasureRepository::read,
            past)
        .stream()
        .findFirst();
  }

  /** Whether the loop has an erasure that is not done yet. */
  public boolean anyOpen(LoopId loop) {
    return !sql.query(
            "select 1 from erasure where tenant = ? and loop = ? and state = 'open' limit 1",
            row -> 1,
            loop.tenant(),
            loop.loop())
        .isEmpty();
  }

  /** Records one step of an erasure. */
  void progress(Erasure erasure, int events, int examples, Collection<String> tainted) {
    sql.update(
        """
        update erasure set steps = steps + 1, events = events + ?, examples = examples + ?,
          tainted = array(select distinct unnest(tainted || ?::text[]) order by 1),
          batches = cardinality(array(select distinct unnest(tainted || ?::text[])))
        where erasure_id = ? and tenant = ? and loop = ?
        """,
        events,
        examples,
        tainted,
        tainted,
        erasure.erasureId(),
        erasure.loop().tenant(),
        erasure.loop().loop());
  }

  /** Nothing is left in curation's rows; the loop may be cut again. */
  void done(Erasure erasure) {
    sql.update(
        """
        update erasure set state = 'done', done_at = ? where erasure_id = ? and tenant = ? and loop = ?
        """,
        clock.instant(),
        erasure.erasureId(),
        erasure.loop().tenant(),
        erasure.loop().loop());
    agenda.wake(erasure.loop());
  }

  /** An erasure in every loop of the tenant that received it. */
  public List<Erasure> find(String tenant, String erasureId) {
    return sql.query(
        "select * from erasure where tenant = ? and erasure_id = ? order by loop",
        ErasureRepository::read,
        tenant,
        erasureId);
  }

  /**
   * A loop's erasures of which something is left.
   *
   * @param open not yet carried out in curation's rows
   * @param inBatches done there, but sealed batches hold some of their texts
   * @param firstRequest when the first of the latter was requested
   */
  public record Unfinished(int open, int inBatches, @Nullable Instant firstRequest) {}

  /** What is left of a loop's erasures. */
  public Unfinished unfinished(LoopId loop) {
    return sql.query(
            """
            select count(*) filter (where state = 'open') as open,
              count(*) filter (where state = 'done' and tainted <> '{}') as in_batches,
              min(requested_at) filter (where state = 'done' and tainted <> '{}') as first
            from erasure where tenant = ? and loop = ?
            """,
            row ->
                new Unfinished(
                    row.getInt("open"), row.getInt("in_batches"), Sql.instant(row, "first")),
            loop.tenant(),
            loop.loop())
        .getFirst();
  }

  private static Receipt receipt(EventAttributes attributes, String erasureId) {
    return new Receipt(
        attributes.key(),
        Receipt.ERASURE,
        null,
        null,
        null,
        attributes.time(),
        null,
        attributes.time(),
        EventStanding.context("erasure " + erasureId),
        Receipt.Phase.CLOSED,
        null,
        null,
        null);
  }

  private static Erasure read(ResultSet row) throws SQLException {
    @Nullable String conversationKey = row.getString("conversation_key");
    return new Erasure(
        row.getString("erasure_id"),
        new LoopId(row.getString("tenant"), row.getString("loop")),
        new Tombstone(
            Subject.valueOf(row.getString("subject").toUpperCase(java.util.Locale.ROOT)),
            row.getString("digest"),
            Objects.requireNonNull(Sql.instant(row, "watermark"))),
        conversationKey,
        row.getLong("arrival"),
        row.getString("state").equals("done"),
        row.getInt("events"),
        row.getInt("examples"),
        Sql.texts(row, "tainted"),
        Objects.requireNonNull(Sql.instant(row, "requested_at")),
        Sql.instant(row, "done_at"));
  }
}
