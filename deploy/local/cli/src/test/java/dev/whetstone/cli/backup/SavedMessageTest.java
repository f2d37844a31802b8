package dev.whetstone.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;

class SavedMessageTest {
  @Test
  void shouldReadWhatWasWritten() throws IOException {
    byte[] written =
        written(
            new SavedMessage(
                7L,
                bytes("acme/support"),
                bytes("{}"),
                List.of(new RecordHeader("ce_id", bytes("e1")), new RecordHeader("empty", null))),
            new SavedMessage(8L, null, null, List.of()));
    var in = new DataInputStream(new ByteArrayInputStream(written));

    SavedMessage first = SavedMessage.read(in).orElseThrow();
    SavedMessage second = SavedMessage.read(in).orElseThrow();

    assertThat(SavedMessage.read(in)).isEmpty();
    assertThat(first.timestamp()).isEqualTo(7);
    assertThat(first.key()).isEqualTo(bytes("acme/support"));
    assertThat(first.value()).isEqualTo(bytes("{}"));
    assertThat(first.headers())
        .containsExactly(new RecordHeader("ce_id", bytes("e1")), new RecordHeader("empty", null));
    assertThat(second.key()).isNull();
    assertThat(second.value()).isNull();
    assertThat(second.to("topic", 3).partition()).isEqualTo(3);
    assertThat(second.to("topic", 3).timestamp()).isEqualTo(8);
  }

  @Test
  void shouldNotTakeAFileThatWasCutForItsEnd() throws IOException {
    byte[] written = written(new SavedMessage(7L, bytes("key"), bytes("value"), List.of()));
    var in =
        new DataInputStream(new ByteArrayInputStream(Arrays.copyOf(written, written.length - 1)));
    assertThat(SavedMessage.read(in)).isPresent();

    assertThatThrownBy(() -> SavedMessage.read(in)).isInstanceOf(EOFException.class);
  }

  private static byte[] written(SavedMessage... messages) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    for (SavedMessage message : messages) {
      message.write(out);
    }
    SavedMessage.writeEnd(out);
    return bytes.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
