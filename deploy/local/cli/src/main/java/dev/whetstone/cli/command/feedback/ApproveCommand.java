package dev.whetstone.cli.command.feedback;

import picocli.CommandLine.Command;

/** Approves a promotion that waits for a person. */
@Command(
    name = "approve",
    description = "Approve a decision that waits for a person: its candidate is put in service.",
    mixinStandardHelpOptions = true)
public final class ApproveCommand extends DecisionCommand {
  @Override
  String verb() {
    return "approve";
  }

  @Override
  String done() {
    return "Approved";
  }
}
