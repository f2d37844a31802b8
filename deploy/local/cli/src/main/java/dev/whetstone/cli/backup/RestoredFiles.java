package dev.whetstone.cli.backup;

import dev.whetstone.cli.stack.StackHome;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.keys.PrivateFile;
import dev.whetstone.embedded.FileTrees;
import dev.whetstone.embedded.InfrastructureMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Puts the files of a backup into the folder of a stack that has no data. */
final class RestoredFiles {
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final String OPERATOR_KEY = ".key";

  private final StackHome home;

  RestoredFiles(StackHome home) {
    this.home = home;
  }

  /**
   * Refuses a stack that has data.
   *
   * @throws RemedyException naming the folders to move away
   */
  void requireEmpty() throws IOException {
    for (Path folder : List.of(home.data(), home.store(), home.work())) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> content = Files.list(folder)) {
          if (content.findAny().isPresent()) {
            throw new RemedyException(
                "this stack has data: " + folder,
                "move it away: mkdir %1$s/before-restore && mv %1$s/data %1$s/store %1$s/work %1$s/before-restore/"
                    .formatted(home.directory()));
          }
        }
      }
    }
  }

  /**
   * Copies databases and objects beside their places and then moves them there, so that an
   * interruption leaves no part of a database where a server would start on it.
   */
  void place(BackupFolder backup) throws IOException {
    Path draft = home.directory().resolve("restoring");
    FileTrees.delete(draft);
    Files.createDirectory(draft, OWNER_FOLDER);
    copy(backup, PostgresBackup.FOLDER, draft);
    copy(backup, StackBackup.STORE, draft);
    Path databases = draft.resolve(PostgresBackup.FOLDER);
    try (BufferedReader folders = Files.newBufferedReader(backup.file(PostgresBackup.FOLDERS))) {
      for (String folder = folders.readLine(); folder != null; folder = folders.readLine()) {
        Files.createDirectories(databases.resolve(folder), OWNER_FOLDER);
      }
    }
    Files.createDirectories(draft.resolve(StackBackup.STORE));
    Files.deleteIfExists(home.store());
    Files.move(draft.resolve(StackBackup.STORE), home.store(), StandardCopyOption.ATOMIC_MOVE);
    Path data = InfrastructureMain.postgresData(home.data());
    Files.createDirectories(data.getParent());
    Files.move(databases, data, StandardCopyOption.ATOMIC_MOVE);
    FileTrees.delete(draft);
  }

  /**
   * Puts the secrets into place; one that was there and differs is kept beside it. The API keys are
   * taken only where there are none: the backup may hold keys that were revoked since.
   *
   * @return whether the API keys are those of the backup
   */
  boolean placeSecrets(BackupFolder backup) throws IOException {
    boolean keys = !Files.exists(home.keysFile());
    if (keys) {
      PrivateFile.write(home.keysFile(), Files.readAllBytes(backup.file(StackBackup.KEYS)));
    }
    backup.each(
        StackBackup.SECRETS,
        secret -> {
          String name = secret.name().substring(StackBackup.SECRETS.length());
          if (keys || !name.endsWith(OPERATOR_KEY)) {
            placeSecret(home.secrets().resolve(name), backup.file(secret.name()));
          }
        });
    return keys;
  }

  private static void placeSecret(Path target, Path source) throws IOException {
    byte[] content = Files.readAllBytes(source);
    if (Files.exists(target)) {
      if (Arrays.equals(Files.readAllBytes(target), content)) {
        return;
      }
      Path kept = target.resolveSibling(target.getFileName() + ".before-restore");
      Files.move(target, kept, StandardCopyOption.REPLACE_EXISTING);
    }
    PrivateFile.write(target, content);
  }

  private static void copy(BackupFolder backup, String prefix, Path to) throws IOException {
    backup.each(
        prefix,
        file -> {
          Path target = to.resolve(file.name());
          Files.createDirectories(target.getParent(), OWNER_FOLDER);
          try (FileChannel channel =
                  FileChannel.open(
                      target,
                      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                      OWNER_FILE);
              InputStream in = Files.newInputStream(backup.file(file.name()));
              OutputStream out = Channels.newOutputStream(channel)) {
            long ignored = in.transferTo(out);
            channel.force(true);
          }
        });
  }
}
