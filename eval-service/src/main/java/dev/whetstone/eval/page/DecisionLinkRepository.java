package dev.whetstone.eval.page;

import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * The single-use links to decision pages and the sessions that they open. Tokens are 256 random
 * bits and stored as digests only.
 */
@ApplicationScoped
public class DecisionLinkRepository {
  private static final int TOKEN_BYTES = 32;

  /** Unopened links of a tenant; a further one replaces the oldest. */
  static final int MOST_LINKS = 100;

  private final Sql sql;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  public DecisionLinkRepository(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /** A link that opens the page once. */
  public record Link(String token, Instant validUntil) {}

  /** Makes a link and deletes those that have ended, so that the table does not grow. */
  @Transactional
  public Link create(String tenant, String decisionId, Duration validFor) {
    Instant now = clock.instant();
    sql.update(
        "delete from decision_link"
            + " where greatest(valid_until, coalesce(session_until, valid_until)) < ?",
        now);
    Link link = new Link(token(), now.plus(validFor));
    sql.update(
        "insert into decision_link (token_sha256, tenant, decision_id, valid_until)"
            + " values (?, ?, ?, ?)",
        ContentDigests.sha256(link.token()),
        tenant,
        decisionId,
        link.validUntil());
    sql.update(
        """
        delete from decision_link where token_sha256 in (
          select token_sha256 from decision_link where tenant = ? and used_at is null
          order by valid_until desc, token_sha256 offset ?)
        """,
        tenant,
        MOST_LINKS);
    return link;
  }

  /**
   * Uses a link up and opens a session for its page.
   *
   * @return the session's token; empty when the link is unknown, used or no longer valid
   */
  @Transactional
  public Optional<String> open(String decisionId, String token, Duration session) {
    Instant now = clock.instant();
    String opened = token();
    int used =
        sql.update(
            """
            update decision_link set used_at = ?, session_sha256 = ?, session_until = ?
            where token_sha256 = ? and decision_id = ? and used_at is null and valid_until > ?
            """,
            now,
            ContentDigests.sha256(opened),
            now.plus(session),
            ContentDigests.sha256(token),
            decisionId,
            now);
    return used == 1 ? Optional.of(opened) : Optional.empty();
  }

  /** The tenant that a session may see a decision of; empty when there is no such session. */
  public Optional<String> tenant(String decisionId, String session) {
    return sql.first(
        "select tenant from decision_link"
            + " where session_sha256 = ? and decision_id = ? and session_until > ?",
        row -> row.getString(1),
        ContentDigests.sha256(session),
        decisionId,
        clock.instant());
  }

  private String token() {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
