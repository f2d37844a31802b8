package dev.whetstone.demo.measure;

import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.demo.measure.ModelMeasurement.Questionnaire;
import dev.whetstone.demo.traffic.LiveModel;
import dev.whetstone.demo.world.ToyWorld;
import java.nio.file.Path;

/**
 * Asks the live model the same questions at several points of the demo and compares the answers.
 */
public record ModelComparison(
    LiveModel model,
    ToyWorld world,
    Questionnaire questionnaire,
    Terminal terminal,
    DemoExpectations expectations) {
  private static final int HELD_OUT = 240;
  private static final int SHOWN = 4;

  /** Keeps these questions distinct from those of the end users. */
  private static final int SEED_DISTANCE = 1_000_000;

  private static final double MAX_BEFORE = 0.05;
  private static final double MIN_AFTER = 0.90;
  private static final double MAX_SKILLS_LOST = 0.05;
  private static final double MAX_TOPIC_LOST = 0.05;

  /**
   * A comparison on questions in phrasings that never occur in feedback, drawn with a seed.
   *
   * @param folder folder of the suites for the skills
   */
  public static ModelComparison of(
      LiveModel model,
      ToyWorld world,
      Path folder,
      long seed,
      Terminal terminal,
      DemoExpectations expectations) {
    return new ModelComparison(
        model,
        world,
        Questionnaire.of(world, folder, seed + SEED_DISTANCE, HELD_OUT),
        terminal,
        expectations);
  }

  /** Asks the live model all questions. */
  public ModelMeasurement measure(String when) {
    int before = model.answered();
    ModelMeasurement measured =
        terminal.during(
            "measuring the live model",
            () -> "%d of %d questions".formatted(model.answered() - before, questionnaire.size()),
            () -> ModelMeasurement.take(model, questionnaire));
    terminal.print(
        "  measured   %s: exact match %s, skills %s", when, measured.exact(), measured.skills());
    return measured;
  }

  public void showSameQuestions(ModelMeasurement before, ModelMeasurement after) {
    for (int i = 0; i < SHOWN; i++) {
      terminal.print("  question   %s", questionnaire.heldOut().get(i).text());
      terminal.print("    before   %s", before.answers().get(i));
      terminal.print("    after    %s", terminal.bold(after.answers().get(i)));
    }
  }

  public void expectImprovement(ModelMeasurement before, ModelMeasurement after, String page) {
    expectations.expect(
        before.exact().value() <= MAX_BEFORE && after.exact().value() >= MIN_AFTER,
        "exact match on unseen phrasings rises from at most 0.05 to at least 0.90",
        before.exact() + " → " + after.exact(),
        "the decision page: " + page);
    double lost = before.skills().value() - after.skills().value();
    expectations.expect(
        lost <= MAX_SKILLS_LOST,
        "general skills are retained (loss at most 0.05)",
        before.skills() + " → " + after.skills(),
        "the FORGET gate on the decision page: " + page);
    terminal.print(
        "  · the skill that replay does not cover: %s → %s",
        before.notReplayed(), after.notReplayed());
  }

  public void expectUnharmed(ModelMeasurement after, ModelMeasurement afterPoison) {
    String topic = world.poison().topic();
    Proportion topicBefore = after.byTopic().get(topic);
    Proportion topicAfter = afterPoison.byTopic().get(topic);
    expectations.expect(
        isUnharmed(after, afterPoison, topic),
        "neither attack harms the live model",
        "exact match %s → %s, on the poisoned topic %s → %s"
            .formatted(after.exact(), afterPoison.exact(), topicBefore, topicAfter),
        "./whetstone status");
  }

  /** Checks the poisoned topic separately: the overall figure would hide a loss on one topic. */
  static boolean isUnharmed(ModelMeasurement after, ModelMeasurement afterPoison, String topic) {
    double lost = after.byTopic().get(topic).value() - afterPoison.byTopic().get(topic).value();
    return afterPoison.exact().value() >= MIN_AFTER && lost <= MAX_TOPIC_LOST;
  }
}
