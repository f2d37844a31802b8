package dev.whetstone.cli.command.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedbackFileTest {
  private static final String INTERACTION =
      "{\"responseId\": \"r\", \"request\": {}, \"response\": {}}";
  private static final String THUMB =
      "{\"kind\": \"thumb\", \"responseId\": \"r\", \"value\": true}";

  @TempDir Path folder;

  /** What a file holds, as text. */
  private static final class Recorder implements FeedbackFile.Receiver {
    private final List<String> seen = new ArrayList<>();

    @Override
    public void item(FeedbackItem item) {
      seen.add(item.place() + " " + item.kind());
    }

    @Override
    public void unreadable(String place, String reason) {
      seen.add(place + " unreadable");
    }
  }

  private List<String> read(String name, String content, FeedbackItem.Format format)
      throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out =
        name.endsWith(".gz")
            ? new GZIPOutputStream(Files.newOutputStream(file))
            : Files.newOutputStream(file)) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    Recorder recorder = new Recorder();
    new FeedbackFile(file, format).read(recorder);
    return recorder.seen;
  }

  @Test
  void shouldReadOneObjectPerLineAndNameABrokenLine() throws IOException {
    String lines = "\uFEFF" + INTERACTION + "\n\n" + THUMB + ",\n{broken\n" + THUMB + "\n";

    assertThat(read("f.jsonl", lines, FeedbackItem.Format.AUTO))
        .containsExactly(
            "line 1 INTERACTION", "line 3 FEEDBACK", "line 4 unreadable", "line 5 FEEDBACK");
  }

  @Test
  void shouldNameALineThatIsTooLongAndReadTheNext() throws IOException {
    String lines = "{\"kind\": \"" + "x".repeat((4 << 20) + 1) + "\"}\r\n" + THUMB;

    assertThat(read("long.jsonl", lines, FeedbackItem.Format.AUTO))
        .containsExactly("line 1 unreadable", "line 2 FEEDBACK");
  }

  @Test
  void shouldReadAnArrayAndACompressedFile() throws IOException {
    assertThat(read("f.json", "[" + INTERACTION + ",\n" + THUMB + "]", FeedbackItem.Format.AUTO))
        .containsExactly("item 1 INTERACTION", "item 2 FEEDBACK");
    assertThat(read("f.jsonl.gz", THUMB + "\n", FeedbackItem.Format.AUTO))
        .containsExactly("line 1 FEEDBACK");
  }

  @Test
  void shouldTellHowToSendChatRows() {
    String row =
        "{\"messages\": [{\"role\": \"user\", \"content\": \"q\"},"
            + " {\"role\": \"assistant\", \"content\": \"a\"}]}\n";

    assertThatThrownBy(() -> read("chat.jsonl", row, FeedbackItem.Format.AUTO))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("line 1")
        .hasMessageContaining("--as demonstrations");
  }

  @Test
  void shouldTurnAChatRowIntoADemonstration() throws IOException {
    Path file = folder.resolve("chat.jsonl");
    Files.writeString(
        file,
        "{\"messages\": [{\"role\": \"user\", \"content\": \"q\"},"
            + " {\"role\": \"assistant\", \"content\": \"a\"}]}\n");
    List<FeedbackItem> items = new ArrayList<>();
    new FeedbackFile(file, FeedbackItem.Format.DEMONSTRATIONS)
        .read(
            new FeedbackFile.Receiver() {
              @Override
              public void item(FeedbackItem item) {
                items.add(item);
              }

              @Override
              public void unreadable(String place, String reason) {
                throw new AssertionError(place + " " + reason);
              }
            });

    assertThat(items).hasSize(1);
    assertThat(items.getFirst().json().at("/request/messages/0/content").asText()).isEqualTo("q");
    assertThat(items.getFirst().json().at("/response/content").asText()).isEqualTo("a");
    assertThat(items.getFirst().json().path("kind").asText()).isEqualTo("demonstration");
  }

  @Test
  void shouldNameAFileThatDoesNotExist() {
    assertThatThrownBy(
            () ->
                new FeedbackFile(folder.resolve("none.jsonl"), FeedbackItem.Format.AUTO)
                    .read(new Recorder()))
        .hasMessageContaining("there is no file");
  }
}
