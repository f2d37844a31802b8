package dev.whetstone.cli.backup;

import dev.whetstone.cli.stack.LocalStack;
import dev.whetstone.cli.stack.StackHome;
import dev.whetstone.cli.terminal.ProgressDisplay;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.embedded.FileTrees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;

/**
 * Takes a backup of the running stack in the order in which nothing names what is not there yet:
 * first the databases, all at one point; then the messages up to that point; last the objects,
 * which are always written before a row or message names them.
 */
public final class StackBackup {
  /** Below which the objects lie in the backup. */
  static final String STORE = "store/";

  static final String SECRETS = "secrets/";
  static final String KEYS = "keys.json";

  /** Objects whose name is the digest of their bytes. */
  private static final Pattern BLOB = Pattern.compile("(?:.*/)?blobs/(?:.*/)?([0-9a-f]{64})");

  /** Where the store writes objects before they have a name. */
  private static final String UNNAMED = ".writing";

  private final LocalStack stack;

  public StackBackup(LocalStack stack) {
    this.stack = stack;
  }

  /**
   * What a backup found.
   *
   * @param damaged objects whose bytes do not have the digest that is their name
   */
  public record Taken(BackupMarker marker, List<String> damaged) {
    public Taken {
      damaged = List.copyOf(damaged);
    }
  }

  /**
   * Writes a backup into a new folder. The folder gets its name when the backup is complete.
   *
   * @throws RemedyException when the stack does not run, the folder exists, or something cannot be
   *     read or written
   */
  public Taken take(Path folder, ProgressDisplay progress) {
    Path target = folder.toAbsolutePath().normalize();
    Path draft = target.resolveSibling(target.getFileName() + ".partial");
    require(target, draft);
    try {
      Taken taken = write(draft, progress);
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      force(target.getParent());
      return taken;
    } catch (IOException | SQLException e) {
      delete(draft, e);
      throw new RemedyException(
          "the backup failed, and nothing of it was kept: " + e.getMessage(),
          "free disk space at %s, look at the stack with ./whetstone doctor, and try again"
              .formatted(target.getParent()),
          e);
    } catch (RuntimeException e) {
      delete(draft, e);
      throw e;
    }
  }

  private void require(Path target, Path draft) {
    if (!stack.isRunning(StackComponent.INFRA)) {
      throw new RemedyException(
          StackComponent.INFRA.description() + " are not running",
          "start the stack: ./whetstone up");
    }
    for (Path path : List.of(target, draft)) {
      if (Files.exists(path)) {
        throw new RemedyException(
            path + " exists", "name a new folder, or delete this one if it is no longer needed");
      }
    }
    if (target.startsWith(home().directory())) {
      throw new RemedyException(
          target + " is inside of the stack's own folder",
          "name a folder elsewhere, best on another disk");
    }
  }

  private Taken write(Path draft, ProgressDisplay progress) throws IOException, SQLException {
    StackPostgres server = StackPostgres.of(stack.options());
    List<String> damaged = new ArrayList<>();
    try (var backup = new BackupWriter(draft);
        var topics = new TopicBackup("127.0.0.1:" + stack.options().ports().kafka());
        var postgres = PostgresBackup.begin(server)) {
      Map<TopicPartition, Long> begins = topics.begins();
      progress.print("copying the databases");
      postgres.copyFiles(backup);
      Map<TopicPartition, Long> ends;
      PostgresBackup.Point point;
      try (OutboxPause ignored = OutboxPause.take(server)) {
        ends = topics.ends();
        point = postgres.end();
      }
      postgres.copyLog(point, backup);
      progress.print("copying the messages of Kafka");
      long records = topics.copy(begins, ends, backup);
      copySecrets(backup);
      copyErasures(server, backup);
      progress.print("copying the objects");
      Files.walkFileTree(home().store(), new ObjectCopy(home().store(), backup, damaged));
      BackupMarker marker =
          new BackupMarker(
              BackupMarker.FORMAT,
              postgres.begunAt(),
              point.at(),
              postgres.version(),
              BackupMarker.thisPlatform(),
              home().store().toUri().toString(),
              backup.files(),
              backup.bytes(),
              records,
              backup.endList());
      complete(draft, marker);
      return new Taken(marker, damaged);
    }
  }

  private void copySecrets(BackupWriter backup) throws IOException {
    backup.copy(home().keysFile(), KEYS);
    if (Files.isDirectory(home().secrets())) {
      try (var files = Files.newDirectoryStream(home().secrets())) {
        for (Path file : files) {
          backup.copy(file, SECRETS + file.getFileName());
        }
      }
    }
  }

  private static void copyErasures(StackPostgres server, BackupWriter backup) throws IOException {
    backup.write(
        ErasureLedger.FILE,
        out -> {
          try {
            new ErasureLedger(server).write(out);
          } catch (SQLException e) {
            throw new IOException("the erasures cannot be read: " + e.getMessage(), e);
          }
        });
  }

  private static void complete(Path draft, BackupMarker marker) throws IOException {
    Path file = draft.resolve(BackupMarker.NAME);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      var json = ByteBuffer.wrap(marker.toJson());
      while (json.hasRemaining()) {
        int ignored = channel.write(json);
      }
      channel.force(true);
    }
    force(draft);
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void delete(Path draft, Exception reason) {
    try {
      FileTrees.delete(draft);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private StackHome home() {
    return stack.options().home();
  }

  /** Objects that end while they are copied are not needed: the restored rows end them again. */
  private static final class ObjectCopy extends SimpleFileVisitor<Path> {
    private final Path store;
    private final BackupWriter backup;
    private final List<String> damaged;

    ObjectCopy(Path store, BackupWriter backup, List<String> damaged) {
      this.store = store;
      this.backup = backup;
      this.damaged = damaged;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return folder.endsWith(UNNAMED) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      String key = store.relativize(file).toString();
      try {
        String sha256 = backup.copy(file, STORE + key);
        Matcher blob = BLOB.matcher(key);
        if (blob.matches() && !blob.group(1).equals(sha256)) {
          damaged.add(key);
        }
      } catch (NoSuchFileException e) {
        return FileVisitResult.CONTINUE;
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }
}
