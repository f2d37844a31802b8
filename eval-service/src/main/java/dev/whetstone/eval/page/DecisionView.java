package dev.whetstone.eval.page;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the template {@code pages/decision.html} prints. Every figure is formatted, and every text
 * is plain (the template engine escapes it).
 *
 * @param reasons the decision's reason, one clause each
 * @param sections empty if no model was asked
 */
public record DecisionView(
    String title,
    String loop,
    String decisionId,
    String decidedAt,
    String verdict,
    String headline,
    String candidate,
    @Nullable String champion,
    long generation,
    String mode,
    String decidedBy,
    List<String> reasons,
    List<Gate> gates,
    @Nullable Facts facts,
    List<Section> sections,
    List<Basis> basis) {

  /**
   * A row of the gate table.
   *
   * @param outcomeClass CSS class of the outcome
   * @param chart absent if the gate was not measured
   */
  public record Gate(
      String name,
      String metric,
      boolean shadow,
      String n,
      String champion,
      String candidate,
      @Nullable Chart chart,
      String reason,
      String outcomeClass,
      String outcome) {}

  /**
   * Coordinates of a gate's chart in the units of its view box.
   *
   * @param lower left end of the interval; absent if there is none
   * @param upper right end of the interval
   */
  public record Chart(
      int width,
      int height,
      int left,
      int right,
      String zero,
      String margin,
      @Nullable String lower,
      @Nullable String upper,
      String difference,
      List<Label> labels) {}

  /** A label below a chart; {@code anchor} is SVG's {@code text-anchor}. */
  public record Label(String x, String anchor, String text) {}

  /** Informational figures, one column per model. */
  public record Facts(List<String> models, List<FactRow> rows, String note) {}

  /** One figure of every model, in the order of {@link Facts#models}. */
  public record FactRow(String name, List<String> values) {}

  /**
   * Answers of one kind.
   *
   * @param note that there are none, or how many are not shown
   */
  public record Section(String title, String count, List<Card> cards, @Nullable String note) {}

  /** One item with its answers; {@code erased} if its texts were removed. */
  public record Card(
      String role,
      String key,
      List<String> tags,
      List<Message> question,
      List<Answer> answers,
      boolean erased) {}

  /** A message of the question. */
  public record Message(String role, String text) {}

  /**
   * An answer.
   *
   * @param cssClass {@code right}, {@code wrong} or empty
   * @param text absent if the model answered nothing
   */
  public record Answer(String title, String cssClass, @Nullable String text) {}

  /** What the decision is based on: one line of the last table. */
  public record Basis(String name, List<String> codes, @Nullable String text) {}
}
