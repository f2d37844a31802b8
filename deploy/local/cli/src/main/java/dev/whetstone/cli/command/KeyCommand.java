package dev.whetstone.cli.command;

import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.keys.KeyEntry;
import dev.whetstone.client.keys.KeyFile;
import dev.whetstone.client.keys.KeyLimits;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Creates, lists and revokes API keys. */
@Command(
    name = "key",
    description = "Create, list or revoke API keys. Only digests are stored.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "create|list|revoke")
final class KeyCommand {
  @Command(
      name = "create",
      description = "Create a key and show it once.",
      mixinStandardHelpOptions = true)
  int create(
      @Parameters(paramLabel = "NAME", description = "name of the key") String name,
      @Option(
              names = "--tenant",
              defaultValue = CommandContext.TENANT,
              description = "default: ${DEFAULT-VALUE}")
          String tenant,
      @Option(
              names = "--application",
              description = "source of the events sent with the key; default: NAME")
          String application,
      @Option(
              names = "--scopes",
              split = ",",
              defaultValue = "ingest",
              description = "any of ingest, import, read, operate, approve, erase, work")
          List<String> scopes,
      @Option(
              names = "--publishable",
              description = "for browsers: accepts lightweight feedback only")
          boolean publishable,
      @Option(
              names = "--expires",
              paramLabel = "INSTANT",
              description = "when the key ends, such as 2027-01-31T00:00:00Z; default: never")
          @Nullable Instant expires,
      @Option(
              names = "--loop",
              description = "the only loop that the key is for; default: all of the tenant")
          @Nullable String loop) {
    CommandContext context = CommandContext.current();
    KeyFile.NewKey key =
        file(context)
            .create(
                name,
                tenant,
                application == null ? name : application,
                scopes,
                publishable,
                new KeyLimits(expires, loop));
    context.terminal().print(key.text());
    context
        .terminal()
        .print(
            "  Save it now: it is not stored and cannot be shown again. Scopes: %s",
            key.entry().scopes());
    return 0;
  }

  @Command(
      name = "list",
      description = "List the keys, without their text.",
      mixinStandardHelpOptions = true)
  int list() {
    CommandContext context = CommandContext.current();
    List<KeyEntry> keys = file(context).list();
    Terminal terminal = context.terminal();
    terminal.print(
        "%-20s %-12s %-18s %-40s %-12s %s",
        "NAME", "TENANT", "APPLICATION", "SCOPES", "DIGEST", "LIMITS");
    for (KeyEntry key : keys) {
      terminal.print(
          "%-20s %-12s %-18s %-40s %-12s %s",
          key.id(),
          key.tenant(),
          key.application(),
          String.join(",", key.scopes()) + (key.publishable() ? " (publishable)" : ""),
          key.sha256().substring(0, 12),
          (key.loop() == null ? "" : "loop " + key.loop() + " ")
              + (key.expires() == null ? "" : "until " + key.expires()));
    }
    return 0;
  }

  @Command(
      name = "revoke",
      description = "Revoke a key; services reject it immediately.",
      mixinStandardHelpOptions = true)
  int revoke(@Parameters(paramLabel = "NAME") String name) {
    CommandContext context = CommandContext.current();
    if (file(context).revoke(name).isEmpty()) {
      throw new RemedyException(
          "there is no key named '" + name + "'", "list the keys: ./whetstone key list");
    }
    context.terminal().print("Revoked '%s'.", name);
    return 0;
  }

  private static KeyFile file(CommandContext context) {
    return KeyFile.at(context.options().home().keysFile());
  }
}
