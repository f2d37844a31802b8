package dev.whetstone.cli.backup;

import dev.whetstone.cli.recovery.ServiceDatabase;
import dev.whetstone.cli.stack.LocalStack;
import dev.whetstone.cli.terminal.ProgressDisplay;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;

/**
 * Restores a backup on a stack without data: verifies it, puts the files into place, lets the
 * databases recover, sends the messages of Kafka again, begins new epochs, and applies the
 * erasures. It starts no service: what was erased is covered before one can use it.
 */
public final class StackRestorer {
  private final LocalStack stack;

  public StackRestorer(LocalStack stack) {
    this.stack = stack;
  }

  /**
   * What a restore did.
   *
   * @param records messages that were sent again
   * @param erasures that the ledger has and the databases lacked
   * @param keysOfBackup whether the API keys are those of the backup
   */
  public record Restored(BackupMarker backup, long records, int erasures, boolean keysOfBackup) {}

  /**
   * Restores and leaves Kafka and PostgreSQL running.
   *
   * @param newer a later backup of the same stack, whose erasures are applied
   * @throws RemedyException when the stack has data, or a backup is incomplete, changed or not one
   *     of this place
   */
  public Restored restore(
      BackupFolder backup, Optional<BackupFolder> newer, ProgressDisplay progress) {
    try {
      RestoredFiles files = new RestoredFiles(stack.options().home());
      requireStopped();
      files.requireEmpty();
      requireFitting(backup);
      progress.print("verifying the backup");
      backup.verify();
      if (newer.isPresent()) {
        newer.get().verify();
        requireSameKey(backup, newer.get());
      }
      progress.print("copying the databases and the objects");
      stack.options().home().create();
      boolean keys = files.placeSecrets(backup);
      files.place(backup);
      return recover(backup, newer, keys, progress);
    } catch (IOException | SQLException e) {
      throw new RemedyException(
          "the restore failed: " + e.getMessage(),
          "stop the stack (./whetstone down), move its data away, and restore again",
          e);
    }
  }

  private Restored recover(
      BackupFolder backup, Optional<BackupFolder> newer, boolean keys, ProgressDisplay progress)
      throws IOException, SQLException {
    LocalStack.of(stack.options().withComponents(EnumSet.of(StackComponent.INFRA))).start(progress);
    progress.print("sending the messages of Kafka again");
    long records = new TopicReplay("127.0.0.1:" + stack.options().ports().kafka()).send(backup);
    StackPostgres postgres = StackPostgres.of(stack.options());
    int ignored = new LaterAttemptFiles(postgres, stack.options().home().store()).delete();
    int erasures = 0;
    if (newer.isPresent()) {
      erasures = new ErasureLedger(postgres).apply(newer.get().file(ErasureLedger.FILE));
    }
    for (String database : StackPostgres.DATABASES) {
      if (postgres.hasTable(database, "database_epoch")) {
        // The compacted topics are empty: no number is taken, and eval publishes all of its own.
        new ServiceDatabase(
                postgres.url(database), EmbeddedPostgres.USER, EmbeddedPostgres.PASSWORD)
            .beginEpoch(Map.of());
      }
    }
    return new Restored(backup.marker(), records, erasures, keys);
  }

  private void requireStopped() {
    for (StackComponent component : StackComponent.all()) {
      if (stack.isRunning(component)) {
        throw new RemedyException(
            "this stack is running (%s)".formatted(component.description()),
            "stop it first: ./whetstone down");
      }
    }
  }

  private void requireFitting(BackupFolder backup) {
    BackupMarker marker = backup.marker();
    String here = stack.options().home().store().toUri().toString();
    // A URI of a folder ends with a slash only where the folder exists.
    if (!withoutSlash(marker.storeUri()).equals(withoutSlash(here))) {
      throw new RemedyException(
          "the backup is of a stack with the object store %s, this one has %s"
              .formatted(marker.storeUri(), here),
          "restore it in a checkout at the same path: rows and messages name objects by their full path");
    }
    if (!marker.platform().equals(BackupMarker.thisPlatform())) {
      throw new RemedyException(
          "the backup is of %s, this machine is %s"
              .formatted(marker.platform(), BackupMarker.thisPlatform()),
          "restore it on a machine of the same kind: it holds PostgreSQL's own files");
    }
  }

  private static String withoutSlash(String uri) {
    return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
  }

  /** Digests made with another secret match no end user. */
  private static void requireSameKey(BackupFolder backup, BackupFolder newer) throws IOException {
    if (!backup.sha256(ErasureLedger.KEY).equals(newer.sha256(ErasureLedger.KEY))) {
      throw new RemedyException(
          "the two backups are of stacks with different secrets of end users' digests",
          "name a later backup of the same stack");
    }
  }
}
