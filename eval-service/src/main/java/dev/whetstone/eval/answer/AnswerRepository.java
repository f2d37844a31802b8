package dev.whetstone.eval.answer;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of answers. Each is written when it arrives: a killed evaluation continues with the
 * missing ones, and a later one reuses the answers of the same weights to the same question.
 */
@ApplicationScoped
public class AnswerRepository {
  private static final String INSERT =
      """
      insert into answer (tenant, loop, model_key, question_sha256, sample, text, finish_reason,
        prompt_tokens, completion_tokens, refusal, asked_by)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
      """;

  /** The sample of the first answer, which is the one that is scored. */
  public static final String FIRST_SAMPLE = "";

  private final Sql sql;

  public AnswerRepository(Sql sql) {
    this.sql = sql;
  }

  /** One model's answers by question digest. */
  public Map<String, Answer> of(LoopId loop, String modelKey, String sample) {
    Map<String, Answer> answers = new HashMap<>();
    sql.query(
            """
            select question_sha256, text, finish_reason, prompt_tokens, completion_tokens
            from answer where tenant = ? and loop = ? and model_key = ? and sample = ?
            """,
            row -> Map.entry(row.getString(1), answer(row)),
            loop.tenant(),
            loop.loop(),
            modelKey,
            sample)
        .forEach(entry -> answers.put(entry.getKey(), entry.getValue()));
    return answers;
  }

  /** The server's error messages for the questions that it refused, by question digest. */
  public Map<String, String> refusals(LoopId loop, String modelKey, String sample) {
    Map<String, String> refusals = new HashMap<>();
    sql.query(
            """
            select question_sha256, refusal from answer
            where tenant = ? and loop = ? and model_key = ? and sample = ? and refusal is not null
            """,
            row -> Map.entry(row.getString(1), row.getString(2)),
            loop.tenant(),
            loop.loop(),
            modelKey,
            sample)
        .forEach(entry -> refusals.put(entry.getKey(), entry.getValue()));
    return refusals;
  }

  /**
   * @param refusal the server's error message, if it refused the question
   */
  @Transactional
  void record(
      Evaluation askedBy,
      String modelKey,
      String questionSha256,
      String sample,
      Answer answer,
      @Nullable String refusal) {
    sql.update(
        INSERT,
        askedBy.loop().tenant(),
        askedBy.loop().loop(),
        modelKey,
        questionSha256,
        sample,
        storable(answer.text()),
        answer.finishReason(),
        answer.promptTokens(),
        answer.completionTokens(),
        storable(refusal),
        askedBy.id());
  }

  /** Tokens of the questions that this evaluation itself asked, and of their answers. */
  public long tokensAskedBy(Evaluation evaluation) {
    return sql.first(
            "select coalesce(sum(prompt_tokens + completion_tokens), 0) from answer"
                + " where tenant = ? and loop = ? and asked_by = ?",
            row -> row.getLong(1),
            evaluation.loop().tenant(),
            evaluation.loop().loop(),
            evaluation.id())
        .orElse(0L);
  }

  /** Number of answers that this evaluation itself asked for. */
  public long askedBy(Evaluation evaluation) {
    return sql.first(
            "select count(*) from answer where tenant = ? and loop = ? and asked_by = ?",
            row -> row.getLong(1),
            evaluation.loop().tenant(),
            evaluation.loop().loop(),
            evaluation.id())
        .orElse(0L);
  }

  /**
   * A model's answer to an item.
   *
   * @throws IllegalStateException if there is none yet
   */
  public static Answer require(Map<String, Answer> answers, EvaluationItem item) {
    Answer answer = answers.get(item.questionSha256());
    if (answer == null) {
      throw new IllegalStateException("item " + item.key() + " has no answer yet");
    }
    return answer;
  }

  /** Deletes a model's answers, because they can no longer be reproduced. */
  @Transactional
  public void delete(LoopId loop, String modelKey) {
    sql.update(
        "delete from answer where tenant = ? and loop = ? and model_key = ? and sample = ''",
        loop.tenant(),
        loop.loop(),
        modelKey);
  }

  /** PostgreSQL's text type cannot store the zero character, which a model may produce. */
  private static @Nullable String storable(@Nullable String text) {
    return text == null ? null : text.replace('\u0000', '\uFFFD');
  }

  private static Answer answer(ResultSet row) throws SQLException {
    return new Answer(row.getString(2), row.getString(3), row.getInt(4), row.getInt(5));
  }
}
