package dev.whetstone.curation.advice;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.advice.rule.AdviceRule;
import dev.whetstone.curation.advice.rule.TuningAdvice;
import dev.whetstone.curation.cut.SealOutlookReader;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Advises whether fine-tuning suits the failures of a loop. */
@Path("/v1/loops/{loop}/advice")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class AdviceResource {
  /** Number of the newest failures considered. */
  private static final int LOOKED_AT = 2_000;

  private final DeclaredLoopRepository loops;
  private final AnswerFailureRepository failures;
  private final SealOutlookReader outlooks;
  private final ApiCaller caller;

  public AdviceResource(
      DeclaredLoopRepository loops,
      AnswerFailureRepository failures,
      SealOutlookReader outlooks,
      ApiCaller caller) {
    this.loops = loops;
    this.failures = failures;
    this.outlooks = outlooks;
    this.caller = caller;
  }

  @GET
  @RequiresScope(KeyScope.READ)
  @Transactional
  public TuningAdvice advice(@PathParam("loop") String name) {
    LoopId id = caller.loop(name);
    DeclaredLoop loop = loops.require(id);
    return AdviceRule.of(failures.newest(id, LOOKED_AT), outlooks.outlook(loop).decision());
  }
}
