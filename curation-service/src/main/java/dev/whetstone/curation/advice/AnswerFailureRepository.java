package dev.whetstone.curation.advice;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.curation.advice.rule.AnswerFailure;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers with negative feedback: thumbs down and corrections, with their comments. */
@ApplicationScoped
public class AnswerFailureRepository {
  private static final String NEWEST =
      """
      select i.body as answer, e.body as feedback from event e
        join interaction i on i.tenant = e.tenant and i.loop = e.loop and i.response_id = e.response_id
      where e.tenant = ? and e.loop = ? and e.kind in ('thumb', 'correction', 'comment')
        and e.body is not null and i.body is not null
      order by e.received_at desc, e.event_key limit ?
      """;

  /** Rows of a cursor in memory. */
  private static final int FETCH = 20;

  private static final long MOST_TEXT = 8L << 20;

  private final Sql sql;

  public AnswerFailureRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * The newest failures, from at most {@code limit} pieces of feedback and {@value #MOST_TEXT}
   * characters. In the caller's transaction.
   */
  public List<AnswerFailure> newest(LoopId loop, int limit) {
    List<AnswerFailure> newest = new ArrayList<>();
    long[] left = {MOST_TEXT};
    sql.scan(
        NEWEST,
        FETCH,
        row -> {
          String answer = row.getString("answer");
          String feedback = row.getString("feedback");
          left[0] -= answer.length() + feedback.length();
          failure(read(answer, InteractionRecorded.class), read(feedback, FeedbackGiven.class))
              .ifPresent(newest::add);
          return left[0] > 0;
        },
        loop.tenant(),
        loop.loop(),
        limit);
    return newest;
  }

  private static Optional<AnswerFailure> failure(
      InteractionRecorded answer, FeedbackGiven feedback) {
    boolean content =
        feedback.kind() == FeedbackKind.THUMB && Boolean.TRUE.equals(feedback.value());
    @Nullable String remark = feedback.rationale();
    if (content || (feedback.kind() == FeedbackKind.COMMENT && remark == null)) {
      return Optional.empty();
    }
    return Optional.of(
        new AnswerFailure(
            ChatTexts.prompt(answer.request().messages()),
            ChatTexts.text(answer.response().message()),
            feedback.correctedOutput(),
            remark));
  }

  private static <T> T read(String json, Class<T> type) {
    return Json.read(json, type);
  }
}
