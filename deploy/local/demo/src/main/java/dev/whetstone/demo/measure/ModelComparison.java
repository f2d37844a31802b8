package dev.whetstone.demo.measure;

import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.demo.measure.ModelMeasurement.Questionnaire;
import dev.whetstone.demo.traffic.LiveModel;
import dev.whetstone.demo.world.ToyWorld;
import java.nio.file.Path;

/** Asks the live model the same questions at several moments of the demo, and compares. */
public record ModelComparison(
    LiveModel model,
    ToyWorld world,
    Questionnaire questionnaire,
    Terminal terminal,
    DemoExpectations expectations) {
  private static final int HELD_OUT = 240;
  private static final int SHOWN = 4;

  /** Keeps what is asked apart from what end users ask. */
  private static final int SEED_DISTANCE = 1_000_000;

  private static final double MOST_BEFORE = 0.05;
  private static final double LEAST_AFTER = 0.90;
  private static final double MOST_SKILLS_LOST = 0.05;
  private static final double MOST_TOPIC_LOST = 0.05;

  /**
   * Questions in phrasings that nobody gave feedback on, drawn with a seed.
   *
   * @param folder with the suites of the skills
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

  /** Asks the live model everything. */
  public ModelMeasurement measure(String when) {
    int before = model.answered();
    ModelMeasurement measured =
        terminal.during(
            "measuring the live model",
            () -> "%d of %d questions".formatted(model.answered() - before, questionnaire.size()),
            () -> ModelMeasurement.take(model, questionnaire));
    terminal.say(
        "  measured   %s: exact match %s, skills %s", when, measured.exact(), measured.skills());
    return measured;
  }

  public void showSameQuestions(ModelMeasurement before, ModelMeasurement after) {
    for (int i = 0; i < SHOWN; i++) {
      terminal.say("  asked      %s", questionnaire.heldOut().get(i).text());
      terminal.say("    before   %s", before.answers().get(i));
      terminal.say("    after    %s", terminal.bold(after.answers().get(i)));
    }
  }

  public void expectImprovement(ModelMeasurement before, ModelMeasurement after, String page) {
    expectations.expect(
        before.exact().value() <= MOST_BEFORE && after.exact().value() >= LEAST_AFTER,
        "exact match on unseen phrasings rises from at most 0.05 to at least 0.90",
        before.exact() + " → " + after.exact(),
        "the decision page: " + page);
    double lost = before.skills().value() - after.skills().value();
    expectations.expect(
        lost <= MOST_SKILLS_LOST,
        "general skills are kept (at most 0.05 lost)",
        before.skills() + " → " + after.skills(),
        "the FORGET gate on " + page);
    terminal.say(
        "  · the skill that replay does not cover: %s → %s",
        before.notReplayed(), after.notReplayed());
  }

  public void expectUnharmed(ModelMeasurement after, ModelMeasurement afterPoison) {
    String topic = world.poison().topic();
    Proportion topicBefore = after.byTopic().get(topic);
    Proportion topicAfter = afterPoison.byTopic().get(topic);
    expectations.expect(
        isUnharmed(after, afterPoison, topic),
        "the live model is unharmed by both poisonings",
        "exact match %s → %s, on the poisoned topic %s → %s"
            .formatted(after.exact(), afterPoison.exact(), topicBefore, topicAfter),
        "./whetstone status");
  }

  /** The whole alone would hide a topic that is half broken. */
  static boolean isUnharmed(ModelMeasurement after, ModelMeasurement afterPoison, String topic) {
    double lost = after.byTopic().get(topic).value() - afterPoison.byTopic().get(topic).value();
    return afterPoison.exact().value() >= LEAST_AFTER && lost <= MOST_TOPIC_LOST;
  }
}
