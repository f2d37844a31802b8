package dev.whetstone.eval.page;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.eval.decision.Evidence.Score;
import dev.whetstone.eval.decision.Evidence.Text;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Answers of base, champion and candidate side by side: what got worse first, worst at the top. */
final class AnswerCards {
  private static final int WORSE = 25;
  private static final int BETTER = 10;
  private static final int STILL_WRONG = 5;
  private static final Comparator<Score> ORDER =
      Comparator.comparing(Score::shadow)
          .thenComparing(score -> !score.critical())
          .thenComparing(Score::role)
          .thenComparing(Score::key);
  private final List<Score> scores;
  private final Map<String, Text> texts = new HashMap<>();

  AnswerCards(List<Score> scores, List<Text> texts) {
    this.scores = scores;
    texts.forEach(text -> this.texts.put(text.key(), text));
  }

  String draw() {
    if (scores.isEmpty()) {
      return "<p class=\"empty\">No model was asked.</p>";
    }
    return section(
            "Worse than the champion",
            score -> score.difference() < 0,
            Comparator.comparingDouble(Score::difference).thenComparing(ORDER),
            WORSE,
            "Nothing got worse.")
        + section(
            "Better than the champion",
            score -> score.difference() > 0,
            Comparator.comparingDouble(Score::difference).reversed().thenComparing(ORDER),
            BETTER,
            "Nothing got better.")
        + section(
            "Still wrong",
            score -> score.difference() == 0 && score.candidate() < 1,
            ORDER,
            STILL_WRONG,
            "Nothing that both got wrong.");
  }

  private String section(
      String title, Predicate<Score> belongs, Comparator<Score> order, int most, String otherwise) {
    List<Score> all = scores.stream().filter(belongs).sorted(order).toList();
    StringBuilder html = new StringBuilder();
    html.append("<h2>%s <span class=\"tag\">%s</span></h2>\n".formatted(title, all.size()));
    if (all.isEmpty()) {
      return html.append("<p class=\"soft\">%s</p>\n".formatted(otherwise)).toString();
    }
    all.stream().limit(most).forEach(score -> html.append(card(score)));
    if (all.size() > most) {
      html.append(
          "<p class=\"soft\">%s more are in the evidence.</p>\n"
              .formatted(HtmlText.count((long) all.size() - most)));
    }
    return html.toString();
  }

  private String card(Score score) {
    StringBuilder html = new StringBuilder("<article class=\"item\"><header class=\"small\">");
    html.append("<b>%s</b> %s".formatted(score.role(), HtmlText.escape(score.key())));
    if (score.slice() != null) {
      html.append(tag(score.slice()));
    }
    if (score.critical()) {
      html.append(tag("critical"));
    }
    if (score.shadow()) {
      html.append(tag("shadow"));
    }
    html.append("</header>\n");
    Text text = texts.get(score.key());
    if (text == null) {
      return html.append("<p class=\"question empty\">The texts were erased.</p></article>\n")
          .toString();
    }
    html.append("<div class=\"question\">");
    for (ChatMessage message : text.question()) {
      html.append(
          "<div><b>%s:</b> %s</div>"
              .formatted(
                  HtmlText.escape(message.role()),
                  HtmlText.escape(message.content() == null ? "(tool call)" : message.content())));
    }
    html.append("</div>\n<div class=\"answers\">\n");
    if (text.reference() != null) {
      html.append(answer("Right answer", "", text.reference()));
    }
    if (score.base() != null) {
      html.append(answer("Base", mark(score.base()), text.base()));
    }
    html.append(answer("Champion", mark(score.champion()), text.champion()));
    html.append(answer("Candidate", mark(score.candidate()), text.candidate()));
    return html.append("</div></article>\n").toString();
  }

  private static String answer(String who, String mark, @Nullable String text) {
    String sign = mark.isEmpty() ? "" : mark.equals("right") ? " \u2713" : " \u2717";
    String shown =
        text == null || text.isBlank()
            ? "<span class=\"empty\">no answer</span>"
            : HtmlText.escape(text);
    return "<div class=\"%s\"><h4>%s%s</h4>%s</div>\n".formatted(mark, who, sign, shown);
  }

  private static String mark(double score) {
    return score >= 1 ? "right" : "wrong";
  }

  private static String tag(String text) {
    return "<span class=\"tag\">" + HtmlText.escape(text) + "</span>";
  }
}
