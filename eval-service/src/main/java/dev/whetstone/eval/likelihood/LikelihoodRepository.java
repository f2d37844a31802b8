package dev.whetstone.eval.likelihood;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.quality.HeldOutLikelihood;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of likelihoods: of one model's weights for the reference answer to one question. */
@ApplicationScoped
public class LikelihoodRepository {
  private static final String INSERT =
      """
      insert into likelihood (tenant, loop, model_key, question_sha256, tokens,
        negative_log_likelihood, correct)
      values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing
      """;
  private final Sql sql;

  public LikelihoodRepository(Sql sql) {
    this.sql = sql;
  }

  /** A likelihood to store. */
  record Row(String modelKey, String questionSha256, HeldOutLikelihood heldOut) {}

  /** One model's likelihoods by question digest. */
  Map<String, HeldOutLikelihood> of(LoopId loop, String modelKey) {
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

  /** Stores rows in the caller's transaction; a known one stays as it is. */
  void add(LoopId loop, List<Row> rows) {
    List<@Nullable Object[]> arguments = new ArrayList<>();
    for (Row row : rows) {
      arguments.add(
          new Object[] {
            loop.tenant(),
            loop.loop(),
            row.modelKey(),
            row.questionSha256(),
            row.heldOut().tokens(),
            row.heldOut().negativeLogLikelihood(),
            row.heldOut().correct()
          });
    }
    sql.updateAll(INSERT, arguments);
  }
}
