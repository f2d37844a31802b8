package dev.whetstone.eval.item;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.suite.SuiteItem;
import dev.whetstone.contracts.suite.SuiteRef;
import dev.whetstone.eval.batch.SealedBatch;
import dev.whetstone.eval.batch.TestRowReader;
import dev.whetstone.eval.quality.FormatPattern;
import dev.whetstone.eval.serving.AnswerText;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.LoopFileReader;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.ObjectTooLargeException;
import dev.whetstone.kit.tenant.InputFolders;
import dev.whetstone.kit.tenant.InputRefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads items from batches and suites. */
@ApplicationScoped
public class EvaluationItemReader {
  private static final int SHORT_ID = 12;
  private final TestRowReader testRows;
  private final ArtifactResolver artifacts;
  private final InputFolders folders;
  private final ControlTokenFilter filter;

  public EvaluationItemReader(
      TestRowReader testRows,
      ArtifactResolver artifacts,
      InputFolders folders,
      ControlTokenFilter filter) {
    this.folders = folders;
    this.testRows = testRows;
    this.artifacts = artifacts;
    this.filter = filter;
  }

  /**
   * @param reference name and digest of the source; absent if nothing could be read
   * @param fault why nothing could be read, with the remedy
   * @param shadow whether they are outside the gates
   * @param notes for people
   */
  public record Items(
      List<EvaluationItem> items,
      @Nullable SuiteRef reference,
      @Nullable String fault,
      boolean shadow,
      List<String> notes) {
    Items(
        List<EvaluationItem> items,
        @Nullable SuiteRef reference,
        @Nullable String fault,
        boolean shadow) {
      this(items, reference, fault, shadow, List.of());
    }
  }

  /**
   * Reads a batch's SFT test rows, without withdrawn ones. Bytes that differ from those that were
   * sealed are a fault, since reading them again does not help.
   *
   * @param late whether a batch that cannot be read is a fault, too
   * @throws ObjectStoreException if the batch cannot be read yet
   */
  public Items batch(
      LoopSpec loop, GateRole role, SealedBatch batch, Set<String> withdrawn, boolean late) {
    try {
      return batch(loop, role, batch, withdrawn);
    } catch (CorruptObjectException | ObjectTooLargeException | UncheckedIOException e) {
      return unreadable(batch, e);
    } catch (ObjectStoreException e) {
      if (!late) {
        throw e;
      }
      return unreadable(batch, e);
    }
  }

  private static Items unreadable(SealedBatch batch, RuntimeException e) {
    return new Items(
        List.of(), null, "batch " + batch.batchId() + " cannot be read: " + e.getMessage(), false);
  }

  private Items batch(LoopSpec loop, GateRole role, SealedBatch batch, Set<String> withdrawn) {
    String suite =
        (role == GateRole.FRESH ? "fresh/" : "adopted/")
            + batch.batchId().substring(0, Math.min(SHORT_ID, batch.batchId().length()));
    var file = testRows.read(batch);
    if (file.isEmpty()) {
      return new Items(List.of(), null, null, false);
    }
    List<EvaluationItem> items =
        file.get().rows().stream()
            .filter(row -> !withdrawn.contains(row.row().id()))
            .map(row -> item(loop, role, suite, row))
            .toList();
    return filter.apply(
        loop, new Items(items, new SuiteRef(suite, file.get().sha256()), null, false));
  }

  /** Reads a declared suite in one pass over its bytes. */
  public Items suite(LoopSpec loop, LoopSpec.Suite suite) {
    List<EvaluationItem> items = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    try {
      String sha256 =
          artifact(loop, suite)
              .forEachLine(
                  suite.sha256(),
                  LoopFileReader.MAX_INPUT_BYTES,
                  (number, line) -> items.add(item(loop, suite, ids, number, line)));
      return filter.apply(
          loop, new Items(items, new SuiteRef(suite.name(), sha256), null, suite.shadow()));
    } catch (InputRefusedException e) {
      return fault(suite, "may not be read; allowed: " + e.getMessage());
    } catch (CorruptObjectException e) {
      return fault(
          suite,
          "has changed since it was declared; declare the loop again to pin the new content");
    } catch (RuntimeException e) {
      return fault(suite, "cannot be read: " + e.getMessage());
    }
  }

  /** Checked again after the declaration, because links and the operator's settings change. */
  private Artifact artifact(LoopSpec loop, LoopSpec.Suite suite) {
    URI uri = URI.create(suite.uri());
    return folders
        .require(loop.metadata().tenant(), uri)
        .map(artifacts::local)
        .orElseGet(() -> artifacts.resolve(uri));
  }

  private static Items fault(LoopSpec.Suite suite, String what) {
    return new Items(
        List.of(),
        null,
        "suite '" + suite.name() + "' at " + suite.uri() + " " + what,
        suite.shadow());
  }

  private static EvaluationItem item(
      LoopSpec loop, LoopSpec.Suite suite, Set<String> ids, int number, byte[] line) {
    try {
      SuiteItem item = Json.read(line, SuiteItem.class);
      requireId(item.id(), ids);
      return item(loop, suite, item);
    } catch (UncheckedIOException | NullPointerException e) {
      // Their messages quote the line, and the wrong file may have been named by mistake.
      throw new IllegalArgumentException(
          "line " + number + " is not an item; expected a JSON object with id and messages", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
    }
  }

  /** Checks that each item has its own id, since results are stored by it. */
  private static void requireId(@Nullable String id, Set<String> known) {
    if (id == null || id.isBlank()) {
      throw new IllegalArgumentException("the item has no id");
    }
    if (!known.add(id)) {
      throw new IllegalArgumentException("another item has the id '" + id + "', too");
    }
  }

  private static EvaluationItem item(LoopSpec loop, LoopSpec.Suite suite, SuiteItem item) {
    if (item.pattern() != null) {
      new FormatPattern(item.pattern());
    }
    List<ChatMessage> messages = withSystemPrompt(loop, item.messages());
    return new EvaluationItem(
        suite.role(),
        suite.name(),
        suite.shadow(),
        item.id(),
        messages,
        null,
        item.reference(),
        item.pattern(),
        item.slice(),
        null,
        Boolean.TRUE.equals(item.critical()),
        EvaluationItem.digest(messages, null, loop.spec().evaluation().maxTokens()));
  }

  private static EvaluationItem item(
      LoopSpec loop, GateRole role, String suite, TestRowReader.TestRow row) {
    List<ChatMessage> turns = row.row().messages();
    List<ChatMessage> messages =
        withSystemPrompt(loop, turns.subList(0, turns.size() - 1)).stream()
            .map(message -> message.withWeight(null))
            .toList();
    return new EvaluationItem(
        role,
        suite,
        false,
        row.row().id(),
        messages,
        row.row().tools(),
        AnswerText.of(turns.getLast()),
        null,
        row.slice(),
        row.cluster(),
        false,
        EvaluationItem.digest(messages, row.row().tools(), loop.spec().evaluation().maxTokens()));
  }

  /** Adds the loop's system prompt to a question that has no system prompt. */
  private static List<ChatMessage> withSystemPrompt(LoopSpec loop, List<ChatMessage> messages) {
    String prompt = loop.spec().systemPrompt();
    boolean own =
        !messages.isEmpty() && Set.of("system", "developer").contains(messages.getFirst().role());
    if (prompt == null || prompt.isBlank() || own) {
      return messages;
    }
    List<ChatMessage> with = new ArrayList<>();
    with.add(ChatMessage.of("system", prompt));
    with.addAll(messages);
    return with;
  }
}
