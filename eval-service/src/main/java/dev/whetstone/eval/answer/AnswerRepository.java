package dev.whetstone.eval.answer;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.quality.HeldOutLikelihood;
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
 * Answers as rows, each written when it comes: a killed evaluation goes on with those that are
 * missing, and a later one reuses what the same weights answered to the same question.
 */
@ApplicationScoped
public class AnswerRepository {
  private static final String KEEP =
      """
      insert into answer (tenant, loop, model_key, question_sha256, sample, text, finish_reason,
        prompt_tokens, completion_tokens, refusal, asked_by)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
      """;
  private static final String KEEP_LIKELIHOOD =
      """
      insert into likelihood (tenant, loop, model_key, question_sha256, tokens,
        negative_log_likelihood, correct)
      values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing
      """;

  /** The sample under which the answer that counts is kept. */
  public static final String KEPT = "";

  private final Sql sql;

  public AnswerRepository(Sql sql) {
    this.sql = sql;
  }

  /** Answers of one model by question. */
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

  /** What the server said of the questions that it refused, by question. */
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
   * @param refusal what the server had against the question, if it refused it
   */
  @Transactional
  void keep(
      Evaluation askedBy,
      String modelKey,
      String questionSha256,
      String sample,
      Answer answer,
      @Nullable String refusal) {
    sql.update(
        KEEP,
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

  /** Tokens of the questions that an evaluation asked itself, and of their answers. */
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

  /**
   * A model's answer to an item.
   *
   * @throws IllegalStateException when it was not asked yet
   */
  public static Answer there(Map<String, Answer> answers, EvaluationItem item) {
    Answer answer = answers.get(item.questionSha256());
    if (answer == null) {
      throw new IllegalStateException("item " + item.key() + " has no answer yet");
    }
    return answer;
  }

  /** Forgets what a model answered and foresaw, because it does so otherwise now. */
  @Transactional
  public void forget(LoopId loop, String modelKey) {
    sql.update(
        "delete from answer where tenant = ? and loop = ? and model_key = ? and sample = ''",
        loop.tenant(),
        loop.loop(),
        modelKey);
    sql.update(
        "delete from likelihood where tenant = ? and loop = ? and model_key = ?",
        loop.tenant(),
        loop.loop(),
        modelKey);
  }

  Map<String, HeldOutLikelihood> likelihoods(LoopId loop, String modelKey) {
    Map<String, HeldOutLikelihood> likelihoods = new HashMap<>();
    sql.query(
            "select question_sha256, tokens, negative_log_likelihood, correct from likelihood"
                + " where tenant = ? and loop = ? and model_key = ?",
            row ->
                Map.entry(
                    row.getString(1),
                    new HeldOutLikelihood(row.getLong(2), row.getDouble(3), row.getLong(4))),
            loop.tenant(),
            loop.loop(),
            modelKey)
        .forEach(entry -> likelihoods.put(entry.getKey(), entry.getValue()));
    return likelihoods;
  }

  @Transactional
  void keep(LoopId loop, String modelKey, String questionSha256, HeldOutLikelihood heldOut) {
    sql.update(
        KEEP_LIKELIHOOD,
        loop.tenant(),
        loop.loop(),
        modelKey,
        questionSha256,
        heldOut.tokens(),
        heldOut.negativeLogLikelihood(),
        heldOut.correct());
  }

  /** PostgreSQL's text cannot hold the zero character, which a model may well produce. */
  private static @Nullable String storable(@Nullable String text) {
    return text == null ? null : text.replace('\u0000', '\uFFFD');
  }

  private static Answer answer(ResultSet row) throws SQLException {
    return new Answer(row.getString(2), row.getString(3), row.getInt(4), row.getInt(5));
  }
}
