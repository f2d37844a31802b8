package dev.whetstone.ingest.rest;

import dev.whetstone.ingest.body.ContentEncoding;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.publish.IngestMetrics;
import dev.whetstone.kit.problem.Problem;
import dev.whetstone.kit.problem.ProblemMappers;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers faults that concern a whole request. */
public class FaultMapper {
  private final IngestMetrics metrics;
  private final ConnectionCloser last;

  public FaultMapper(IngestMetrics metrics, ConnectionCloser last) {
    this.metrics = metrics;
    this.last = last;
  }

  /** Answers that a request was not read completely because no memory was left. */
  @ServerExceptionMapper
  public Response overloaded(OverloadedException overloaded) {
    Response answer = new ProblemMappers().problem(overloaded);
    return last.mark(Response.fromResponse(answer)).build();
  }

  @ServerExceptionMapper
  public Response problem(Fault fault, ContainerRequestContext request) {
    metrics.rejected(fault.code());
    Response.ResponseBuilder response =
        Response.status(fault.code().status())
            .type(Problem.MEDIA_TYPE)
            .entity(FaultProblems.of(fault));
    if (fault.code() == FaultCode.UNSUPPORTED_ENCODING) {
      response.header(HttpHeaders.ACCEPT_ENCODING, ContentEncoding.ACCEPTED);
    }
    if (HttpMethod.POST.equals(request.getMethod())) {
      last.mark(response);
    }
    return response.build();
  }
}
