package dev.whetstone.eval.page;

import dev.whetstone.contracts.decision.ConfidenceInterval;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.loop.GateRole;
import java.util.List;
import java.util.Locale;

/**
 * A gate's interval drawn against its margin line, on a scale shared by all gates of a decision.
 */
final class GateChart {
  private static final int WIDTH = 340;
  private static final int HEIGHT = 40;

  /** Room for half a label beside the outermost line. */
  private static final int EDGE = 30;

  private final double least;
  private final double most;

  private GateChart(double least, double most) {
    this.least = least;
    this.most = most;
  }

  /** A chart whose scale holds zero and every gate's interval and margin line. */
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
    double room = (most - least) * 0.04;
    return new GateChart(Math.max(-1.1, least - room), Math.min(1.1, most + room));
  }

  /** An inline SVG, or nothing where there is nothing to draw. */
  String draw(GateResult gate) {
    if (gate.difference() == null) {
      return "";
    }
    String outcome = gate.outcome().name().toLowerCase(Locale.ROOT);
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg viewBox="0 0 %d %d" role="img" aria-label="%s">
        <line class="axis" x1="%d" x2="%d" y1="18" y2="18"/>
        <line class="zero" x1="%s" x2="%s" y1="8" y2="28"/>
        <line class="margin" x1="%s" x2="%s" y1="4" y2="30"/>
        """
            .formatted(
                WIDTH,
                HEIGHT,
                HtmlText.escape(gate.name() + " " + gate.reason()),
                EDGE,
                WIDTH - EDGE,
                x(0),
                x(0),
                x(line(gate)),
                x(line(gate))));
    ConfidenceInterval interval = gate.interval();
    if (interval != null) {
      svg.append(
          "<line class=\"band stroke-%s\" x1=\"%s\" x2=\"%s\" y1=\"18\" y2=\"18\"/>\n"
              .formatted(outcome, x(interval.lower()), x(interval.upper())));
    }
    svg.append(
        "<circle class=\"point fill-%s\" cx=\"%s\" cy=\"18\" r=\"5\"/>\n"
            .formatted(outcome, x(gate.difference())));
    svg.append(label(0, "0")).append(label(line(gate), HtmlText.signed(line(gate))));
    return svg.append("</svg>").toString();
  }

  /** Where passing ends: above it for superiority, above minus the margin otherwise. */
  private static double line(GateResult gate) {
    return gate.role() == GateRole.FRESH ? gate.margin() : -gate.margin();
  }

  private String label(double value, String text) {
    boolean beside = value != 0 && Math.abs(position(value) - position(0)) < 34;
    String anchor = value == 0 ? "middle" : value < 0 ? "end" : "start";
    double shift = beside ? (value < 0 ? -8 : 8) : 0;
    return "<text x=\"%s\" y=\"39\" text-anchor=\"%s\">%s</text>\n"
        .formatted(HtmlText.number(position(value) + shift, 1), beside ? anchor : "middle", text);
  }

  private String x(double value) {
    return HtmlText.number(position(value), 1);
  }

  private double position(double value) {
    double within = (Math.clamp(value, least, most) - least) / (most - least);
    return EDGE + within * (WIDTH - 2 * EDGE);
  }
}
