package dev.whetstone.cli.command.recovery;

import dev.whetstone.cli.backup.BackupMarker;
import dev.whetstone.cli.backup.StackBackup;
import dev.whetstone.cli.context.CommandContext;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes a backup of the running stack. */
@Command(
    name = "backup",
    description =
        "Write a backup of the running stack into a new folder: databases, messages, objects, keys and secrets.",
    mixinStandardHelpOptions = true)
public final class BackupCommand implements Callable<Integer> {
  private static final long MEGABYTE = 1_000_000;

  @Parameters(
      paramLabel = "FOLDER",
      description = "A new folder, best on another disk. It will hold personal data and secrets.")
  private Path folder = Path.of(".");

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    StackBackup.Taken taken = new StackBackup(context.stack()).take(folder, context.terminal());
    BackupMarker marker = taken.marker();
    context
        .terminal()
        .print(
            "Wrote %s: %d files, %d MB, %d messages; it restores the state of %s.",
            folder, marker.files(), marker.bytes() / MEGABYTE, marker.records(), marker.pointAt());
    for (String key : taken.damaged()) {
      context
          .terminal()
          .print(
              "Object %s does not have the bytes of its name; see docs/runbooks/batch-broken.md",
              key);
    }
    context.terminal().print("It holds personal data and secrets: encrypt it where it is kept.");
    return taken.damaged().isEmpty() ? 0 : 1;
  }
}
