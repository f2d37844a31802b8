package dev.whetstone.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupFolderTest {
  private static final String BLOB = "store/blobs/one";

  @TempDir private Path parent;
  private Path folder;

  @BeforeEach
  void writeABackup() throws IOException {
    folder = parent.resolve("backup");
    try (var writer = new BackupWriter(folder)) {
      writer.write(BLOB, out -> out.write("first".getBytes(StandardCharsets.UTF_8)));
      writer.write("keys.json", out -> out.write("[]".getBytes(StandardCharsets.UTF_8)));
      mark(BackupMarker.FORMAT, writer.files(), writer.endList());
    }
  }

  @Test
  void shouldAcceptACompleteBackup() throws IOException {
    BackupFolder backup = BackupFolder.open(folder);

    backup.verify();

    assertThat(backup.marker().files()).isEqualTo(2);
    // Of "first", as sha256sum prints it.
    assertThat(backup.sha256(BLOB))
        .contains("a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e");
    assertThat(backup.sha256("store/blobs/two")).isEmpty();
    assertThat(Files.getPosixFilePermissions(folder.resolve(BLOB))).hasSize(2);
  }

  @Test
  void shouldRefuseABackupWithoutItsMarker() throws IOException {
    Files.delete(folder.resolve(BackupMarker.NAME));

    assertThatThrownBy(() -> BackupFolder.open(folder))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("is no complete backup");
  }

  @Test
  void shouldRefuseAnUnknownFormat() throws IOException {
    mark(BackupMarker.FORMAT + 1, 2, "0".repeat(64));

    assertThatThrownBy(() -> BackupFolder.open(folder))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("format 2");
  }

  @Test
  void shouldRefuseAListThatWasChanged() throws IOException {
    Path list = folder.resolve(BackupMarker.FILES);
    Files.writeString(list, Files.readString(list).lines().findFirst().orElseThrow() + "\n");

    assertThatThrownBy(() -> BackupFolder.open(folder))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("was changed");
  }

  @Test
  void shouldNameAFileWithOtherBytes() throws IOException {
    Files.writeString(folder.resolve(BLOB), "fir5t");

    assertThatThrownBy(() -> BackupFolder.open(folder).verify())
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining(BLOB)
        .hasMessageContaining("other bytes");
  }

  @Test
  void shouldNameAMissingFile() throws IOException {
    Files.delete(folder.resolve(BLOB));

    assertThatThrownBy(() -> BackupFolder.open(folder).verify())
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("lacks the file")
        .hasMessageContaining(BLOB);
  }

  @Test
  void shouldRefuseAListThatLeadsOutOfTheBackup() throws IOException {
    Path outside = parent.resolve("outside");
    try (var writer = new BackupWriter(outside)) {
      writer.write("../elsewhere", out -> out.write(1));
      folder = outside;
      mark(BackupMarker.FORMAT, 1, writer.endList());
    }

    assertThatThrownBy(() -> BackupFolder.open(outside).verify())
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("outside of itself");
  }

  private void mark(int format, long files, String filesSha256) throws IOException {
    BackupMarker marker =
        new BackupMarker(
            format,
            "2026-11-20T08:00:00Z",
            "2026-11-20T08:01:00Z",
            "18",
            BackupMarker.thisPlatform(),
            "file:///store/",
            files,
            7,
            0,
            filesSha256);
    Files.write(folder.resolve(BackupMarker.NAME), marker.toJson());
  }
}
