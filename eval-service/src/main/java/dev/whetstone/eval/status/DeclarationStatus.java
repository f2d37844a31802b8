package dev.whetstone.eval.status;

import dev.whetstone.eval.registry.LoopFolder;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.LoopCondition;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.stream.Collectors;

/** Reports which declaration is in force, and whether a newer loop file is invalid. */
@ApplicationScoped
public class DeclarationStatus {
  private final LoopFolder folder;

  public DeclarationStatus(LoopFolder folder) {
    this.folder = folder;
  }

  LoopCondition of(DeclaredLoop loop) {
    List<LoopFolder.BrokenFile> broken = folder.broken(loop.id());
    String inForce = "revision " + loop.revision() + " is in force";
    return broken.isEmpty()
        ? LoopCondition.of("Declared", true, "InForce", inForce)
        : LoopCondition.of(
            "Declared",
            false,
            "BrokenFile",
            inForce
                + "; a newer file is invalid: "
                + broken.stream()
                    .map(LoopFolder.BrokenFile::faults)
                    .collect(Collectors.joining("; ")));
  }
}
