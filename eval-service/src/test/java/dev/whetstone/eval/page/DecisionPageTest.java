package dev.whetstone.eval.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.decision.ConfidenceInterval;
import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.contracts.suite.SuiteRef;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionFacts;
import dev.whetstone.eval.decision.DecisionFacts.ModelFacts;
import dev.whetstone.eval.decision.Evidence.Score;
import dev.whetstone.eval.decision.Evidence.Text;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class DecisionPageTest {
  private static final String EVIL = "</div><script>alert('x')</script>\u202e\u0007&\"";

  @Test
  void shouldShowVerdictGatesAndAnswersWithRegressionsFirst() {
    String html = page(List.of(score("a", 0, 1), score("b", 1, 0), score("c", 1, 1)));

    assertThat(html)
        .contains("REJECT", "RETAIN cannot rule out a loss", "golden", "f".repeat(64))
        .contains("Worse than the champion <span class=\"tag\">1</span>")
        .contains("<svg viewBox=", "class=\"margin\"", "stroke-failed", "stroke-passed")
        .contains("not measured")
        .contains("0.0304 spent by this look");
    assertThat(html.indexOf("answer of candidate to b"))
        .isPositive()
        .isLessThan(html.indexOf("answer of candidate to a"));
  }

  @Test
  void shouldEscapeEveryText() {
    String html = page(List.of(score(EVIL, 1, 0)));

    assertThat(html)
        .doesNotContain("<script")
        .doesNotContain("\u202e")
        .doesNotContain("\u0007")
        .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\ufffd\ufffd&amp;&quot;");
  }

  @Test
  void shouldBeWellFormed() throws Exception {
    String html = page(List.of(score("a", 0, 1), score(EVIL, 1, 0), score("c", 0, 0)));
    String xml =
        html.replaceFirst("<!doctype html>", "")
            .replaceAll("<meta [^>]*>", "")
            .replace("<br>", "<br/>");

    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(xml)));

    assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(2);
    assertThat(document.getElementsByTagName("article").getLength()).isEqualTo(3);
  }

  @Test
  void shouldReportErasedTextsAndMissingAnswers() {
    assertThat(DecisionPage.render(decision(), List.of(score("a", 1, 0)), List.of()))
        .contains("The texts were erased.");
    assertThat(DecisionPage.render(decision(), List.of(), List.of()))
        .contains("No model was asked.");
  }

  @Test
  void shouldLimitTheNumberOfAnswers() {
    List<Score> many = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      many.add(score("item " + i, 1, 0));
    }

    assertThat(page(many)).contains("175 more are in the evidence.");
  }

  private static String page(List<Score> scores) {
    List<Text> texts =
        scores.stream()
            .map(
                score ->
                    new Text(
                        score.key(),
                        List.of(ChatMessage.user("question " + score.key())),
                        "reference",
                        "answer of base to " + score.key(),
                        "answer of champion to " + score.key(),
                        "answer of candidate to " + score.key()))
            .toList();
    return DecisionPage.render(decision(), scores, texts);
  }

  private static Score score(String key, double champion, double candidate) {
    return new Score(
        key, GateRole.RETAIN, "golden", false, key, null, false, 0.0, champion, candidate);
  }

  private static Decision decision() {
    GateResult fresh =
        new GateResult(
            "FRESH",
            GateRole.FRESH,
            "exact_match",
            144,
            0.0,
            0.98,
            0.98,
            new ConfidenceInterval(0.95, 1.0, 0.94),
            0.0,
            0.01,
            true,
            GateOutcome.PASSED,
            "better by more than 0.010");
    GateResult retain =
        new GateResult(
            "RETAIN",
            GateRole.RETAIN,
            "exact_match",
            300,
            0.97,
            0.81,
            -0.16,
            new ConfidenceInterval(-0.2, -0.12, 0.9),
            1.0,
            0.03,
            true,
            GateOutcome.FAILED,
            "cannot rule out a loss of 0.030");
    GateResult canary =
        new GateResult(
            "CANARY",
            GateRole.CANARY,
            "exact_match",
            0,
            null,
            null,
            null,
            null,
            null,
            0,
            false,
            GateOutcome.NOT_MEASURED,
            "no items");
    PromotionDecided body =
        new PromotionDecided(
            "dec-1",
            "c".repeat(64),
            "d".repeat(64),
            1,
            List.of("b".repeat(64)),
            Verdict.REJECT,
            "RETAIN cannot rule out a loss of 0.030",
            RolloutMode.AUTO,
            "e".repeat(64),
            List.of(new SuiteRef("golden", "f".repeat(64))),
            List.of(fresh, retain, canary),
            0.0304,
            0.0196,
            "file:///store/blobs/1",
            "policy",
            new DecisionCost(20, 1000, 0, 0));
    ModelFacts figures = new ModelFacts(10, 0.5, null, null, null, 0, 0, 0, null, 12);
    DecisionFacts facts =
        new DecisionFacts(
            "base",
            "candidate",
            Map.of("champion", figures, "candidate", figures),
            20,
            0,
            10,
            3.5,
            List.of(),
            List.of("a note with <tags>"),
            List.of(),
            new DecisionFacts.Effect(10, 4),
            List.of("the base", "generation 2"),
            false);
    return new Decision(
        "dec-1",
        1,
        new LoopId("acme", "support"),
        "ev-1",
        body,
        facts,
        false,
        Decision.Adoption.NONE,
        null,
        Instant.parse("2026-11-20T12:00:00Z"));
  }
}
