package dev.whetstone.doctor.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The result of a check.
 *
 * @param detail what was found, or why nothing was
 * @param remedy an instruction; empty where nothing is wrong, and where the detail ends with it
 */
public record CheckResult(
    CheckVerdict verdict, CheckSubject subject, String detail, String remedy) {
  private static final int VERDICT_WIDTH = 11;

  public boolean isFault() {
    return verdict == CheckVerdict.FAULT;
  }

  /** One line of the report. */
  public String line() {
    String place = subject.place().isEmpty() ? "" : " at " + subject.place();
    String head = verdict.word() + " ".repeat(VERDICT_WIDTH - verdict.word().length());
    String text =
        "%s  %s%s: %s%s"
            .formatted(
                head, subject.thing(), place, detail, remedy.isEmpty() ? "" : " → " + remedy);
    return String.join(" ", text.lines().map(String::strip).toList());
  }

  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("check", subject.check().id());
    json.put("verdict", verdict.word());
    json.put("thing", subject.thing());
    json.put("place", subject.place());
    json.put("detail", detail);
    if (!remedy.isEmpty()) {
      json.put("remedy", remedy);
    }
    return json;
  }
}
