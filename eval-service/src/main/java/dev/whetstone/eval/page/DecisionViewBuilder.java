package dev.whetstone.eval.page;

import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.suite.SuiteRef;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prepares what the page of a decision prints. */
final class DecisionViewBuilder {
  private DecisionViewBuilder() {}

  static DecisionView build(
      Decision decision, List<Evidence.Score> scores, List<Evidence.Text> texts) {
    PromotionDecided body = decision.body();
    return new DecisionView(
        "%s: %s, candidate %s"
            .formatted(body.verdict(), decision.loop().key(), PageText.shortId(body.candidate())),
        decision.loop().key(),
        decision.id(),
        decision.decidedAt().toString().substring(0, 19).replace('T', ' ') + " UTC",
        body.verdict().name(),
        headline(decision),
        PageText.shortId(body.candidate()),
        body.champion() == null ? null : PageText.shortId(body.champion()),
        body.championGeneration(),
        body.mode().name().toLowerCase(Locale.ROOT),
        body.decidedBy()
            + (decision.approvedBy() == null ? "" : " (" + decision.approvedBy() + ")"),
        List.of(body.reason().split("; ")),
        gates(body.gates()),
        FactsTable.of(decision.facts()),
        AnswerSections.of(scores, texts),
        basis(body));
  }

  private static String headline(Decision decision) {
    if (decision.facts().postponed()) {
      return "Not measured: postponed until the model server is well";
    }
    return switch (decision.verdict()) {
      case PROMOTE -> "Good enough to replace the champion";
      case REJECT -> "Not good enough to replace the champion";
      case INCONCLUSIVE -> "Undecided: waiting for more items";
      case HOLD -> "A person has to decide";
    };
  }

  private static List<DecisionView.Gate> gates(List<GateResult> gates) {
    GateChart chart = GateChart.over(gates);
    return gates.stream().map(gate -> gate(gate, chart)).toList();
  }

  private static DecisionView.Gate gate(GateResult gate, GateChart chart) {
    String outcome = gate.outcome().name().toLowerCase(Locale.ROOT);
    return new DecisionView.Gate(
        gate.name(),
        gate.metric(),
        !gate.enforced(),
        PageText.count(gate.n()),
        share(gate.champion()),
        share(gate.candidate()),
        chart.chart(gate),
        gate.reason(),
        outcome,
        outcome.replace('_', ' '));
  }

  private static List<DecisionView.Basis> basis(PromotionDecided body) {
    DecisionCost cost = body.cost();
    List<DecisionView.Basis> lines = new ArrayList<>();
    lines.add(codes("Policy (loop spec)", List.of(body.policySha256())));
    for (SuiteRef suite : body.suites()) {
      lines.add(codes("Suite " + suite.name(), List.of(suite.sha256())));
    }
    lines.add(codes("Candidate", List.of(body.candidate())));
    lines.add(
        body.batchIds().isEmpty()
            ? text("Trained on batches", "none known (trained elsewhere)")
            : codes("Trained on batches", body.batchIds()));
    lines.add(
        text(
            "Chance of a false promotion",
            "%s spent by this look, %s left"
                .formatted(
                    PageText.number(body.alphaSpent(), 4), PageText.number(body.alphaLeft(), 4))));
    lines.add(
        text(
            "Cost",
            "%s accelerator seconds, %s tokens"
                .formatted(PageText.number(cost.gpuSeconds(), 1), PageText.count(cost.tokens()))));
    if (body.evidenceUri() != null) {
      lines.add(codes("Evidence", List.of(body.evidenceUri())));
    }
    return lines;
  }

  private static DecisionView.Basis codes(String name, List<String> codes) {
    return new DecisionView.Basis(name, codes, null);
  }

  private static DecisionView.Basis text(String name, String text) {
    return new DecisionView.Basis(name, List.of(), text);
  }

  private static String share(@Nullable Double value) {
    return value == null ? PageText.NONE : PageText.number(value, 3);
  }
}
