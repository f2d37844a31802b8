package dev.whetstone.eval.page;

import dev.whetstone.eval.decision.DecisionFacts;
import dev.whetstone.eval.decision.DecisionFacts.ModelFacts;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Figures that decide nothing, one column per model. */
final class FactsTable {
  private FactsTable() {}

  static String draw(DecisionFacts facts) {
    List<String> names =
        Stream.of("base", "champion", "candidate").filter(facts.models()::containsKey).toList();
    List<ModelFacts> models =
        names.stream().map(facts.models()::get).filter(Objects::nonNull).toList();
    if (models.isEmpty()) {
      return "";
    }
    String head =
        names.stream()
            .map(name -> "<th class=\"number\">" + name + "</th>")
            .collect(Collectors.joining());
    return """
    <h2>Also measured <span class="tag">decides nothing</span></h2>
    <div class="scroll"><table><thead><tr><th></th>%s</tr></thead><tbody>
    """
            .formatted(head)
        + row("Exact match, FRESH", models, ModelFacts::exactMatch, 3)
        + row("Normalised match, FRESH", models, ModelFacts::normalisedMatch, 3)
        + row("Held-out loss, FRESH", models, ModelFacts::heldOutLoss, 4)
        + row("Token accuracy, FRESH", models, ModelFacts::tokenAccuracy, 3)
        + row("Answers", models, model -> (double) model.answers(), 0)
        + row("Empty", models, ModelFacts::empty, 3)
        + row("Not ended", models, ModelFacts::unterminated, 3)
        + row("Repeated 4-grams", models, ModelFacts::repetition, 3)
        + row("Length over reference", models, ModelFacts::lengthRatio, 2)
        + row("Tokens per answer", models, ModelFacts::tokensPerAnswer, 1)
        + "</tbody></table></div>\n"
        + notes(facts);
  }

  private static String notes(DecisionFacts facts) {
    StringBuilder html = new StringBuilder();
    html.append(
        "<p class=\"soft small\">%s items judged in %s s. Asked again, the champion scored otherwise on %d of %d items."
            .formatted(
                HtmlText.count(facts.items()),
                HtmlText.number(facts.seconds(), 1),
                facts.discordant(),
                facts.repeated()));
    facts.notes().forEach(note -> html.append(' ').append(HtmlText.escape(note)).append('.'));
    return html.append("</p>\n").toString();
  }

  private static String row(
      String name,
      List<ModelFacts> models,
      Function<ModelFacts, @Nullable Double> value,
      int digits) {
    return "<tr><td>%s</td>%s</tr>\n"
        .formatted(
            name,
            models.stream()
                .map(value)
                .map(figure -> figure == null ? "\u2013" : HtmlText.number(figure, digits))
                .map(text -> "<td class=\"number\">" + text + "</td>")
                .collect(Collectors.joining()));
  }
}
