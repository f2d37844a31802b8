package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.curation.cap.ResponseFeedbackCounts.ResponseTotal;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The rows of interactions and of conversations' splits. */
@ApplicationScoped
public class InteractionRepository {
  private static final String LOCK_OR_CREATE =
      """
      insert into interaction (tenant, loop, response_id)
      select ?, ?, r from unnest(?::text[]) as t(r) order by r
      on conflict (tenant, loop, response_id) do update set touched = interaction.touched + 1
      """;
  private static final String PUT =
      """
      update interaction set event_key = ?, conversation_key = ?, conversation_id = ?, split = ?,
        end_user_digest = ?, received_at = ?, consent = ?, body = ?
      where tenant = ? and loop = ? and response_id = ?
      """;

  private static final String HEADS =
      """
      select response_id, event_key, received_at, coalesce(octet_length(body), 0) as body_bytes,
        feedback_events, feedback_bytes
      from interaction where tenant = ? and loop = ? and response_id = any(?)
      """;

  /** Rows of a cursor in memory. */
  private static final int FETCH = 20;

  private final Sql sql;

  public InteractionRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * Locks the rows of these responses until the transaction ends, creating missing ones. The side
   * of a join that arrives second waits here and then sees the first, whatever partition or
   * instance that was on. One call takes all of a transaction's responses, in order, to avoid
   * deadlocks.
   */
  public Map<String, InteractionHead> lockOrCreate(LoopId loop, Collection<String> responseIds) {
    if (responseIds.isEmpty()) {
      return new HashMap<>();
    }
    sql.update(LOCK_OR_CREATE, loop.tenant(), loop.loop(), responseIds);
    return heads(loop, responseIds);
  }

  /** Rows without their texts, not locked. */
  public Map<String, InteractionHead> heads(LoopId loop, Collection<String> responseIds) {
    Map<String, InteractionHead> heads = new HashMap<>();
    sql.query(HEADS, InteractionRepository::readHead, loop.tenant(), loop.loop(), responseIds)
        .forEach(head -> heads.put(head.responseId(), head));
    return heads;
  }

  /** The whole rows; the caller bounds their bytes, which {@link InteractionHead} tells. */
  public Map<String, Interaction> all(LoopId loop, Collection<String> responseIds) {
    Map<String, Interaction> all = new HashMap<>();
    if (responseIds.isEmpty()) {
      return all;
    }
    sql.query(
            "select * from interaction where tenant = ? and loop = ? and response_id = any(?)",
            InteractionRepository::read,
            loop.tenant(),
            loop.loop(),
            responseIds)
        .forEach(interaction -> all.put(interaction.responseId(), interaction));
    return all;
  }

  public Optional<Interaction> find(LoopId loop, String responseId) {
    return sql
        .query(
            "select * from interaction where tenant = ? and loop = ? and response_id = ?",
            InteractionRepository::read,
            loop.tenant(),
            loop.loop(),
            responseId)
        .stream()
        .findFirst();
  }

  /** Fills rows that {@link #lockOrCreate} locked. */
  public void put(LoopId loop, Collection<Interaction> interactions) {
    sql.updateAll(PUT, interactions.stream().map(known -> arguments(loop, known)).toList());
  }

  /**
   * The conversations' splits. Those without one get the one in {@code proposed} permanently; of
   * two workers that propose one at the same time, the first to commit decides (I8).
   */
  public Map<String, Split> decideSplits(LoopId loop, Map<String, Split> proposed) {
    var sorted = new TreeMap<>(proposed);
    sql.update(
        """
        insert into conversation (tenant, loop, conversation_key, split)
        select ?, ?, k, s from unnest(?::text[], ?::text[]) as t(k, s) order by k
        on conflict (tenant, loop, conversation_key) do nothing
        """,
        loop.tenant(),
        loop.loop(),
        List.copyOf(sorted.keySet()),
        sorted.values().stream().map(Split::wireName).toList());
    return splits(loop, sorted.keySet());
  }

  /** Splits of the conversations that have one. */
  public Map<String, Split> splits(LoopId loop, Collection<String> conversationKeys) {
    Map<String, Split> decided = new HashMap<>();
    sql.query(
            """
            select conversation_key, split from conversation
            where tenant = ? and loop = ? and conversation_key = any(?)
            """,
            row -> Map.entry(row.getString(1), split(row.getString(2))),
            loop.tenant(),
            loop.loop(),
            conversationKeys)
        .forEach(entry -> decided.put(entry.getKey(), entry.getValue()));
    return decided;
  }

  /**
   * The prompts of the newest interactions that still have their text, through a cursor and in the
   * caller's transaction.
   *
   * @param limit number of prompts
   * @param characters of all prompts together
   */
  public List<String> newestPrompts(LoopId loop, int limit, long characters) {
    List<String> prompts = new ArrayList<>();
    long[] left = {characters};
    sql.scan(
        """
        select body::json #>> '{request,messages}' as messages from interaction
        where tenant = ? and loop = ? and event_key is not null and body is not null
        order by received_at desc, response_id limit ?
        """,
        FETCH,
        row -> {
          String messages = row.getString("messages");
          if (messages != null) {
            prompts.add(prompt(messages));
            left[0] -= prompts.getLast().length();
          }
          return left[0] > 0;
        },
        loop.tenant(),
        loop.loop(),
        limit);
    return prompts;
  }

  private static String prompt(String messages) {
    byte[] json = messages.getBytes(StandardCharsets.UTF_8);
    return ChatTexts.prompt(List.of(Json.read(json, ChatMessage[].class)));
  }

  private static InteractionHead readHead(ResultSet row) throws SQLException {
    return new InteractionHead(
        row.getString("response_id"),
        row.getString("event_key") != null,
        Sql.instant(row, "received_at"),
        row.getLong("body_bytes"),
        new ResponseTotal(row.getInt("feedback_events"), row.getLong("feedback_bytes")));
  }

  static Interaction read(ResultSet row) throws SQLException {
    String key = row.getString("event_key");
    String split = row.getString("split");
    String body = row.getString("body");
    return new Interaction(
        row.getString("response_id"),
        key == null ? null : EventKey.parse(key),
        row.getString("conversation_key"),
        row.getString("conversation_id"),
        split == null ? null : split(split),
        row.getString("end_user_digest"),
        Sql.instant(row, "received_at"),
        row.getBoolean("consent"),
        body == null ? null : recorded(body));
  }

  private static InteractionRecorded recorded(String body) {
    return Json.read(body, InteractionRecorded.class);
  }

  private static @Nullable Object[] arguments(LoopId loop, Interaction known) {
    return new @Nullable Object[] {
      Objects.requireNonNull(known.key()).text(),
      known.conversationKey(),
      known.conversationId(),
      known.split() == null ? null : known.split().wireName(),
      known.endUserDigest(),
      known.receivedAt(),
      known.consent(),
      known.recorded() == null ? null : Json.text(known.recorded()),
      loop.tenant(),
      loop.loop(),
      known.responseId()
    };
  }

  private static Split split(String wireName) {
    return Split.valueOf(wireName.toUpperCase(java.util.Locale.ROOT));
  }
}
