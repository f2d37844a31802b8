package dev.whetstone.eval.judge;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.metric.HeldOut;
import dev.whetstone.eval.serving.ServingPort.Answer;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Answers as rows, each written when it comes: a killed evaluation goes on with those that are
 * missing, and a later one reuses what the same weights answered to the same question.
 */
@ApplicationScoped
public class KeptAnswers {
  private static final String KEEP =
      """
      insert into answer (tenant, loop, model_key, question_sha256, sample, text, finish_reason,
        prompt_tokens, completion_tokens)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
      """;
  private static final String KEEP_LIKELIHOOD =
      """
      insert into likelihood (tenant, loop, model_key, question_sha256, tokens,
        negative_log_likelihood, correct)
      values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing
      """;

  /** The sample under which the answer that counts is kept. */
  static final String KEPT = "";

  private final Sql sql;

  public KeptAnswers(Sql sql) {
    this.sql = sql;
  }

  /** Answers of one model by question. */
  Map<String, Answer> of(LoopId loop, String modelKey, String sample) {
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

  void keep(LoopId loop, String modelKey, String questionSha256, String sample, Answer answer) {
    // PostgreSQL's text cannot hold the zero character, which a model may well produce.
    String text = answer.text() == null ? null : answer.text().replace('\u0000', '\uFFFD');
    sql.update(
        KEEP,
        loop.tenant(),
        loop.loop(),
        modelKey,
        questionSha256,
        sample,
        text,
        answer.finishReason(),
        answer.promptTokens(),
        answer.completionTokens());
  }

  /** Forgets what a model answered and foresaw, because it does so otherwise now. */
  void forget(LoopId loop, String modelKey) {
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

  Map<String, HeldOut> likelihoods(LoopId loop, String modelKey) {
    Map<String, HeldOut> likelihoods = new HashMap<>();
    sql.query(
            "select question_sha256, tokens, negative_log_likelihood, correct from likelihood"
                + " where tenant = ? and loop = ? and model_key = ?",
            row ->
                Map.entry(
                    row.getString(1),
                    new HeldOut(row.getLong(2), row.getDouble(3), row.getLong(4))),
            loop.tenant(),
            loop.loop(),
            modelKey)
        .forEach(entry -> likelihoods.put(entry.getKey(), entry.getValue()));
    return likelihoods;
  }

  void keep(LoopId loop, String modelKey, String questionSha256, HeldOut heldOut) {
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

  private static Answer answer(ResultSet row) throws SQLException {
    return new Answer(row.getString(2), row.getString(3), row.getInt(4), row.getInt(5));
  }
}
