package dev.whetstone.eval.page;

import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Evidence;
import io.quarkus.qute.Engine;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.RawString;
import io.quarkus.qute.ReflectionValueResolver;
import io.quarkus.qute.Template;
import io.quarkus.qute.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The page of a decision: verdict and reason in words, gates, answers and their basis. The template
 * engine escapes every text; only the style sheet is inserted as it is.
 */
final class DecisionPage {
  private static final String HTML = "text/html";
  private static final String STYLE = resource("/pages/decision.css");
  private static final Template TEMPLATE = template();

  private DecisionPage() {}

  /** Renders the page as HTML. */
  static String render(Decision decision, List<Evidence.Score> scores, List<Evidence.Text> texts) {
    return TEMPLATE
        .data("page", DecisionViewBuilder.build(decision, scores, texts))
        .data("style", new RawString(STYLE))
        .render();
  }

  private static Template template() {
    Engine engine =
        Engine.builder()
            .addDefaults()
            .addValueResolver(new ReflectionValueResolver())
            .addResultMapper(new SafeTextMapper(new HtmlEscaper(List.of(HTML))))
            .strictRendering(true)
            .build();
    return engine.parse(resource("/pages/decision.html"), Variant.forContentType(HTML));
  }

  private static String resource(String name) {
    try (InputStream in = DecisionPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            name + " is not on the class path; build the service again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }
}
