package dev.whetstone.eval.item;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.item.EvaluationItemReader.Items;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.tokenizer.ControlTokens;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Leaves out questions whose texts hold control tokens of the base: the server would read other
 * turns than the question has. Curation and training leave such rows out for the same reason.
 */
@ApplicationScoped
public class ControlTokenFilter {
  private static final Logger LOG = Logger.getLogger(ControlTokenFilter.class);
  private final ArtifactResolver artifacts;

  public ControlTokenFilter(ArtifactResolver artifacts) {
    this.artifacts = artifacts;
  }

  /**
   * The same items without those questions; a note says how many, and a fault where one is
   * critical.
   */
  Items apply(LoopSpec loop, Items read) {
    ControlTokens tokens = tokens(loop.spec().baseModel().uri());
    List<EvaluationItem> left = read.items().stream().filter(item -> !holds(item, tokens)).toList();
    if (left.size() == read.items().size()) {
      return read;
    }
    List<EvaluationItem> out = read.items().stream().filter(item -> holds(item, tokens)).toList();
    String what =
        "%d questions of %s hold control tokens of the base and are not asked, the first: %s"
            .formatted(out.size(), out.getFirst().suite(), out.getFirst().itemId());
    boolean critical = out.stream().anyMatch(EvaluationItem::critical);
    return new Items(
        left,
        read.reference(),
        critical ? what + "; a critical one is among them: correct the suite" : read.fault(),
        read.shadow(),
        critical ? List.of() : List.of(what));
  }

  private static boolean holds(EvaluationItem item, ControlTokens tokens) {
    return item.messages().stream().anyMatch(message -> tokens.in(message).isPresent())
        || tokens.in(item.tools()).isPresent();
  }

  /** Unknown where the base is not readable here. */
  private ControlTokens tokens(String baseUri) {
    try {
      Path file =
          artifacts
              .find(URI.create(baseUri))
              .map(base -> base.child("tokenizer.json").localPath())
              .filter(Files::isReadable)
              .orElse(null);
      return file == null ? ControlTokens.UNKNOWN : ControlTokens.of(file);
    } catch (IOException | RuntimeException e) {
      LOG.warnf("tokenizer-unreadable base-model=%s reason=%s", baseUri, e.getMessage());
      return ControlTokens.UNKNOWN;
    }
  }
}
