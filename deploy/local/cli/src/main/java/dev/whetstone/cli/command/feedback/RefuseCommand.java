package dev.whetstone.cli.command.feedback;

import picocli.CommandLine.Command;

/** Refuses a promotion that waits for a person. */
@Command(
    name = "refuse",
    description = "Refuse a decision that waits for a person: its candidate is not put in service.",
    mixinStandardHelpOptions = true)
public final class RefuseCommand extends DecisionCommand {
  @Override
  String verb() {
    return "refuse";
  }

  @Override
  String done() {
    return "Refused";
  }
}
