package dev.whetstone.eval.page;

import dev.whetstone.contracts.decision.ConfidenceInterval;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.loop.GateRole;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Draws a gate's interval and its margin line, on one scale for all gates of a decision. */
final class GateChart {
  private static final int WIDTH = 340;
  private static final int HEIGHT = 40;

  /** Space for half a label beside the outermost line. */
  private static final int EDGE = 30;

  /** Below this distance two labels would overlap. */
  private static final double LABEL_WIDTH = 34;

  private static final double LABEL_SHIFT = 8;

  private final double least;
  private final double most;

  private GateChart(double least, double most) {
    this.least = least;
    this.most = most;
  }

  /** A chart whose scale contains zero and the interval and margin line of every gate. */
  static GateChart over(List<GateResult> gates) {
    double least = -0.05;
    double most = 0.05;
    for (GateResult gate : gates) {
      least = Math.min(least, line(gate));
      most = Math.max(most, line(gate));
      if (gate.difference() != null) {
        least = Math.min(least, gate.difference());
        most = Math.max(most, gate.difference());
      }
      if (gate.interval() != null) {
        least = Math.min(least, gate.interval().lower());
        most = Math.max(most, gate.interval().upper());
      }
    }
    double padding = (most - least) * 0.04;
    return new GateChart(Math.max(-1.1, least - padding), Math.min(1.1, most + padding));
  }

  /** The coordinates of a gate's chart; null if the gate has no difference. */
  DecisionView.@Nullable Chart chart(GateResult gate) {
    if (gate.difference() == null) {
      return null;
    }
    ConfidenceInterval interval = gate.interval();
    return new DecisionView.Chart(
        WIDTH,
        HEIGHT,
        EDGE,
        WIDTH - EDGE,
        x(0),
        x(line(gate)),
        interval == null ? null : x(interval.lower()),
        interval == null ? null : x(interval.upper()),
        x(gate.difference()),
        List.of(label(0, "0"), label(line(gate), PageText.signed(line(gate)))));
  }

  /** The line that the interval must exceed: the margin for superiority, else minus the margin. */
  private static double line(GateResult gate) {
    return gate.role() == GateRole.FRESH ? gate.margin() : -gate.margin();
  }

  private DecisionView.Label label(double value, String text) {
    boolean beside = value != 0 && Math.abs(position(value) - position(0)) < LABEL_WIDTH;
    String anchor = value == 0 ? "middle" : value < 0 ? "end" : "start";
    double shift = beside ? (value < 0 ? -LABEL_SHIFT : LABEL_SHIFT) : 0;
    return new DecisionView.Label(
        PageText.number(position(value) + shift, 1), beside ? anchor : "middle", text);
  }

  private String x(double value) {
    return PageText.number(position(value), 1);
  }

  private double position(double value) {
    double within = (Math.clamp(value, least, most) - least) / (most - least);
    return EDGE + within * (WIDTH - 2 * EDGE);
  }
}
