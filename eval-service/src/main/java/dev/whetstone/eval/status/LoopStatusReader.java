package dev.whetstone.eval.status;

import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.LoopCondition;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** The conditions of a loop that this service determines. */
@ApplicationScoped
public class LoopStatusReader {
  private final EvaluationStatus evaluation;
  private final ServingStatus serving;
  private final DeclarationStatus declaration;
  private final ErasureStatus erasure;

  public LoopStatusReader(
      EvaluationStatus evaluation,
      ServingStatus serving,
      DeclarationStatus declaration,
      ErasureStatus erasure) {
    this.evaluation = evaluation;
    this.serving = serving;
    this.declaration = declaration;
    this.erasure = erasure;
  }

  public List<LoopCondition> conditions(DeclaredLoop loop) {
    List<LoopCondition> conditions =
        new ArrayList<>(List.of(declaration.of(loop), evaluation.of(loop.id()), serving.of(loop)));
    erasure.of(loop).ifPresent(conditions::add);
    return conditions;
  }
}
