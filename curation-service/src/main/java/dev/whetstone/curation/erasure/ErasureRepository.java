package dev.whetstone.curation.erasure;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.event.EndUserErased;
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
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of erasures. */
@ApplicationScoped
public class ErasureRepository {
  private final Sql sql;
  private final TombstoneRepository tombstones;
  private final ReceiptRepository receipts;
  private final PseudonymDigests pseudonyms;
  private final Clock clock;

  public ErasureRepository(
      Sql sql,
      TombstoneRepository tombstones,
      ReceiptRepository receipts,
      PseudonymDigests pseudonyms,
      Clock clock) {
    this.sql = sql;
    this.tombstones = tombstones;
    this.receipts = receipts;
    this.pseudonyms = pseudonyms;
    this.clock = clock;
  }

  /**
   * Writes the tombstone, effective from this transaction on, and the erasure to be carried out. It
   * waits for no lock: events that another transaction admits at the same time, without the
   * tombstone, are committed before the sweep gets the loop's lock, and it covers them.
   */
  public void request(EventAttributes attributes, EndUserErased erased) {
    LoopId loop = attributes.loop();
    boolean person = erased.endUser() != null;
    String digest =
        person
            ? Objects.requireNonNull(pseudonyms.endUser(loop.tenant(), erased.endUser()))
            : pseudonyms.conversation(
                loop.tenant(), Objects.requireNonNull(erased.conversationId()));
    var tombstone =
        new Tombstone(person ? Subject.END_USER : Subject.CONVERSATION, digest, erased.watermark());
    tombstones.put(loop, tombstone);
    String conversationKey = person ? null : SplitRule.subject(erased.conversationId(), null, "");
    sql.update(
        """
        insert into erasure (erasure_id, tenant, loop, subject, digest, conversation_key, watermark, state,
          requested_at)
        values (?, ?, ?, ?, ?, ?, ?, 'open', ?) on conflict do nothing
        """,
        erased.erasureId(),
        loop.tenant(),
        loop.loop(),
        tombstone.subject().wireName(),
        digest,
        conversationKey,
        erased.watermark(),
        clock.instant());
    receipts.record(List.of(receipt(attributes, erased.erasureId())));
  }

  /**
   * Claims an erasure that is not done yet; skips those that another worker has locked.
   *
   * @param past {@link Erasure#key keys} of erasures to skip
   */
  Optional<Erasure> claim(Collection<String> past) {
    return sql
        .query(
            """
            select * from erasure
            where state = 'open' and not (tenant || '/' || loop || '/' || erasure_id = any(?))
            order by requested_at, erasure_id, tenant, loop limit 1 for update skip locked
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

  void done(Erasure erasure, int events, int examples, int batches) {
    sql.update(
        """
        update erasure set state = 'done', events = ?, examples = ?, batches = ?, done_at = ?
        where erasure_id = ? and tenant = ? and loop = ?
        """,
        events,
        examples,
        batches,
        clock.instant(),
        erasure.erasureId(),
        erasure.loop().tenant(),
        erasure.loop().loop());
  }

  /** An erasure in every loop of the tenant that received it. */
  public List<Erasure> find(String tenant, String erasureId) {
    return sql.query(
        "select * from erasure where tenant = ? and erasure_id = ? order by loop",
        ErasureRepository::read,
        tenant,
        erasureId);
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
        row.getString("state").equals("done"),
        row.getInt("events"),
        row.getInt("examples"),
        row.getInt("batches"),
        Objects.requireNonNull(Sql.instant(row, "requested_at")),
        Sql.instant(row, "done_at"));
  }
}
