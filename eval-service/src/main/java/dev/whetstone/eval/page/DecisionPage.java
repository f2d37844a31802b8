package dev.whetstone.eval.page;

import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.suite.SuiteRef;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Evidence;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The page of a decision: verdict and reason in words, gates, answers, and what it all rests on.
 */
final class DecisionPage {
  private static final String STYLE = style();

  private DecisionPage() {}

  static String render(Decision decision, List<Evidence.Score> scores, List<Evidence.Text> texts) {
    PromotionDecided body = decision.body();
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>%s: %s, candidate %s</title>
    <style>
    %s</style>
    </head>
    <body>
    """
            .formatted(
                body.verdict(),
                HtmlText.escape(decision.loop().key()),
                HtmlText.shortId(body.candidate()),
                STYLE)
        + head(decision)
        + gates(body.gates())
        + FactsTable.draw(decision.facts())
        + new AnswerCards(scores, texts).draw()
        + ground(decision)
        + "</body>\n</html>\n";
  }

  private static String head(Decision decision) {
    PromotionDecided body = decision.body();
    String champion =
        body.champion() == null
            ? "the base model"
            : "champion <code>" + HtmlText.shortId(body.champion()) + "</code>";
    return """
    <p class="soft small">Whetstone \u00b7 loop <b>%s</b> \u00b7 decision <code>%s</code> \u00b7 %s</p>
    <h1><span class="verdict %s">%s</span>%s</h1>
    <p>Candidate <code>%s</code> against %s (generation %d). Mode %s, decided by %s%s.</p>
    <div class="reasons"><ul>%s</ul></div>
    """
        .formatted(
            HtmlText.escape(decision.loop().key()),
            HtmlText.escape(decision.id()),
            decision.decidedAt().toString().substring(0, 19).replace('T', ' ') + " UTC",
            body.verdict(),
            body.verdict(),
            inWords(body),
            HtmlText.shortId(body.candidate()),
            champion,
            body.championGeneration(),
            body.mode().name().toLowerCase(Locale.ROOT),
            HtmlText.escape(body.decidedBy()),
            decision.approvedBy() == null
                ? ""
                : " (" + HtmlText.escape(decision.approvedBy()) + ")",
            reasons(body.reason()));
  }

  private static String inWords(PromotionDecided body) {
    return switch (body.verdict()) {
      case PROMOTE -> "Better where feedback asked for it, and nothing lost that counts";
      case REJECT -> "Not good enough to replace what is in service";
      case INCONCLUSIVE -> "Cannot be told yet; waits for more items";
      case HOLD -> "A person must look";
    };
  }

  private static String reasons(String reason) {
    return List.of(reason.split("; ")).stream()
        .map(part -> "<li>" + HtmlText.escape(part) + "</li>")
        .collect(Collectors.joining("\n"));
  }

  private static String gates(List<GateResult> gates) {
    GateChart chart = GateChart.over(gates);
    return """
    <h2>Gates</h2>
    <div class="scroll"><table>
    <thead><tr><th>Gate</th><th class="number">n</th><th class="number">Champion</th>\
    <th class="number">Candidate</th><th>Difference, its interval, and the line it must stay right of</th>\
    <th>Outcome</th></tr></thead>
    <tbody>
    %s</tbody></table></div>
    """
        .formatted(gates.stream().map(gate -> row(gate, chart)).collect(Collectors.joining("\n")));
  }

  private static String row(GateResult gate, GateChart chart) {
    String outcome = gate.outcome().name().toLowerCase(Locale.ROOT);
    return """
    <tr class="%s"><td><b>%s</b>%s<br><span class="soft small">%s</span></td>\
    <td class="number">%s</td><td class="number">%s</td><td class="number">%s</td>\
    <td class="chart">%s<span class="soft small">%s</span></td>\
    <td class="outcome %s">%s</td></tr>
    """
        .formatted(
            gate.enforced() ? "" : "shadow",
            HtmlText.escape(gate.name()),
            gate.enforced() ? "" : "<span class=\"tag\">shadow</span>",
            HtmlText.escape(gate.metric()),
            HtmlText.count(gate.n()),
            share(gate.champion()),
            share(gate.candidate()),
            chart.draw(gate),
            HtmlText.escape(gate.reason()),
            outcome,
            outcome.replace('_', ' '));
  }

  private static String ground(Decision decision) {
    PromotionDecided body = decision.body();
    DecisionCost cost = body.cost();
    StringBuilder html = new StringBuilder("<h2>What it rests on</h2>\n<table><tbody>\n");
    html.append(
        line("Policy (loop spec)", "<code>" + HtmlText.escape(body.policySha256()) + "</code>"));
    for (SuiteRef suite : body.suites()) {
      html.append(
          line(
              "Suite " + HtmlText.escape(suite.name()),
              "<code>" + HtmlText.escape(suite.sha256()) + "</code>"));
    }
    html.append(line("Candidate", "<code>" + HtmlText.escape(body.candidate()) + "</code>"));
    html.append(line("Trained on batches", codes(body.batchIds())));
    html.append(
        line(
            "Chance of a false promotion",
            "%s spent by this look, %s left"
                .formatted(
                    HtmlText.number(body.alphaSpent(), 4), HtmlText.number(body.alphaLeft(), 4))));
    html.append(
        line(
            "Cost",
            "%s accelerator seconds, %s tokens"
                .formatted(HtmlText.number(cost.gpuSeconds(), 1), HtmlText.count(cost.tokens()))));
    if (body.evidenceUri() != null) {
      html.append(line("Evidence", "<code>" + HtmlText.escape(body.evidenceUri()) + "</code>"));
    }
    return html.append("</tbody></table>\n").toString();
  }

  private static String codes(List<String> ids) {
    return ids.isEmpty()
        ? "none known (made elsewhere)"
        : ids.stream()
            .map(id -> "<code>" + HtmlText.escape(id) + "</code>")
            .collect(Collectors.joining("<br>"));
  }

  static String line(String name, String value) {
    return "<tr><th>%s</th><td>%s</td></tr>\n".formatted(name, value);
  }

  private static String share(@Nullable Double value) {
    return value == null ? "\u2013" : HtmlText.number(value, 3);
  }

  private static String style() {
    try (InputStream in = DecisionPage.class.getResourceAsStream("/pages/decision.css")) {
      if (in == null) {
        throw new IllegalStateException("/pages/decision.css is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read /pages/decision.css", e);
    }
  }
}
