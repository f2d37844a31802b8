package dev.whetstone.doctor.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;

/** All results of a run. */
public record DoctorReport(List<CheckResult> results) {
  public DoctorReport {
    results = List.copyOf(results);
  }

  public boolean isHealthy() {
    return results.stream().noneMatch(CheckResult::isFault);
  }

  /** One line for each result, and a summary. */
  public void print(PrintWriter out) {
    results.forEach(result -> out.println(result.line()));
    out.printf(
        "checks: %d, ok: %d, faults: %d, not checked: %d%n",
        results.size(),
        count(CheckVerdict.OK),
        count(CheckVerdict.FAULT),
        count(CheckVerdict.NOT_CHECKED));
    out.flush();
  }

  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("healthy", isHealthy());
    ArrayNode list = json.putArray("checks");
    results.forEach(result -> list.add(result.json()));
    return json;
  }

  private long count(CheckVerdict verdict) {
    return results.stream().filter(result -> result.verdict() == verdict).count();
  }
}
