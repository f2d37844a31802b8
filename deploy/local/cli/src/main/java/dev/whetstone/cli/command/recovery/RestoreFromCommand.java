package dev.whetstone.cli.command.recovery;

import dev.whetstone.cli.backup.BackupFolder;
import dev.whetstone.cli.backup.StackRestorer;
import dev.whetstone.cli.context.CommandContext;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Restores a backup of the whole stack. */
@Command(
    name = "from",
    description = "Restore a backup of 'whetstone backup' on a stopped stack that has no data.",
    mixinStandardHelpOptions = true)
final class RestoreFromCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FOLDER", description = "A complete backup.")
  private Path folder = Path.of(".");

  @Option(
      names = "--erasures",
      paramLabel = "NEWER",
      description =
          "A later backup of the same stack: erasures that it knows are carried out here, too.")
  private @Nullable Path newer;

  @Override
  public Integer call() {
    BackupFolder backup = BackupFolder.open(folder);
    Optional<BackupFolder> ledger = Optional.ofNullable(newer).map(BackupFolder::open);
    CommandContext context = CommandContext.current();
    StackRestorer.Restored restored =
        new StackRestorer(context.stack()).restore(backup, ledger, context.terminal());
    var terminal = context.terminal();
    terminal.print(
        "Restored the state of %s; %d messages are read again.",
        restored.backup().pointAt(), restored.records());
    if (ledger.isPresent()) {
      terminal.print(
          "%d erasures that this state lacked are carried out when the stack starts.",
          restored.erasures());
    }
    terminal.print(
        "Erasures that were requested after %s are in no backup that was named: send them again (./whetstone erase).",
        ledger.orElse(backup).marker().pointAt());
    if (restored.keysOfBackup()) {
      terminal.print(
          "API keys that were revoked since are valid again: look at ./whetstone key list.");
    }
    terminal.print("Start it with ./whetstone up, then check it: ./whetstone doctor");
    return 0;
  }
}
