package dev.whetstone.curation.status;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.advice.Advice;
import dev.whetstone.curation.advice.AdviceRule;
import dev.whetstone.curation.cut.Cutter;
import dev.whetstone.curation.join.Failures;
import dev.whetstone.kit.auth.Caller;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.auth.Scope;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoops;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Whether fine-tuning is the right tool for what goes wrong in a loop. */
@Path("/v1/loops/{loop}/advice")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class AdviceResource {
  /** So many of the newest failures are looked at. */
  private static final int LOOKED_AT = 2_000;

  private final DeclaredLoops loops;
  private final Failures failures;
  private final Cutter cutter;
  private final Caller caller;

  public AdviceResource(DeclaredLoops loops, Failures failures, Cutter cutter, Caller caller) {
    this.loops = loops;
    this.failures = failures;
    this.cutter = cutter;
    this.caller = caller;
  }

  @GET
  @RequiresScope(Scope.READ)
  @Transactional
  public Advice advice(@PathParam("loop") String name) {
    LoopId id = caller.loop(name);
    DeclaredLoop loop = loops.require(id);
    return AdviceRule.of(failures.newest(id, LOOKED_AT), cutter.outlook(loop).decision());
  }
}
