package dev.whetstone.curation.erasure;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.erasure.ErasedExampleRepository.Formed;
import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.join.EventRejoin;
import dev.whetstone.curation.tombstone.Tombstone.Subject;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.trace.TraceContextRepository;
import dev.whetstone.kit.trace.TraceSubject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Erases what an erasure covers, some events at a time: the subject's interactions with all
 * feedback on them, the subject's other events, and every example formed from any of them with its
 * features. Sealed batches that hold such examples are tainted.
 *
 * <p>Each step finds what is left by the subject's digest, which a row loses with its text.
 * Feedback on an interaction goes before the interaction, so that its number does not matter.
 */
@ApplicationScoped
class ErasedRowRepository {
  private static final String ANSWERS =
      """
      select i.response_id from interaction i
      where i.tenant = ? and i.loop = ? and i.event_key is not null
        and %s and (i.received_at <= ? or exists (
          select 1 from event o where o.event_key = i.event_key and o.arrival <= ?))
      order by i.response_id limit ?
      """;
  private static final String ON_ANSWERS =
      """
      select e.event_key from event e
      where e.tenant = ? and e.loop = ? and e.response_id = any(?)
        and e.kind not in ('erasure', 'interaction') and e.fate <> 'erased'
      limit ?
      """;
  private static final String OTHERS =
      """
      select event_key from event
      where tenant = ? and loop = ? and kind <> 'erasure' and fate <> 'erased'
        and %s and (received_at <= ? or arrival <= ?)
      order by event_key limit ?
      """;

  private final TombstoneRepository tombstones;
  private final EventFateUpdater eventFates;
  private final ErasedExampleRepository examples;
  private final EventRejoin rejoin;
  private final DeclaredLoopRepository loops;
  private final ErasureConfig config;
  private final TraceContextRepository traces;
  private final Sql sql;

  ErasedRowRepository(
      TombstoneRepository tombstones,
      EventFateUpdater eventFates,
      ErasedExampleRepository examples,
      EventRejoin rejoin,
      DeclaredLoopRepository loops,
      ErasureConfig config,
      TraceContextRepository traces,
      Sql sql) {
    this.tombstones = tombstones;
    this.eventFates = eventFates;
    this.examples = examples;
    this.rejoin = rejoin;
    this.loops = loops;
    this.config = config;
    this.traces = traces;
    this.sql = sql;
  }

  /**
   * What one step erased.
   *
   * @param last whether nothing was left
   */
  record Step(int events, int examples, Set<String> tainted, boolean last) {}

  /** Erases at most so many events, in the caller's transaction. */
  Step eraseSome(Erasure erasure, int most) {
    LoopId loop = erasure.loop();
    tombstones.lock(List.of(), List.of(loop));
    List<String> answers = find(ANSWERS.formatted(subject(erasure, "i.")), erasure, most);
    List<String> onAnswers =
        answers.isEmpty()
            ? List.of()
            : sql.query(
                ON_ANSWERS, row -> row.getString(1), loop.tenant(), loop.loop(), answers, most);
    if (!onAnswers.isEmpty()) {
      return erase(erasure, onAnswers);
    }
    if (!answers.isEmpty()) {
      Step step = erase(erasure, eventsOf(loop, answers));
      forgetAnswers(loop, answers);
      return step;
    }
    List<String> others = find(OTHERS.formatted(subject(erasure, "")), erasure, most);
    if (!others.isEmpty()) {
      return erase(erasure, others);
    }
    List<Formed> formed = examples.ofSubject(erasure, most);
    return formed.isEmpty()
        ? new Step(0, 0, Set.of(), true)
        : new Step(0, formed.size(), examples.forget(erasure, formed), false);
  }

  private static String subject(Erasure erasure, String table) {
    boolean person = erasure.tombstone().subject() == Subject.END_USER;
    return table + (person ? "end_user_digest = ?" : "conversation_key = ?");
  }

  private List<String> find(String query, Erasure erasure, int most) {
    boolean person = erasure.tombstone().subject() == Subject.END_USER;
    Instant until = erasure.tombstone().watermark().plus(config.clockTolerance());
    return sql.query(
        query,
        row -> row.getString(1),
        erasure.loop().tenant(),
        erasure.loop().loop(),
        person ? erasure.tombstone().digest() : erasure.conversationKey(),
        until,
        erasure.arrival(),
        most);
  }

  private List<String> eventsOf(LoopId loop, Collection<String> answers) {
    return sql.query(
        """
        select event_key from interaction
        where tenant = ? and loop = ? and response_id = any(?) and event_key is not null
        """,
        row -> row.getString(1),
        loop.tenant(),
        loop.loop(),
        answers);
  }

  private Step erase(Erasure erasure, List<String> keys) {
    LoopId loop = erasure.loop();
    List<Formed> formed = examples.ofEvents(keys);
    List<String> rows = formed.stream().map(Formed::rowId).toList();
    Set<String> covered = new HashSet<>(keys);
    List<String> others =
        eventFates.of(rows).stream().filter(key -> !covered.contains(key)).toList();
    List<String> answers = answersOf(keys);
    Set<String> tainted = examples.forget(erasure, formed);
    forgetEvents(keys);
    traces.forget(loop, TraceSubject.Kind.EVENT, keys);
    eventFates.follow(others);
    loops.current(loop).ifPresent(declared -> rejoin.atAnswers(declared, answers));
    return new Step(keys.size(), rows.size(), tainted, false);
  }

  /** Answers that stay although feedback on them is erased: their examples must be formed again. */
  private List<String> answersOf(List<String> keys) {
    return sql.query(
        """
        select distinct e.response_id from event e join interaction i using (tenant, loop, response_id)
        where e.event_key = any(?) and i.event_key is not null and not (i.event_key = any(?)) order by 1
        """,
        row -> row.getString(1),
        keys,
        keys);
  }

  private void forgetEvents(List<String> keys) {
    sql.update(
        """
        update event set fate = 'erased', reason = 'erased', detail = null, deadline = null, phase = 'closed',
          body = null, end_user_digest = null, conversation_key = null, connection = null
        where event_key = any(?)
        """,
        keys);
    sql.update("delete from resent_event where event_key = any(?)", keys);
  }

  /** Clears the answers, and the conversations of which nothing else is left. */
  private void forgetAnswers(LoopId loop, List<String> answers) {
    List<String> conversations =
        sql.query(
            """
            select distinct conversation_key from interaction
            where tenant = ? and loop = ? and response_id = any(?) and conversation_key is not null
            """,
            row -> row.getString(1),
            loop.tenant(),
            loop.loop(),
            answers);
    sql.update(
        """
        update interaction set body = null, end_user_digest = null, conversation_id = null,
          conversation_key = null
        where tenant = ? and loop = ? and response_id = any(?)
        """,
        loop.tenant(),
        loop.loop(),
        answers);
    sql.update(
        """
        delete from conversation c where c.tenant = ? and c.loop = ? and c.conversation_key = any(?)
          and not exists (select 1 from interaction i where i.tenant = c.tenant and i.loop = c.loop
            and i.conversation_key = c.conversation_key)
          and not exists (select 1 from event e where e.tenant = c.tenant and e.loop = c.loop
            and e.conversation_key = c.conversation_key)
        """,
        loop.tenant(),
        loop.loop(),
        conversations);
  }
}
