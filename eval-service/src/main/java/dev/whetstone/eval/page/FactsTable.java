package dev.whetstone.eval.page;

import dev.whetstone.eval.decision.DecisionFacts;
import dev.whetstone.eval.decision.DecisionFacts.ModelFacts;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Builds the table of informational figures, one column per model. */
final class FactsTable {
  private FactsTable() {}

  /** Null if no model was measured. */
  static DecisionView.@Nullable Facts of(DecisionFacts facts) {
    List<String> names =
        Stream.of("base", "champion", "candidate").filter(facts.models()::containsKey).toList();
    List<ModelFacts> models =
        names.stream().map(facts.models()::get).filter(Objects::nonNull).toList();
    return models.isEmpty() ? null : new DecisionView.Facts(names, rows(models), note(facts));
  }

  private static List<DecisionView.FactRow> rows(List<ModelFacts> models) {
    return List.of(
        row("Exact match, FRESH", models, ModelFacts::exactMatch, 3),
        row("Normalised match, FRESH", models, ModelFacts::normalisedMatch, 3),
        row("Held-out loss, FRESH", models, ModelFacts::heldOutLoss, 4),
        row("Token accuracy, FRESH", models, ModelFacts::tokenAccuracy, 3),
        row("Answers", models, model -> (double) model.answers(), 0),
        row("Empty", models, ModelFacts::empty, 3),
        row("Unterminated", models, ModelFacts::unterminated, 3),
        row("Repeated 4-grams", models, ModelFacts::repetition, 3),
        row("Length relative to reference", models, ModelFacts::lengthRatio, 2),
        row("Tokens per answer", models, ModelFacts::tokensPerAnswer, 1));
  }

  private static String note(DecisionFacts facts) {
    StringBuilder note = new StringBuilder();
    note.append(
        "%s items evaluated in %s s. Asked again, the champion scored differently on %d of %d items."
            .formatted(
                PageText.count(facts.items()),
                PageText.number(facts.seconds(), 1),
                facts.discordant(),
                facts.repeated()));
    if (facts.effect() != null) {
      note.append(
          " The candidate's answers differ from the base's on %s of %s items."
              .formatted(
                  PageText.count(facts.effect().differing()),
                  PageText.count(facts.effect().compared())));
    }
    if (!facts.anchors().isEmpty()) {
      note.append(" Also compared with ")
          .append(String.join(" and ", facts.anchors()))
          .append(", so that the losses of several promotions cannot add up.");
    }
    facts.notes().forEach(extra -> note.append(' ').append(extra).append('.'));
    return note.toString();
  }

  private static DecisionView.FactRow row(
      String name,
      List<ModelFacts> models,
      Function<ModelFacts, @Nullable Double> value,
      int digits) {
    return new DecisionView.FactRow(
        name,
        models.stream()
            .map(value)
            .map(figure -> figure == null ? PageText.NONE : PageText.number(figure, digits))
            .toList());
  }
}
