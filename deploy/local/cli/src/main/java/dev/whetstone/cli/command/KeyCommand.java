package dev.whetstone.cli.command;

import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.keys.KeyEntry;
import dev.whetstone.client.keys.KeyFile;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Creates, lists and revokes API keys. */
@Command(
    name = "key",
    description = "Create, list or revoke API keys. Only their digests are stored.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "create|list|revoke")
final class KeyCommand {
  @Command(
      name = "create",
      description = "Make a key and show it, once.",
      mixinStandardHelpOptions = true)
  int create(
      @Parameters(paramLabel = "NAME", description = "names the key to people") String name,
      @Option(
              names = "--tenant",
              defaultValue = CommandContext.TENANT,
              description = "default ${DEFAULT-VALUE}")
          String tenant,
      @Option(
              names = "--application",
              description = "the source of the events it sends; default: NAME")
          String application,
      @Option(
              names = "--scopes",
              split = ",",
              defaultValue = "ingest",
              description = "of ingest, import, read, operate, approve, erase")
          List<String> scopes,
      @Option(names = "--publishable", description = "for browsers: light feedback only")
          boolean publishable) {
    CommandContext workplace = CommandContext.current();
    KeyFile.NewKey key =
        file(workplace)
            .create(name, tenant, application == null ? name : application, scopes, publishable);
    workplace.terminal().say(key.text());
    workplace
        .terminal()
        .say("  Keep it: it is not stored and not shown again. Scopes: %s", key.entry().scopes());
    return 0;
  }

  @Command(
      name = "list",
      description = "Show the keys, without their text.",
      mixinStandardHelpOptions = true)
  int list() {
    CommandContext workplace = CommandContext.current();
    List<KeyEntry> keys = file(workplace).list();
    Terminal terminal = workplace.terminal();
    terminal.say("%-20s %-12s %-18s %-40s %s", "NAME", "TENANT", "APPLICATION", "SCOPES", "DIGEST");
    for (KeyEntry key : keys) {
      terminal.say(
          "%-20s %-12s %-18s %-40s %s",
          key.id(),
          key.tenant(),
          key.application(),
          String.join(",", key.scopes()) + (key.publishable() ? " (publishable)" : ""),
          key.sha256().substring(0, 12));
    }
    return 0;
  }

  @Command(
      name = "revoke",
      description = "Remove a key; it is refused at once.",
      mixinStandardHelpOptions = true)
  int revoke(@Parameters(paramLabel = "NAME") String name) {
    CommandContext workplace = CommandContext.current();
    if (file(workplace).revoke(name).isEmpty()) {
      throw new RemedyException(
          "there is no key called '" + name + "'", "./whetstone key list shows them");
    }
    workplace.terminal().say("Revoked '%s'.", name);
    return 0;
  }

  private static KeyFile file(CommandContext workplace) {
    return KeyFile.at(workplace.options().home().keysFile());
  }
}
