package dev.whetstone.eval.page;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.eval.decision.Evidence.Score;
import dev.whetstone.eval.decision.Evidence.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The answers of base, champion and candidate side by side: regressions first, the worst at the
 * top.
 */
final class AnswerSections {
  private static final int MOST_WORSE = 25;
  private static final int MOST_BETTER = 10;
  private static final int MOST_STILL_WRONG = 5;
  private static final Comparator<Score> ORDER =
      Comparator.comparing(Score::shadow)
          .thenComparing(score -> !score.critical())
          .thenComparing(Score::role)
          .thenComparing(Score::key);
  private final List<Score> scores;
  private final Map<String, Text> texts = new HashMap<>();

  private AnswerSections(List<Score> scores, List<Text> texts) {
    this.scores = scores;
    texts.forEach(text -> this.texts.put(text.key(), text));
  }

  /** Empty if no model was asked. */
  static List<DecisionView.Section> of(List<Score> scores, List<Text> texts) {
    return scores.isEmpty() ? List.of() : new AnswerSections(scores, texts).sections();
  }

  private List<DecisionView.Section> sections() {
    return List.of(
        section(
            "Worse than the champion",
            score -> score.difference() < 0,
            Comparator.comparingDouble(Score::difference).thenComparing(ORDER),
            MOST_WORSE,
            "No answer is worse."),
        section(
            "Better than the champion",
            score -> score.difference() > 0,
            Comparator.comparingDouble(Score::difference).reversed().thenComparing(ORDER),
            MOST_BETTER,
            "No answer is better."),
        section(
            "Still wrong",
            score -> score.difference() == 0 && score.candidate() < 1,
            ORDER,
            MOST_STILL_WRONG,
            "No answer is wrong in both."));
  }

  private DecisionView.Section section(
      String title,
      Predicate<Score> belongs,
      Comparator<Score> order,
      int most,
      String noneMessage) {
    List<Score> all = scores.stream().filter(belongs).sorted(order).toList();
    int hidden = Math.max(0, all.size() - most);
    return new DecisionView.Section(
        title,
        PageText.count(all.size()),
        all.stream().limit(most).map(this::card).toList(),
        all.isEmpty()
            ? noneMessage
            : hidden == 0 ? null : PageText.count(hidden) + " more are in the evidence.");
  }

  private DecisionView.Card card(Score score) {
    List<String> tags = new ArrayList<>();
    if (score.slice() != null) {
      tags.add(score.slice());
    }
    if (score.critical()) {
      tags.add("critical");
    }
    if (score.shadow()) {
      tags.add("shadow");
    }
    Text text = texts.get(score.key());
    return new DecisionView.Card(
        score.role().name(),
        score.key(),
        tags,
        text == null ? List.of() : text.question().stream().map(AnswerSections::message).toList(),
        text == null ? List.of() : answers(score, text),
        text == null);
  }

  private static DecisionView.Message message(ChatMessage message) {
    return new DecisionView.Message(
        message.role(), message.content() == null ? "(tool call)" : message.content());
  }

  private static List<DecisionView.Answer> answers(Score score, Text text) {
    List<DecisionView.Answer> answers = new ArrayList<>();
    if (text.reference() != null) {
      answers.add(new DecisionView.Answer("Reference", "", text.reference()));
    }
    if (score.base() != null) {
      answers.add(answer("Base", score.base(), text.base()));
    }
    answers.add(answer("Champion", score.champion(), text.champion()));
    answers.add(answer("Candidate", score.candidate(), text.candidate()));
    return answers;
  }

  private static DecisionView.Answer answer(String model, double score, @Nullable String text) {
    boolean right = score >= 1;
    return new DecisionView.Answer(
        model + (right ? " \u2713" : " \u2717"),
        right ? "right" : "wrong",
        text == null || text.isBlank() ? null : text);
  }
}
